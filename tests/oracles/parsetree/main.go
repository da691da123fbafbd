// What BuildKit's parser makes of a Dockerfile, and what its shell word processing makes of a word, as a test oracle:
// one JSON value a line in, one out.
//
//	parsetree tree     "text"                                 {"error"} or {"escape","nodes":[…]}
//	parsetree expand   {"word","variables":{},"escape"}       {"error"} or {"value","words","used","unmatched"}
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

type heredoc struct {
	Name    string `json:"name"`
	Content string `json:"content"`
	Expand  bool   `json:"expand"`
	Chomp   bool   `json:"chomp"`
	FD      uint   `json:"fd"`
}

type node struct {
	Keyword  string    `json:"keyword"`
	Flags    []string  `json:"flags"`
	Words    []string  `json:"words"`
	JSON     bool      `json:"json"`
	Start    int       `json:"start"`
	End      int       `json:"end"`
	Heredocs []heredoc `json:"heredocs"`
	Trigger  *node     `json:"trigger,omitempty"`
}

func describe(n *parser.Node) *node {
	result := &node{Keyword: n.Value, Flags: append([]string{}, n.Flags...), Words: []string{}, JSON: n.Attributes["json"],
		Start: n.StartLine, End: n.EndLine, Heredocs: []heredoc{}}
	for _, h := range n.Heredocs {
		content := h.Content
		if h.Chomp {
			content = parser.ChompHeredocContent(content)
		}
		result.Heredocs = append(result.Heredocs, heredoc{h.Name, content, h.Expand, h.Chomp, h.FileDescriptor})
	}
	for next := n.Next; next != nil; next = next.Next {
		if len(next.Children) > 0 {
			result.Trigger = describe(next.Children[0])
		} else {
			result.Words = append(result.Words, next.Value)
		}
	}
	return result
}

func tree(line []byte) map[string]any {
	var text string
	if err := json.Unmarshal(line, &text); err != nil {
		return map[string]any{"error": err.Error()}
	}
	result, err := parser.Parse(strings.NewReader(text))
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	nodes := []*node{}
	for _, child := range result.AST.Children {
		nodes = append(nodes, describe(child))
	}
	return map[string]any{"escape": string(result.EscapeToken), "nodes": nodes}
}

type variables map[string]string

func (v variables) Get(name string) (string, bool) { value, ok := v[name]; return value, ok }
func (v variables) Keys() []string                 { return names(v) }

func names[Value any](set map[string]Value) []string {
	result := []string{}
	for name := range set {
		result = append(result, name)
	}
	slices.Sort(result)
	return result
}

func expand(line []byte) map[string]any {
	var question struct {
		Word      string
		Variables variables
		Escape    string
	}
	if err := json.Unmarshal(line, &question); err != nil {
		return map[string]any{"error": err.Error()}
	}
	result, err := shell.NewLex(rune(question.Escape[0])).ProcessWordWithMatches(question.Word, question.Variables)
	if err != nil {
		return map[string]any{"error": err.Error()}
	}
	return map[string]any{"value": result.Result, "words": append([]string{}, result.Words...),
		"used": names(result.Matched), "unmatched": names(result.Unmatched)}
}

func main() {
	answers := map[string]func([]byte) map[string]any{"tree": tree, "expand": expand}
	if len(os.Args) != 2 || answers[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: parsetree tree|expand")
		os.Exit(2)
	}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<26)
	for lines.Scan() {
		out.Encode(answers[os.Args[1]](lines.Bytes()))
	}
}
