// The reference implementations that Plimsoll must agree with, as a test oracle: one JSON line an input.
//
//	oracles dockerfile [--experimental] [FILE...]
//	    {"path","accepted","error","line","lines","stages","warnings":[{rule,line,detail}]}
//	    BuildKit's parser, instructions, build checks and conversion of every stage. "line" is the first place of the
//	    error, "lines" all of them. --experimental runs the experimental build checks too.
//	oracles ignore IGNOREFILE [PATH...]
//	    {"path","ignored"}   Docker's .dockerignore matcher, for a walk from the root: a path counts as ignored when it
//	    or, without later re-inclusion, a parent matches.
//	oracles expand NAME=VALUE... -- [WORD...]
//	    {"word","result","words","unmatched","error"}   BuildKit's variable expansion with these variables and no others.
//	oracles value KIND [VALUE...]
//	    {"value","valid","error"}   KIND: reference, platform, duration, signal, chmod, git, size, bool.
//
// With no FILE, PATH, WORD or VALUE they are read from standard input, one a line.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/containerd/platforms"
	"github.com/distribution/reference"
	"github.com/docker/go-units"
	"github.com/moby/buildkit/client/llb"
	"github.com/moby/buildkit/client/llb/sourceresolver"
	"github.com/moby/buildkit/frontend/dockerfile/dfgitutil"
	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
	"github.com/moby/buildkit/solver/pb"
	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
	"github.com/moby/sys/signal"
	digest "github.com/opencontainers/go-digest"
	mode "github.com/tonistiigi/dchapes-mode"
)

type warning struct {
	Rule   string `json:"rule"`
	Line   int    `json:"line"`
	Detail string `json:"detail"`
}

// anyImage answers for every base image with an empty Linux configuration, so that no registry is asked.
type anyImage struct{}

const anyConfig = `{"architecture":"amd64","os":"linux","config":{"Env":["PATH=/usr/bin:/bin"]},"rootfs":{"type":"layers"}}`

func (anyImage) ResolveSourceMetadata(_ context.Context, op *pb.SourceOp, _ sourceresolver.Opt) (*sourceresolver.MetaResponse, error) {
	config := []byte(anyConfig)
	return &sourceresolver.MetaResponse{Op: op, Image: &sourceresolver.ResolveImageResponse{Digest: digest.FromBytes(config), Config: config}}, nil
}

func (anyImage) ResolveImageConfig(_ context.Context, ref string, _ sourceresolver.Opt) (string, digest.Digest, []byte, error) {
	config := []byte(anyConfig)
	return ref, digest.FromBytes(config), config, nil
}

var _ llb.ImageMetaResolver = anyImage{}

func dockerfile(path string, experimental bool, out *json.Encoder) {
	verdict := map[string]any{"path": path}
	defer out.Encode(verdict)
	fail := func(err error) {
		verdict["accepted"], verdict["error"] = false, err.Error()
		var located *parser.LocationError
		if !errors.As(err, &located) {
			return
		}
		if len(located.Locations) > 0 && len(located.Locations[0]) > 0 {
			verdict["line"] = located.Locations[0][0].Start.Line
		}
		lines := []int{}
		for _, location := range located.Locations {
			if len(location) > 0 {
				lines = append(lines, location[0].Start.Line)
			}
		}
		verdict["lines"] = lines
	}
	text, err := os.ReadFile(path)
	if err != nil {
		fail(err)
		return
	}
	tree, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		fail(err)
		return
	}
	var warnings []warning
	warn := func(rule, _, _, detail string, at []parser.Range) {
		w := warning{Rule: rule, Detail: detail}
		if len(at) > 0 {
			w.Line = at[0].Start.Line
		}
		warnings = append(warnings, w)
	}
	stages, _, err := instructions.Parse(tree.AST, linter.New(&linter.Config{Warn: warn, ExperimentalAll: experimental}))
	if err != nil {
		fail(err)
		return
	}
	if len(stages) == 0 {
		fail(errors.New("no stages"))
		return
	}
	verdict["accepted"], verdict["stages"] = true, len(stages)
	// The conversion to build steps, all stages: what the build checks and the refusals after parsing come from.
	// For a daemon that can do everything: without its capabilities a bind mount that may be written to is a nil pointer.
	caps := pb.Caps.CapSet(pb.Caps.All())
	_, err = dockerfile2llb.Dockerfile2LLB(context.Background(), text, dockerfile2llb.ConvertOpt{LLBCaps: &caps,
		MetaResolver: anyImage{}, SourceMap: llb.NewSourceMap(nil, path, "Dockerfile", text), AllStages: true, Warn: warn})
	if err != nil {
		fail(err)
	}
	seen, unique := map[warning]bool{}, []warning{}
	for _, w := range warnings {
		if !seen[w] {
			seen[w] = true
			unique = append(unique, w)
		}
	}
	verdict["warnings"] = unique
}

