//go:build tools

// Package tools names the program that the test runs, so that go.mod and go.sum hold all that it is built from.
package tools

import _ "github.com/VictoriaMetrics/VictoriaLogs/app/victoria-logs"
