import type { Place } from '../detector.ts';
import type { ImageStage, Step } from '../plan.ts';
import { join } from '../repository.ts';
import type { GoModule } from './go-module.ts';
import type { GoProgram } from './go-program.ts';

const debian = { codename: 'trixie', number: '13' };

const caches = ['type=cache,target=/go/pkg/mod', 'type=cache,target=/root/.cache/go-build'];

export function buildStage(
  place: Place,
  module: GoModule,
  program: GoProgram,
  version: { version: string; evidence: string },
  cgo: string | undefined,
  root: string,
  /** What has to lie beside the sources. */
  added: readonly Step[],
): ImageStage {
  const member = insideOf(root, place.directory);
  const vendored = place.repository.has(join(place.directory, 'vendor/modules.txt'));
  const isLocal = module.replacedBy.length > 0;
  const manifests = ['go.mod', ...(place.has('go.sum') ? ['go.sum'] : [])];
  const download: Step[] =
    vendored || module.requires.size === 0 || member !== ''
      ? []
      : [
          {
            kind: 'copy',
            comment:
              'What says which modules are needed comes first: a change of the sources alone then downloads nothing',
            sources: manifests,
            destination: './',
          },
          ...localModules(place, module),
          { kind: 'run', mounts: caches.slice(0, 1), commands: ['go mod download'] },
        ];
  const why = cgo
    ? `C is compiled and linked to the library of the image that ships: ${cgo}`
    : 'Without C: the program then needs no library of a system';
  return {
    name: 'build',
    base: `golang:${version.version}-${debian.codename}`,
    comment: `Go ${version.version}: ${version.evidence}${isLocal ? '; modules of this repository stand in for others (replace in go.mod)' : ''}`,
    steps: [
      { kind: 'workdir', path: '/src' },
      ...download,
      { kind: 'copy', comment: 'The sources, without what .dockerignore leaves out', sources: ['.'], destination: '.' },
      ...added,
      ...(member === '' ? [] : [{ kind: 'workdir' as const, path: `/src/${member}` }]),
      {
        kind: 'run',
        comment: `${why}; -s -w leaves symbols and debugging data out, -trimpath the paths of this machine`,
        mounts: caches,
        commands: [
          `CGO_ENABLED=${cgo ? '1' : '0'} go build -trimpath -ldflags="-s -w" -o /out/${program.name} ./${program.directory}`,
        ],
      },
    ],
  };
}

/** The manifests of modules that lie in the same repository: a download reads them. */
function localModules(place: Place, { replacedBy }: GoModule): Step[] {
  const below = replacedBy
    .map((path) => path.replace(/^\.\//, '').replace(/\/$/, ''))
    .filter((path) => !path.startsWith('..') && place.has(`${path}/go.mod`));
  return below.map((path) => ({
    kind: 'copy',
    sources: [`${path}/go.mod`, ...(place.has(`${path}/go.sum`) ? [`${path}/go.sum`] : [])],
    destination: `./${path}/`,
  }));
}

export function shippedStage(
  place: Place,
  program: GoProgram,
  cgo: string | undefined,
  directories: readonly { readonly path: string; readonly evidence: string }[],
  root: string,
  files: readonly { readonly path: string; readonly evidence: string }[] = [],
): ImageStage {
  const member = insideOf(root, place.directory);
  const kind = cgo ? 'base' : 'static';
  const base =
    place.choices.base === 'alpine' && !cgo
      ? 'alpine:3.22'
      : place.choices.base === 'slim'
        ? `debian:${debian.number}-slim`
        : `gcr.io/distroless/${kind}-debian${debian.number}:nonroot`;
  return {
    name: undefined,
    base,
    comment: `The image that ships: ${base.startsWith('gcr.io') ? 'no shell and no package manager, only certificates, time zones and a user without rights' : 'a small system'}`,
    steps: [
      { kind: 'workdir', path: '/app' },
      { kind: 'copy', from: 'build', sources: [`/out/${program.name}`], destination: `/usr/local/bin/${program.name}` },
      ...directories.map(
        ({ path, evidence }): Step => ({
          kind: 'copy',
          comment: `Read when the program runs: ${evidence}`,
          sources: [join(member, path)],
          destination: `./${path}/`,
        }),
      ),
      ...files.map(
        ({ path, evidence }): Step => ({
          kind: 'copy',
          comment: `Read when the program runs: ${evidence}`,
          sources: [join(member, path)],
          destination: './',
        }),
      ),
    ],
  };
}

/** The module's directory as the context has it; '' where that is the context itself. */
function insideOf(root: string, directory: string): string {
  return root === '' ? directory : directory.slice(root.length + 1);
}
