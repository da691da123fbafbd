// Asks Trivy's own checks about the Dockerfiles and Kubernetes manifests below a directory. Prints one line of JSON for each
// finding: the check's short id and the file.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"

	"github.com/aquasecurity/trivy/pkg/iac/rego"
	"github.com/aquasecurity/trivy/pkg/iac/scan"
	"github.com/aquasecurity/trivy/pkg/iac/scanners/dockerfile"
	"github.com/aquasecurity/trivy/pkg/iac/scanners/kubernetes"
)

type scanner interface {
	ScanFS(ctx context.Context, target fs.FS, path string) (scan.Results, error)
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: trivy-checks DIRECTORY")
		os.Exit(2)
	}
	embedded := rego.WithEmbeddedPolicies(true)
	libraries := rego.WithEmbeddedLibraries(true)
	scanners := []scanner{
		dockerfile.NewScanner(embedded, libraries),
		kubernetes.NewScanner(embedded, libraries),
	}
	out := json.NewEncoder(os.Stdout)
	for _, each := range scanners {
		results, err := each.ScanFS(context.Background(), os.DirFS(os.Args[1]), ".")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		for _, result := range results.GetFailed() {
			for _, id := range result.Rule().Aliases {
				_ = out.Encode(map[string]string{"id": id, "path": result.Metadata().Range().GetFilename()})
			}
		}
	}
}
