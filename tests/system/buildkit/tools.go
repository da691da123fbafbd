//go:build tools

// Package tools names the programs of BuildKit that the tests run, so that go.mod and go.sum hold all that they are built from.
package tools

import (
	_ "github.com/moby/buildkit/cmd/buildctl"
	_ "github.com/moby/buildkit/cmd/buildkitd"
)
