import type { Place } from '../detector.ts';
import { baseName, directoryOf, join, placeIn } from '../repository.ts';
import { isBuiltOnLinux } from './go-constraint.ts';

/** A main package of a module. */
export interface GoProgram {
  /** Relative to the module; '' for its root. */
  readonly directory: string;
  /** What the binary is called. */
  readonly name: string;
  readonly evidence: string;
  /** Its own files open a port. */
  readonly listens: boolean;
}

const notShipped =
  /(?:^|\/)(?:tools?|scripts?|hack|examples?|_examples?|testdata|test|e2e|vendor|gen|generate|docs?)\/|.\/internal\/|^internal\/tools\//;

/** The programs of a module, by directory. Examples and tools are not among them, unless there is nothing else. */
export function goPrograms(place: Place): GoProgram[] {
  const all = goFiles(place);
  const nested = all.filter(({ path }) => baseName(path) === 'go.mod').map(({ path }) => directoryOf(path));
  const mains = new Map<string, { evidence: string; listens: boolean }>();
  for (const { path, text } of all) {
    const at = /^package main\b/m.exec(text)?.index;
    if (
      at === undefined ||
      !path.endsWith('.go') ||
      path.endsWith('_test.go') ||
      nested.some((directory) => directory !== '' && path.startsWith(`${directory}/`))
    )
      continue;
    // Files that other tools run on their own, and those of other systems.
    if (!isBuiltOnLinux(path, text)) continue;
    const directory = directoryOf(path);
    const known = mains.get(directory);
    const main = /^func main\(/m.exec(text)?.index;
    mains.set(directory, {
      evidence:
        known === undefined || main !== undefined
          ? placeIn(join(place.directory, path), text, main ?? at)
          : known.evidence,
      listens: known?.listens === true || /ListenAndServe|\.Listen\(|net\.Listen|\.Run\(|\.Start\(/.test(text),
    });
  }
  const programs = [...mains].map(([directory, each]) => ({ directory, name: programName(place, directory), ...each }));
  const shipped = programs.filter(({ directory }) => !notShipped.test(`${directory}/`));
  return shipped.length > 0 ? shipped : programs;
}

/** The module as one of its programs is built: that one's package and those that it imports, directly or not. */
export function withSourcesOf(place: Place, { directory }: GoProgram, module: string): Place {
  const sources = place.sources();
  const packageOf = (path: string) =>
    directoryOf(place.directory === '' ? path : path.slice(place.directory.length + 1));
  const reached = new Set([directory]);
  for (const each of reached)
    for (const { path, text } of sources) {
      if (packageOf(path) !== each) continue;
      for (const [, imported = ''] of text.matchAll(/^[ \t]*(?:import\s+)?(?:[\w.]+\s+)?"([^"\n]+)"\s*(?:\/\/.*)?$/gm))
        if (imported === module) reached.add('');
        else if (imported.startsWith(`${module}/`)) reached.add(imported.slice(module.length + 1));
    }
  const own = sources.filter(({ path }) => reached.has(packageOf(path)));
  const { application } = place;
  return {
    ...place,
    sources: () => own,
    application: application && {
      ...application,
      variablesRead: application.variablesRead.filter(({ path }) => reached.has(packageOf(path))),
    },
  };
}

function programName(place: Place, directory: string): string {
  if (directory !== '' && baseName(directory) !== 'cmd') return baseName(directory);
  const module = /^module\s+"?(\S+?)"?\s*$/m.exec(place.read('go.mod') ?? '')?.[1] ?? 'app';
  return baseName(module.replace(/\/v\d+$/, '').replace(/\.git$/, '')) || 'app';
}

/** Paths relative to the module. */
function goFiles({ repository, directory }: Place): { readonly path: string; readonly text: string }[] {
  const prefix = directory === '' ? '' : `${directory}/`;
  return repository.files
    .filter((file) => file.startsWith(prefix) && (file.endsWith('.go') || file.endsWith('/go.mod')))
    .map((file) => ({ path: file.slice(prefix.length), text: repository.read(file) ?? '' }));
}

/** Directories without Go files that the sources name in a literal and that are not embedded: the program reads them as it runs. */
export function runtimeDirectories(
  place: Place,
  suffix = 'go',
): { readonly path: string; readonly evidence: string }[] {
  const { repository, directory } = place;
  const prefix = directory === '' ? '' : `${directory}/`;
  const files = repository.files.filter((file) => file.startsWith(prefix)).map((file) => file.slice(prefix.length));
  const top = new Set(files.filter((file) => file.includes('/')).map((file) => file.slice(0, file.indexOf('/'))));
  const found: { path: string; evidence: string }[] = [];
  for (const name of [...top].sort()) {
    if (/^\.|^(?:vendor|node_modules|docs?|cmd|internal|pkg|test|testdata|scripts?|deploy\w*)$/.test(name)) continue;
    if (files.some((file) => file.startsWith(`${name}/`) && file.endsWith(`.${suffix}`))) continue;
    const literal = new RegExp(`["'\`](?:\\./)?${name.replace(/[.*+?^$()[\]{}|\\]/g, '\\$&')}(?:/[^"'\`\\n]*)?["'\`]`);
    for (const { path, text } of place.sources()) {
      const at = withoutEmbedding(text).search(literal);
      if (at === -1 || embeds(text, name)) continue;
      found.push({ path: name, evidence: placeIn(path, text, at) });
      break;
    }
  }
  return found;
}

/**
 * Files at the top that an option names by default or that are opened by their name: `kingpin.Flag("config.file", …).Default("shop.yml")`,
 * `flag.String("config", "shop.yml", …)`, `os.ReadFile("shop.json")`. What is embedded is in the program.
 */
export function runtimeFiles(place: Place): { readonly path: string; readonly evidence: string }[] {
  const named =
    /(?:\.Default\(|\bString(?:P|Var|VarP)?\([^)\n]{0,120}?,|\bos\.(?:ReadFile|Open)\(|\.SetConfigFile\(|\bioutil\.ReadFile\()[ \t]*"(?:\.\/)?([\w-][\w.-]*\.(?:ya?ml|json|toml|ini|conf|html|tmpl|txt|csv))"/g;
  const found = new Map<string, string>();
  for (const { path, text } of place.sources())
    for (const match of text.matchAll(named)) {
      const name = match[1] ?? '';
      if (place.has(name) && !found.has(name) && !embeds(text, name)) found.set(name, placeIn(path, text, match.index));
    }
  return [...found].map(([path, evidence]) => ({ path, evidence }));
}

/**
 * Import paths and names of options look like directories and are none, and what Rust's attributes and macros include is in the program.
 * Same length, so that places stay right.
 */
function withoutEmbedding(text: string): string {
  return text
    .replace(/(?:\bArg::new|\.(?:long|id|get_one(?:::<[^>()]{0,60}>)?|get_flag))\(\s*"[^"\n]*"/g, (option) =>
      option.replace(/[^\n]/g, ' '),
    )
    .replace(/^[ \t]*(?:import\s+)?(?:[\w.]+\s+)?"[^"\n]+"\s*$/gm, (line) => ' '.repeat(line.length))
    .replace(/^[ \t]*#!?\[.*$|\binclude_\w+!\s*\([^)\n]*\)/gm, (line) => ' '.repeat(line.length))
    .replace(/^\/\/.*$/gm, (line) => ' '.repeat(line.length));
}

function embeds(text: string, name: string): boolean {
  return new RegExp(`^//go:embed\\s.*\\b${name.replace(/[.*+?^$()[\]{}|\\]/g, '\\$&')}\\b`, 'm').test(text);
}
