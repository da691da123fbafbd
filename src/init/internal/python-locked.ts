import { jsonObjectOf, parseJsonObject } from '../../core/json-object.ts';
import { normal, type PythonPackages } from './python-packages.ts';
import { tomlKeys } from './toml.ts';

/**
 * Whether what runs in production brings a package along, as the lock file has it: one that a group for development alone asks for is locked, and
 * not installed.
 */
export function isBroughtAlong(packages: PythonPackages, name: string): boolean {
  switch (packages.tool) {
    case 'uv':
    case 'poetry':
      return isReached(lockedPackages(packages), [...packages.dependencies.keys()], name);
    case 'pipenv':
      return Object.keys(jsonObjectOf(parseJsonObject(packages.lockText)?.default)).some((key) => normal(key) === name);
    case 'pip':
      return packages.lockText.split('\n').some((line) => isNamedIn(line.replace(/^\s*#.*/, ''), name));
    case 'project':
      return false;
  }
}

/** By address or file, or below an option: what has it by name alone is a dependency. */
function isNamedIn(line: string, name: string): boolean {
  return new RegExp(`(?:^|[^\\w-])${name}(?![\\w-])`).test(line.replace(/\s#.*$/, ''));
}

type Locked = ReadonlyMap<string, ReadonlySet<string>>;

function isReached(locked: Locked, from: readonly string[], name: string): boolean {
  const reached = new Set(from);
  for (const each of reached) for (const next of locked.get(each) ?? []) reached.add(next);
  return reached.has(name);
}

/** By package the names of those that it asks for. */
function lockedPackages({ tool, lockText }: PythonPackages): Locked {
  const found = new Map<string, Set<string>>();
  for (const text of lockText.split(/^\[\[package\]\][ \t]*$/m).slice(1)) {
    const [own = '', ...tables] = text.split(/^(?=\[)/m);
    const name = /^name = "([^"]+)"/m.exec(own)?.[1];
    if (name === undefined) continue;
    // Several versions of a package have an entry each.
    const asked = found.get(normal(name)) ?? new Set<string>();
    found.set(normal(name), asked);
    for (const each of tool === 'uv' ? ofUv(own, tables) : ofPoetry(tables)) asked.add(normal(each));
  }
  return found;
}

/** Extras are locked where somebody asks for them; those of the project itself are installed by name. */
function ofUv(own: string, tables: readonly string[]): readonly string[] {
  const isOwn = /^source = \{ (?:editable|virtual) = /m.test(own);
  const extras = isOwn ? [] : tables.filter((table) => table.startsWith('[package.optional-dependencies]'));
  return [own, ...extras].flatMap((text) => [...text.matchAll(/\{ name = "([^"]+)"/g)].map(([, name = '']) => name));
}

function ofPoetry(tables: readonly string[]): readonly string[] {
  return tables.filter((table) => table.startsWith('[package.dependencies]')).flatMap((table) => tomlKeys(table));
}
