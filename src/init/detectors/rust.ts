import { releasesOf } from '../../bases/releases.ts';
import type { Detector, Place } from '../detector.ts';
import { findHealth, findInSources } from '../internal/endpoints.ts';
import {
  type Framework,
  frameworks,
  portOf,
  programOf,
  rustDirectories,
  rustVariables,
  workspaceRoot,
} from '../internal/rust-program.ts';
import { buildStage, shippedStage } from '../internal/rust-stages.ts';
import { tomlTable, tomlValue } from '../internal/toml.ts';
import { compareVersions } from '../internal/versions.ts';
import type { Detection } from '../plan.ts';
import { join } from '../repository.ts';

/** The only release of Rust that gets fixes. */
const newestRust = () => releasesOf('rust')?.newest ?? '1';

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

function chooseRust(place: Place, text: string): { readonly version: string; readonly evidence: string } {
  if (place.choices.version) return { version: place.choices.version, evidence: '--runtime-version' };
  const file = ['rust-toolchain.toml', 'rust-toolchain'].find((name) => place.has(name));
  const channel =
    file === undefined
      ? undefined
      : (tomlValue(tomlTable(place.read(file) ?? '', 'toolchain'), 'channel') ?? (place.read(file) ?? '').trim());
  if (file && channel && /^\d+\.\d+/.test(channel)) return { version: channel, evidence: file };
  const minimum = tomlValue(tomlTable(text, 'package'), 'rust-version');
  if (minimum && compareVersions(minimum, newestRust()) > 0)
    return { version: minimum, evidence: place.place('Cargo.toml', 'rust-version') };
  const other = channel && file ? `; ${file} makes the build fetch ${channel}` : '';
  return {
    version: newestRust(),
    evidence: `the newest that is known: new releases build what was written for older ones${other}`,
  };
}
