import type { EcosystemFacts } from '../ecosystem.ts';

export const go: EcosystemFacts = {
  ecosystem: 'go',
  tools: ['go'],
  caches: [
    {
      // The official images set GOPATH to /go.
      kind: 'downloads',
      path: '/go/pkg/mod',
      placeVaries: true,
      tools: ['go'],
      actions: ['install', 'install-project', 'build', 'run'],
      emptiedByImages: false,
      removal: 'go clean -modcache',
      cacheMount: true,
      sharing: 'shared',
      movedBy: ['GOPATH', 'GOMODCACHE'],
    },
    {
      kind: 'build',
      path: '~/.cache/go-build',
      tools: ['go'],
      actions: ['install', 'build', 'run'],
      emptiedByImages: false,
      removal: 'go clean -cache',
      cacheMount: true,
      sharing: 'shared',
      movedBy: ['GOCACHE'],
    },
  ],
  manifests: [{ manifest: 'go.mod', locks: ['go.sum'], tools: ['go'] }],
  variables: [
    { name: 'CGO_ENABLED', effect: '0: the program needs no C library' },
    { name: 'GOFLAGS', effect: 'options of every go command' },
    { name: 'GOOS', effect: 'operating system that is built for' },
    { name: 'GOARCH', effect: 'processor that is built for' },
    { name: 'GOPROXY', effect: 'where modules come from' },
  ],
  buildOnly: [],
};
