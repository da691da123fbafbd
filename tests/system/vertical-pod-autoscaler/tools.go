//go:build tools

// Package tools names the program that the tests run, so that go.mod and go.sum hold all that it is built from.
package tools

import _ "k8s.io/autoscaler/vertical-pod-autoscaler/pkg/recommender"