func ignored(ignoreFile string, out *json.Encoder) func(string) {
	file, err := os.Open(ignoreFile)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	defer file.Close()
	patterns, err := ignorefile.ReadAll(file)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	matcher, err := patternmatcher.New(patterns)
	if err != nil {
		out.Encode(map[string]any{"error": err.Error()})
		os.Exit(2)
	}
	return func(p string) {
		ignored, err := matcher.MatchesOrParentMatches(strings.TrimPrefix(p, "/"))
		out.Encode(map[string]any{"path": p, "ignored": ignored && err == nil})
	}
}

func expanded(env []string, out *json.Encoder) func(string) {
	getter := shell.EnvsFromSlice(env)
	return func(word string) {
		answer := map[string]any{"word": word}
		result, err := shell.NewLex('\\').ProcessWordWithMatches(word, getter)
		if err != nil {
			answer["error"] = err.Error()
		} else {
			unmatched := []string{}
			for name := range result.Unmatched {
				unmatched = append(unmatched, name)
			}
			slices.Sort(unmatched)
			answer["result"], answer["words"], answer["unmatched"] = result.Result, result.Words, unmatched
		}
		out.Encode(answer)
	}
}

// kinds holds what decides whether a value of an instruction or a flag is valid.
var kinds = map[string]func(string) error{
	"reference": func(v string) error { _, err := reference.ParseNormalizedNamed(v); return err },
	"platform":  func(v string) error { _, err := platforms.Parse(v); return err },
	"duration":  func(v string) error { _, err := time.ParseDuration(v); return err },
	"signal":    func(v string) error { _, err := signal.ParseSignal(v); return err },
	"size":      func(v string) error { _, err := units.RAMInBytes(v); return err },
	"bool":      func(v string) error { _, err := strconv.ParseBool(v); return err },
	"chmod": func(v string) error {
		if p, err := strconv.ParseUint(v, 8, 32); err == nil {
			if p > 0o7777 {
				return errors.New("out of range")
			}
			return nil
		}
		_, err := mode.Parse(v)
		return err
	},
	// Valid: BuildKit takes it for a git repository and can read it.
	"git": func(v string) error {
		ref, isGit, err := dfgitutil.ParseGitRef(v)
		if err != nil {
			if isGit {
				return fmt.Errorf("git: %w", err)
			}
			return errors.New("not git")
		}
		if ref.IndistinguishableFromLocal {
			return errors.New("not git")
		}
		return nil
	},
}

func value(kind string, out *json.Encoder) func(string) {
	check, ok := kinds[kind]
	if !ok {
		usage()
	}
	return func(v string) {
		answer := map[string]any{"value": v, "valid": true}
		if err := check(v); err != nil {
			answer["valid"], answer["error"] = false, err.Error()
		}
		out.Encode(answer)
	}
}

func usage() {
	fmt.Fprintln(os.Stderr, "usage: oracles dockerfile [--experimental] [FILE...] | ignore IGNOREFILE [PATH...] | expand NAME=VALUE... -- [WORD...] | value KIND [VALUE...]")
	os.Exit(2)
}

func main() {
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	each := func(args []string, answer func(string)) {
		for _, a := range args {
			answer(a)
		}
		if len(args) == 0 {
			lines := bufio.NewScanner(os.Stdin)
			lines.Buffer(nil, 1<<24)
			for lines.Scan() {
				answer(lines.Text())
			}
		}
	}
	if len(os.Args) < 2 {
		usage()
	}
	args := os.Args[2:]
	switch command := os.Args[1]; {
	case command == "dockerfile":
		experimental := len(args) > 0 && args[0] == "--experimental"
		if experimental {
			args = args[1:]
		}
		each(args, func(path string) { dockerfile(path, experimental, out) })
	case command == "ignore" && len(args) > 0:
		each(args[1:], ignored(args[0], out))
	case command == "expand" && slices.Contains(args, "--"):
		end := slices.Index(args, "--")
		each(args[end+1:], expanded(args[:end], out))
	case command == "value" && len(args) > 0:
		each(args[1:], value(args[0], out))
	default:
		usage()
	}
}
