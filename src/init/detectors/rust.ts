import { releasesOf } from '../../bases/releases.ts';
import type { Detector, Place } from '../detector.ts';
import { findHealth, findInSources } from '../internal/endpoints.ts';
import {
  dataSteps,
  isBuildScript,
  rustAddress,
  rustData,
  toolchainFile,
  toolchainFiles,
} from '../internal/rust-environment.ts';
import { rustOptions } from '../internal/rust-options.ts';
import {
  databaseQuestions,
  type Framework,
  frameworks,
  packageValue,
  portOf,
  programOf,
  rustDirectories,
  rustVariables,
  workspaceRoot,
} from '../internal/rust-program.ts';
import { buildStage, shippedStage } from '../internal/rust-stages.ts';
import { tomlTable, tomlValue } from '../internal/toml.ts';
import { compareVersions } from '../internal/versions.ts';
import type { Detection, IgnoreGroup } from '../plan.ts';
import { join } from '../repository.ts';

/** The only release of Rust that gets fixes. */
const newestRust = () => releasesOf('rust')?.newest ?? '1';

export const detector: Detector = {
  language: 'Rust',
  mayBe: (names) => names.has('Cargo.toml'),
  detect(given) {
    const sources = () =>
      given
        .sources()
        .filter(({ path }) => !isBuildScript(given, path) && !isTest.test(path))
        .map(({ path, text }) => ({ path, text: withoutTests(text) }));
    const place: Place = { ...given, sources };
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

/** What only `cargo test` compiles, by its name. */
const isTest = /(?:^|\/)(?:tests?|test_\w+|\w+_tests?)\.rs$/;

/** From the attribute to the `}` in the first column, where rustfmt puts it; to the end where none stands there. */
const testModule =
  /^#\[cfg\(test\)\]\s*(?:#\[[^\]\n]*\]\s*)*(?:pub\s+)?mod\s+\w+\s*\{(?:[^\n]*\}[ \t]*$|[\s\S]*?^\}|[\s\S]*)/gm;

/** Without modules of tests, each line where it was: https://doc.rust-lang.org/book/ch11-03-test-organization.html */
function withoutTests(text: string): string {
  return text.replaceAll(testModule, (block) => block.replaceAll(/[^\n]+/g, ''));
}

/** Crates that use a library of the system, with what Debian calls it. */
const native: readonly (readonly [string, string, string])[] = [
  ['openssl-sys', 'libssl-dev', 'libssl3t64'],
  ['pq-sys', 'libpq-dev', 'libpq5'],
  ['mysqlclient-sys', 'default-libmysqlclient-dev', 'libmariadb3'],
  // These are linked to what the image that compiles has, where a feature does not bring them along.
  ['bzip2-sys', 'libbz2-dev', 'libbz2-1.0'],
  ['curl-sys', 'libcurl4-openssl-dev', 'libcurl4t64'],
  ['libsqlite3-sys', 'libsqlite3-dev', 'libsqlite3-0'],
];

/** Variables that make a crate link its own copy of a library, which the image that compiles has as well and the one that ships has not. */
const linkedIn: readonly (readonly [crates: string, variable: string])[] = [
  ['(?:lib)?lzma-sys', 'LZMA_API_STATIC'],
  ['libz-sys', 'LIBZ_SYS_STATIC'],
];

/** Whether a crate uses a library of the system, as its lock file shows it. */
function isOfSystem(crate: string, lock: string): boolean {
  const entry = new RegExp(`^name = "${crate}"\\n[^[]*(?:\\[\\n[^\\]]*\\])?`, 'm').exec(lock)?.[0];
  if (entry === undefined) return false;
  if (crate === 'openssl-sys') return !/^name = "openssl-src"/m.test(lock);
  // With the feature «bundled» it compiles SQLite itself.
  return crate !== 'libsqlite3-sys' || !/^ "cc"/m.test(entry);
}

function detection(
  place: Place,
  text: string,
  program: { readonly name: string },
  framework: Framework | undefined,
): Detection {
  const root = workspaceRoot(place);
  const lock = place.repository.read(join(root, 'Cargo.lock'));
  const libraries = native.filter(([crate]) => isOfSystem(crate, lock ?? ''));
  const linked = linkedIn.filter(([crates]) => new RegExp(`^name = "${crates}"`, 'm').test(lock ?? ''));
  const version = chooseRust(place, text, root);
  const options = rustOptions(place);
  const address = rustAddress(place, options);
  const data = rustData(options);
  const user = libraries.length > 0 ? 10001 : 65532;
  const port = portOf(place, framework, address);
  const health = findHealth(place);
  const directories = rustDirectories(place);
  const reads = findInSources(place, /env::var(?:_os)?\(\s*"PORT"|\bPORT\b[^\n]{0,40}env/) !== undefined;
  const local =
    framework?.environment || address
      ? undefined
      : findInSources(place, /(?:bind|listen|run|from)\(\s*&?\(?\[?"?(?:127[.,]\s*0[.,]\s*0[.,]\s*1|localhost)/);
  return {
    language: 'Rust',
    framework: framework?.name,
    context: root,
    version: packageValue(place, text, root, 'version'),
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
      ...databaseQuestions(place, root),
      ...data.questions,
    ],
    stages: [
      buildStage(place, program.name, version, {
        locked: lock !== undefined,
        root,
        data: data.writable,
        linked: linked.map(([, variable]) => variable),
      }),
      shippedStage(
        place,
        program.name,
        libraries.map(([, , name]) => name),
        directories,
        dataSteps(data, user),
      ),
    ],
    run: {
      command: [`/usr/local/bin/${program.name}`],
      commandEvidence: 'what is built',
      port: port.port,
      environment: {
        ...framework?.environment?.(port.port),
        ...(reads ? { PORT: String(port.port) } : {}),
        ...address?.environment,
        ...data.environment,
      },
      user,
      userEvidence:
        libraries.length > 0
          ? 'a number without any rights; the image has no user for programs'
          : 'the user nonroot of the image',
      writable: [{ path: '/tmp', why: 'temporary files' }, ...data.writable],
      health,
      ignoresTermination:
        !['Rocket', 'Actix Web'].includes(framework?.name ?? '') &&
        findInSources(place, /SignalKind::terminate|SIGTERM/) === undefined,
      startSeconds: 10,
      resources: { cpu: '50m', memory: '32Mi', memoryLimit: '256Mi' },
    },
    ignore: [{ comment: 'Built in the image', patterns: ['**/target'] }, ...version.ignore],
    files: [],
    variables: rustVariables(place, options),
  };
}

interface ChosenRust {
  readonly version: string;
  readonly evidence: string;
  readonly ignore: readonly IgnoreGroup[];
}

function chooseRust(place: Place, text: string, root: string): ChosenRust {
  if (place.choices.version) return { version: place.choices.version, evidence: '--runtime-version', ignore: [] };
  const file = toolchainFile(place, root);
  const written = file === undefined ? '' : (place.repository.read(file) ?? '');
  const channel =
    tomlValue(tomlTable(written, 'toolchain'), 'channel') ?? (/^\S+$/.test(written.trim()) ? written.trim() : '');
  if (file && /^\d+\.\d+(?:\.\d+)?$/.test(channel)) {
    const comment = 'The image is of this release already: rustup would only fetch what developers want beside it';
    return { version: channel, evidence: `channel (${file})`, ignore: [{ comment, patterns: toolchainFiles }] };
  }
  const minimum = packageValue(place, text, root, 'rust-version');
  if (minimum && compareVersions(minimum, newestRust()) > 0)
    return { version: minimum, evidence: place.place('Cargo.toml', 'rust-version'), ignore: [] };
  const other = channel && file ? `; ${file} makes the build fetch ${channel}` : '';
  return {
    version: newestRust(),
    evidence: `the newest that is known: new releases build what was written for older ones${other}`,
    ignore: [],
  };
}
