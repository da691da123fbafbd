import type { Place } from '../detector.ts';
import type { ImageStage, Step, WritablePath } from '../plan.ts';
import { tomlTable, tomlValue } from './toml.ts';

export function buildStage(
  place: Place,
  name: string,
  version: { version: string; evidence: string },
  {
    locked,
    root,
    data,
    linked,
  }: {
    readonly locked: boolean;
    readonly root: string;
    readonly data: readonly WritablePath[];
    /** Variables that make crates link their own copies of libraries. */
    readonly linked: readonly string[];
  },
): ImageStage {
  const member =
    root === place.directory
      ? ''
      : ` --package ${tomlValue(tomlTable(place.read('Cargo.toml') ?? '', 'package'), 'name')}`;
  return {
    name: 'build',
    base: `rust:${version.version}-trixie`,
    comment: `Rust ${version.version}: ${version.evidence}`,
    steps: [
      { kind: 'workdir', path: '/src' },
      ...(linked.length === 0
        ? []
        : [
            {
              kind: 'env' as const,
              comment: 'Libraries are linked into the program: the image that ships has none of them',
              variables: Object.fromEntries(linked.map((name) => [name, '1'])),
            },
          ]),
      { kind: 'copy', comment: 'The sources, without what .dockerignore leaves out', sources: ['.'], destination: '.' },
      {
        kind: 'run',
        comment:
          'Crates and what was compiled stay in caches of the build machine, so that a changed source compiles little; the program is copied out of the cache',
        mounts: ['type=cache,target=/usr/local/cargo/registry', 'type=cache,target=/src/target'],
        commands: [
          `cargo build --release${locked ? ' --locked' : ''}${member} --bin ${name}`,
          `cp target/release/${name} /usr/local/bin/${name}`,
          ...data.map(({ path }) => `mkdir -p /out${path}`),
        ],
      },
    ],
  };
}

export function shippedStage(
  place: Place,
  name: string,
  libraries: readonly string[],
  directories: readonly { readonly path: string; readonly evidence: string }[],
  more: readonly Step[],
): ImageStage {
  const plain = libraries.length === 0 && place.choices.base !== 'slim';
  const steps: Step[] = [
    { kind: 'workdir', path: '/app' },
    ...(plain
      ? []
      : [
          {
            kind: 'run' as const,
            comment: `Libraries that the program is linked to, and certificates`,
            commands: [
              'apt-get update',
              `apt-get install --yes --no-install-recommends ${['ca-certificates', ...libraries].join(' ')}`,
              'rm -rf /var/lib/apt/lists/*',
            ],
          },
        ]),
    { kind: 'copy', from: 'build', sources: [`/usr/local/bin/${name}`], destination: `/usr/local/bin/${name}` },
    ...directories.map(
      ({ path, evidence }): Step => ({
        kind: 'copy',
        comment: `Read when the program runs: ${evidence}`,
        sources: [path],
        destination: path.includes('.') ? './' : `./${path}/`,
      }),
    ),
    ...more,
  ];
  return {
    name: undefined,
    base: plain ? 'gcr.io/distroless/cc-debian13:nonroot' : 'debian:13-slim',
    comment: `The image that ships: ${plain ? 'no shell and no package manager, only the C library, certificates and a user without rights' : 'a small system with the same C library as the build'}`,
    steps,
  };
}
