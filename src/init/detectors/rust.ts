import type { Detector, NotDecided, Place } from '../detector.ts';
import { findHealth, findInSources, findPort } from '../internal/endpoints.ts';
import { runtimeDirectories } from '../internal/go-program.ts';
import { tomlTable, tomlValue } from '../internal/toml.ts';
import { variable } from '../internal/variables.ts';
import { compareVersions } from '../internal/versions.ts';
import type { Detection, ImageStage, PlannedVariable, Step } from '../plan.ts';
import { directoryOf, join, placeIn } from '../repository.ts';

const newestRust = '1.95';

export const detector: Detector = {
  language: 'Rust',
  mayBe: (names) => names.has('Cargo.toml'),
  detect(place) {
    const text = place.read('Cargo.toml') ?? '';
    const name = tomlValue(tomlTable(text, 'package'), 'name');
    if (name === undefined) return undefined;
    const program = programOf(place, text, name);
    if (program === undefined || 'undecided' in program) return program;
    const framework = frameworks.find(({ crate }) =>
      new RegExp(`^["']?${crate}["']?\\s*(?:=|\\.)|\\[dependencies\\.${crate}\\]`, 'm').test(text),
    );
    // A tool for the command line is no service.
    if (!framework && findInSources(place, /TcpListener|\.listen\(|\.serve\(/) === undefined) return undefined;
    return detection(place, text, program, framework);
  },
};

interface Framework {
  readonly crate: string;
  readonly name: string;
  readonly port?: number;
  readonly environment?: (port: number) => Readonly<Record<string, string>>;
}

const frameworks: readonly Framework[] = [
  { crate: 'axum', name: 'axum' },
  { crate: 'actix-web', name: 'Actix Web' },
  {
    crate: 'rocket',
    name: 'Rocket',
    port: 8000,
    environment: (port) => ({ ROCKET_ADDRESS: '0.0.0.0', ROCKET_PORT: String(port) }),
  },
  { crate: 'warp', name: 'warp' },
  { crate: 'poem', name: 'Poem' },
  { crate: 'salvo', name: 'Salvo' },
  { crate: 'tide', name: 'Tide' },
  { crate: 'tonic', name: 'Tonic' },
  { crate: 'iron', name: 'Iron' },
  { crate: 'hyper', name: 'hyper' },
];

function programOf(place: Place, text: string, name: string): { readonly name: string } | NotDecided | undefined {
  const declared = [...text.matchAll(/^\[\[bin\]\][^[]*/gm)].flatMap(([table]) => tomlValue(table, 'name') ?? []);
  const prefix = join(place.directory, 'src/bin/');
  const found = place.repository.files
    .filter(
      (file) =>
        file.startsWith(prefix) &&
        (/^[^/]+\.rs$/.test(file.slice(prefix.length)) || /^[^/]+\/main\.rs$/.test(file.slice(prefix.length))),
    )
    .map((file) => file.slice(prefix.length).replace(/(?:\/main)?\.rs$/, ''));
  const programs = [
    ...new Set([...(place.has('src/main.rs') && declared.length === 0 ? [name] : []), ...declared, ...found]),
  ];
  const asked = place.choices.start;
  if (asked !== undefined && programs.includes(asked)) return { name: asked };
  if (programs.length <= 1) return programs[0] === undefined ? undefined : { name: programs[0] };
  const likely =
    tomlValue(tomlTable(text, 'package'), 'default-run') ??
    programs.find((each) => each === name) ??
    programs.find((each) => /^(?:server|web|api|main)$/.test(each));
  return likely === undefined
    ? {
        language: 'Rust',
        undecided: `the package has several programs: ${programs.join(', ')}. Say which one is the image's.`,
        flag: '--start',
      }
    : { name: likely };
}

/** Crates that use a library of the system, with what Debian calls it. */
const native: readonly (readonly [string, string, string])[] = [
  ['openssl-sys', 'libssl-dev', 'libssl3t64'],
  ['pq-sys', 'libpq-dev', 'libpq5'],
  ['mysqlclient-sys', 'default-libmysqlclient-dev', 'libmariadb3'],
];

function detection(
  place: Place,
  text: string,
  program: { readonly name: string },
  framework: Framework | undefined,
): Detection {
  const root = workspaceRoot(place);
  const lock = place.repository.read(join(root, 'Cargo.lock'));
  const libraries = native
    .filter(
      ([crate]) =>
        lock !== undefined && new RegExp(`^name = "${crate}"`, 'm').test(lock) && !/^name = "openssl-src"/m.test(lock),
    )
    .filter(([crate]) => crate !== 'openssl-sys' || !/^name = "openssl-src"/m.test(lock ?? ''));
  const version = chooseRust(place, text);
  const port = portOf(place, framework);
  const health = findHealth(place);
  const directories = rustDirectories(place);
  const reads = findInSources(place, /env::var(?:_os)?\(\s*"PORT"|\bPORT\b[^\n]{0,40}env/) !== undefined;
  const local = framework?.environment
    ? undefined
    : findInSources(place, /(?:bind|listen|run|from)\(\s*&?\(?\[?"?(?:127[.,]\s*0[.,]\s*0[.,]\s*1|localhost)/);
  return {
    language: 'Rust',
    framework: framework?.name,
    context: root,
    version: tomlValue(tomlTable(text, 'package'), 'version'),
    decisions: [
      { topic: 'language', value: 'Rust', evidence: place.place('Cargo.toml', 0) },
      ...(framework
        ? [
            {
              topic: 'framework' as const,
              value: framework.name,
              evidence: place.place('Cargo.toml', new RegExp(`^["']?${framework.crate}\\b`, 'm')),
            },
          ]
        : []),
      { topic: 'version', value: version.version, evidence: version.evidence },
      ...(libraries.length > 0
        ? [
            {
              topic: 'native dependencies' as const,
              value: libraries.map(([crate]) => crate).join(', '),
              evidence: join(root, 'Cargo.lock'),
            },
          ]
        : []),
      { topic: 'build', value: `--bin ${program.name}`, evidence: join(place.directory, 'Cargo.toml') },
      { topic: 'start', value: `/usr/local/bin/${program.name}`, evidence: 'the program that is built' },
      { topic: 'port', value: String(port.port), evidence: port.evidence },
      ...(health ? [{ topic: 'health' as const, value: health.path, evidence: health.evidence }] : []),
      ...directories.map(({ path, evidence }) => ({
        topic: 'files' as const,
        value: path,
        evidence: `read when it runs (${evidence})`,
      })),
    ],
    questions: [
      ...(lock === undefined
        ? [
            {
              question: 'There is no Cargo.lock: each build takes the newest crates that fit. Commit one.',
              flag: undefined,
              assumed: 'cargo build',
            },
          ]
        : []),
      ...(port.sure
        ? []
        : [
            {
              question: 'Which port does the program listen on? Nothing in its sources tells.',
              flag: '--port',
              assumed: String(port.port),
            },
          ]),
      ...(local
        ? [
            {
              question: `The program listens on this machine's own address only (${local.evidence}): nothing outside of its pod can reach it. Let it listen on 0.0.0.0.`,
              flag: undefined,
              assumed: undefined,
            },
          ]
        : []),
    ],
    stages: [
      buildStage(place, program.name, version, lock !== undefined, root),
      shippedStage(
        place,
        program.name,
        libraries.map(([, , name]) => name),
        directories,
      ),
    ],
    run: {
      command: [`/usr/local/bin/${program.name}`],
      commandEvidence: 'what is built',
      port: port.port,
      environment: { ...framework?.environment?.(port.port), ...(reads ? { PORT: String(port.port) } : {}) },
      user: libraries.length > 0 ? 10001 : 65532,
      userEvidence:
        libraries.length > 0
          ? 'a number without any rights; the image has no user for programs'
          : 'the user nonroot of the image',
      writable: [{ path: '/tmp', why: 'temporary files' }],
      health,
      ignoresTermination:
        !['Rocket', 'Actix Web'].includes(framework?.name ?? '') &&
        findInSources(place, /SignalKind::terminate|SIGTERM/) === undefined,
      startSeconds: 10,
      resources: { cpu: '50m', memory: '32Mi', memoryLimit: '256Mi' },
    },
    ignore: [{ comment: 'Built in the image', patterns: ['**/target'] }],
    files: [],
    variables: rustVariables(place),
  };
}

function workspaceRoot({ repository, directory }: Place): string {
  for (let at = directory; at !== ''; ) {
    at = directoryOf(at);
    if (/^\[workspace\]/m.test(repository.read(join(at, 'Cargo.toml')) ?? '')) return at;
  }
  return directory;
}

function chooseRust(place: Place, text: string): { readonly version: string; readonly evidence: string } {
  if (place.choices.version) return { version: place.choices.version, evidence: '--runtime-version' };
  const file = ['rust-toolchain.toml', 'rust-toolchain'].find((name) => place.has(name));
  const channel =
    file === undefined
      ? undefined
      : (tomlValue(tomlTable(place.read(file) ?? '', 'toolchain'), 'channel') ?? (place.read(file) ?? '').trim());
  if (file && channel && /^\d+\.\d+/.test(channel)) return { version: channel, evidence: file };
  const minimum = tomlValue(tomlTable(text, 'package'), 'rust-version');
  if (minimum && compareVersions(minimum, newestRust) > 0)
    return { version: minimum, evidence: place.place('Cargo.toml', 'rust-version') };
  const other = channel && file ? `; ${file} makes the build fetch ${channel}` : '';
  return {
    version: newestRust,
    evidence: `the newest that is known: new releases build what was written for older ones${other}`,
  };
}

function portOf(
  place: Place,
  framework: Framework | undefined,
): { readonly port: number; readonly evidence: string; readonly sure: boolean } {
  if (place.choices.port !== undefined) return { port: place.choices.port, evidence: '--port', sure: true };
  if (framework?.port) {
    const configured = /^port\s*=\s*(\d{2,5})/m.exec(place.read('Rocket.toml') ?? '')?.[1];
    return configured
      ? { port: Number(configured), evidence: 'Rocket.toml', sure: true }
      : { port: framework.port, evidence: `the default of ${framework.name}`, sure: true };
  }
  const found = findPort(place, [
    /"PORT"\)[\s\S]{0,160}?["(](\d{4,5})\b/,
    /(?:0\.0\.0\.0|127\.0\.0\.1|localhost|\[::\]):(\d{2,5})/,
    /\(\s*\[\s*(?:0|127),\s*0,\s*0,\s*[01]\s*\],\s*(\d{2,5})\s*\)/,
    /bind\(\s*\(\s*"[^"]*",\s*(\d{2,5})/,
    /\b(?:port|PORT)\b[^\n]{0,40}?\b(\d{4,5})\b/,
  ]);
  return found ? { ...found, sure: true } : { port: 8080, evidence: 'no evidence', sure: false };
}

/** Directories that the sources name, and the configuration of Rocket. Migrations are mostly compiled in. */
function rustDirectories(place: Place): { readonly path: string; readonly evidence: string }[] {
  const named = runtimeDirectories(place, 'rs').filter(({ path }) => !/^(?:src|target|migrations|benches)$/.test(path));
  return [
    ...named,
    ...(place.has('Rocket.toml') ? [{ path: 'Rocket.toml', evidence: 'Rocket reads it as it starts' }] : []),
  ];
}

function buildStage(
  place: Place,
  name: string,
  version: { version: string; evidence: string },
  locked: boolean,
  root: string,
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
      { kind: 'copy', comment: 'The sources, without what .dockerignore leaves out', sources: ['.'], destination: '.' },
      {
        kind: 'run',
        comment:
          'Crates and what was compiled stay in caches of the build machine, so that a changed source compiles little; the program is copied out of the cache',
        mounts: ['type=cache,target=/usr/local/cargo/registry', 'type=cache,target=/src/target'],
        commands: [
          `cargo build --release${locked ? ' --locked' : ''}${member} --bin ${name}`,
          `cp target/release/${name} /usr/local/bin/${name}`,
        ],
      },
    ],
  };
}

function shippedStage(
  place: Place,
  name: string,
  libraries: readonly string[],
  directories: readonly { readonly path: string; readonly evidence: string }[],
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
  ];
  return {
    name: undefined,
    base: plain ? 'gcr.io/distroless/cc-debian13:nonroot' : 'debian:13-slim',
    comment: `The image that ships: ${plain ? 'no shell and no package manager, only the C library, certificates and a user without rights' : 'a small system with the same C library as the build'}`,
    steps,
  };
}

function rustVariables(place: Place): PlannedVariable[] {
  return place
    .sources()
    .flatMap(({ path, text }) =>
      [
        ...text.matchAll(
          /\benv::var(?:_os)?\(\s*"([A-Z][A-Z0-9_]*)"\s*\)\s*(\?|\.(?:expect|unwrap)\(|\.unwrap_or\w*\((?:\|_\|\s*)?(?:"([^"]*)")?)?/g,
        ),
      ].map((match) =>
        variable(
          match[1] ?? '',
          match[3],
          /^(?:\?|\.(?:expect|unwrap)\()/.test(match[2] ?? ''),
          placeIn(path, text, match.index),
        ),
      ),
    );
}
