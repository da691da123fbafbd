// What Docker and BuildKit send of a build context: one JSON line an answer, for one JSON line a question.
//
//	sent ignore
//	    {"file": text of an ignore file, "paths": [...]}   ->  {"ignored": [bool...]} or {"error"}
//	    Docker's matcher on each path by itself. "ignored" is null where it gives up.
//	sent walk DIR
//	    {"file": text of an ignore file, "follow": [sources...]}   ->  {"files": [...]} or {"error"}
//	    BuildKit's walk of a directory, without the directories themselves.
//	sent copy DIR
//	    {"source": "...", "include": [...], "exclude": [...]}   ->  {"files": [...], "error"}
//	    What BuildKit's COPY takes. Each file of DIR must hold its own path: that is how it is known in the copy.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/moby/patternmatcher"
	"github.com/moby/patternmatcher/ignorefile"
	"github.com/tonistiigi/fsutil"
	fscopy "github.com/tonistiigi/fsutil/copy"
)

type question struct {
	File   string   `json:"file"`
	Paths  []string `json:"paths"`
	Follow []string `json:"follow"`

	Source  string   `json:"source"`
	Include []string `json:"include"`
	Exclude []string `json:"exclude"`
}

func ignored(q question) map[string]any {
	patterns, err := ignorefile.ReadAll(strings.NewReader(q.File))
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	matcher, err := patternmatcher.New(patterns)
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	verdicts := make([]*bool, len(q.Paths))
	for i, p := range q.Paths {
		if verdict, err := matcher.MatchesOrParentMatches(p); err == nil {
			verdicts[i] = &verdict
		}
	}
	return map[string]any{"ignored": verdicts}
}

func sent(directory string, q question) map[string]any {
	patterns, err := ignorefile.ReadAll(strings.NewReader(q.File))
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	filter := &fsutil.FilterOpt{ExcludePatterns: patterns}
	for _, source := range q.Follow {
		// As BuildKit's front end makes the sources relative; the context itself asks for everything.
		if source = path.Join("/", source); source == "/" {
			filter.FollowPaths = nil
			break
		}
		filter.FollowPaths = append(filter.FollowPaths, path.Join(".", source))
	}
	files := []string{}
	err = fsutil.WalkDir(context.Background(), directory, filter, func(p string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files = append(files, p)
		}
		return err
	})
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	return map[string]any{"files": files}
}

func copied(directory string, q question) map[string]any {
	files := map[string]bool{}
	options := func(info *fscopy.CopyInfo) {
		info.IncludePatterns, info.ExcludePatterns = q.Include, q.Exclude
		info.CopyDirContents, info.FollowLinks = true, true
	}
	matches, err := fscopy.ResolveWildcards(directory, path.Join("/", q.Source), true)
	for _, match := range matches {
		// A destination for each match, so that none covers another.
		target, _ := os.MkdirTemp("", "sent")
		if failure := fscopy.Copy(context.Background(), directory, match, target, "/d/", options); failure != nil {
			err = failure
		}
		filepath.WalkDir(target, func(p string, entry fs.DirEntry, _ error) error {
			if entry.Type().IsRegular() {
				content, _ := os.ReadFile(p)
				files[string(content)] = true
			}
			return nil
		})
		os.RemoveAll(target)
	}
	names := []string{}
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	answer := map[string]any{"files": names}
	if err != nil {
		answer["error"] = err.Error()
	}
	return answer
}

func main() {
	in, out := bufio.NewScanner(os.Stdin), json.NewEncoder(os.Stdout)
	in.Buffer(nil, 1<<26)
	for in.Scan() {
		var q question
		if err := json.Unmarshal(in.Bytes(), &q); err != nil {
			panic(err)
		}
		switch os.Args[1] {
		case "walk":
			out.Encode(sent(os.Args[2], q))
		case "copy":
			out.Encode(copied(os.Args[2], q))
		default:
			out.Encode(ignored(q))
		}
	}
}
