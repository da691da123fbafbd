import type { NotDecided, Place } from '../detector.ts';
import type { PlannedVariable, Question } from '../plan.ts';
import { directoryOf, filesBelow, join, placeIn } from '../repository.ts';
import { findInSources, findPort } from './endpoints.ts';
import { runtimeDirectories } from './go-program.ts';
import type { RustAddress } from './rust-environment.ts';
import type { RustOption } from './rust-options.ts';
import { tomlTable, tomlValue } from './toml.ts';
import { variable } from './variables.ts';

export interface Framework {
  readonly crate: string;
  readonly name: string;
  readonly port?: number;
  readonly environment?: (port: number) => Readonly<Record<string, string>>;
}

export const frameworks: readonly Framework[] = [
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
  { crate: 'tiny_http', name: 'tiny_http' },
  { crate: 'rouille', name: 'rouille' },
  { crate: 'gotham', name: 'Gotham' },
  { crate: 'ntex', name: 'ntex' },
];

export function programOf(
  place: Place,
  text: string,
  name: string,
): { readonly name: string } | NotDecided | undefined {
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

export function workspaceRoot({ repository, directory }: Place): string {
  for (let at = directory; at !== ''; ) {
    at = directoryOf(at);
    if (/^\[workspace\]/m.test(repository.read(join(at, 'Cargo.toml')) ?? '')) return at;
  }
  return directory;
}

/** A field of `[package]`, also where it is the workspace's. */
export function packageValue({ repository }: Place, text: string, root: string, key: string): string | undefined {
  const own = tomlTable(text, 'package');
  const isShared =
    tomlValue(own, `${key}.workspace`) === 'true' ||
    new RegExp(`^${key}\\s*=\\s*\\{[^}]*\\bworkspace\\s*=\\s*true`, 'm').test(own);
  if (!isShared) return tomlValue(own, key);
  return tomlValue(tomlTable(repository.read(join(root, 'Cargo.toml')) ?? '', 'workspace.package'), key);
}

export function portOf(
  place: Place,
  framework: Framework | undefined,
  address: RustAddress | undefined,
): { readonly port: number; readonly evidence: string; readonly sure: boolean } {
  if (place.choices.port !== undefined) return { port: place.choices.port, evidence: '--port', sure: true };
  if (address) return { port: address.port, evidence: address.evidence, sure: true };
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
    /\bIpv[46]Addr::(?:UNSPECIFIED|LOCALHOST|new\([^)\n]*\))(?:\.into\(\))?,\s*(\d{2,5})\b/,
    /\b(?:port|PORT)\b[^\n]{0,40}?\b(\d{4,5})\b/,
  ]);
  return found ? { ...found, sure: true } : { port: 8080, evidence: 'no evidence', sure: false };
}

/** Directories that the sources name, and the configuration of Rocket. Migrations are mostly compiled in. */
export function rustDirectories(place: Place): { readonly path: string; readonly evidence: string }[] {
  const named = runtimeDirectories(place, 'rs').filter(({ path }) => !/^(?:src|target|migrations|benches)$/.test(path));
  return [
    ...named,
    ...(place.has('Rocket.toml') ? [{ path: 'Rocket.toml', evidence: 'Rocket reads it as it starts' }] : []),
  ];
}

/**
 * What sqlx has to be given for its macros to compile where no database is: https://docs.rs/sqlx/latest/sqlx/macro.query.html#offline-mode
 * Nothing where it is there, or where none of the macros is used.
 */
export function databaseQuestions(place: Place, root: string): readonly Question[] {
  const { repository, directory } = place;
  const isPrepared = [root, directory].some(
    (at) => repository.has(join(at, 'sqlx-data.json')) || filesBelow(repository, join(at, '.sqlx')).length > 0,
  );
  const used = isPrepared
    ? undefined
    : findInSources(place, /\b(?:sqlx::query|query_(?:as|scalar|file|file_as))(?:_as|_scalar|_file|_file_as)?!/);
  if (used === undefined) return [];
  return [
    {
      question: `${used.match[0]} (${used.evidence}) asks the database while it is compiled, and the build has none: run cargo sqlx prepare, and commit what it writes.`,
      flag: undefined,
      assumed: undefined,
    },
  ];
}

/** Variables that the program reads as it runs: those of options and of its own code, not those that Cargo sets. */
export function rustVariables(place: Place, options: readonly RustOption[]): PlannedVariable[] {
  const ofOptions = options.map(({ name, fallback, optional, evidence }) =>
    variable(name, fallback, !optional, evidence),
  );
  return [...ofOptions, ...readVariables(place)].filter(({ name }) => !/^(?:CARGO|CARGO_\w+|OUT_DIR)$/.test(name));
}

function readVariables(place: Place): PlannedVariable[] {
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
