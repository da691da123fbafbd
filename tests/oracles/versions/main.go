// Reference implementations of version orders that are written in Go. Reads lines «KIND<TAB>ONE<TAB>OTHER» and answers each with -1, 0 or 1, or with ? where the
// implementation refuses a version.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"

	"github.com/google/osv-scalibr/semantic"
	apk "github.com/knqyf263/go-apk-version"
	"golang.org/x/mod/semver"
)

func compare(kind, one, other string) string {
	switch kind {
	case "apk":
		a, errA := apk.NewVersion(one)
		b, errB := apk.NewVersion(other)
		if errA != nil || errB != nil {
			return "?"
		}
		return sign(a.Compare(b))
	case "golang":
		if !semver.IsValid("v"+one) || !semver.IsValid("v"+other) {
			return "?"
		}
		return sign(semver.Compare("v"+one, "v"+other))
	}
	// OSV's own library, for ecosystems whose reference cannot be had here: osv:NuGet
	a, err := semantic.Parse(one, strings.TrimPrefix(kind, "osv:"))
	if err != nil {
		return "?"
	}
	order, err := a.CompareStr(other)
	if err != nil {
		return "?"
	}
	return sign(order)
}

func sign(order int) string {
	switch {
	case order < 0:
		return "-1"
	case order > 0:
		return "1"
	}
	return "0"
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for lines.Scan() {
		fields := strings.Split(lines.Text(), "\t")
		if len(fields) == 3 {
			fmt.Fprintln(out, compare(fields[0], fields[1], fields[2]))
		}
	}
}
