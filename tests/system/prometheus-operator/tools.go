//go:build tools

// Package tools names the programs that the tests run, so that go.mod and go.sum hold all that they are built from.
package tools

import (
	_ "github.com/prometheus-operator/prometheus-operator/cmd/operator"
	_ "github.com/prometheus-operator/prometheus-operator/cmd/prometheus-config-reloader"
)
