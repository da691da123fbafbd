//go:build tools

// Package tools names the programs that the tests run, so that go.mod and go.sum hold all that they are built from.
package tools

import (
	_ "github.com/kedacore/keda/v2/cmd/adapter"
	_ "github.com/kedacore/keda/v2/cmd/operator"
)
