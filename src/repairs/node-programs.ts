import { type JsonObject, jsonObjectOf } from '../core/json-object.ts';
import { literalPattern } from '../core/literal-pattern.ts';

/** A text in quotes that names one of some packages, or a module of one. There must be one. */
export function namesPackage(names: readonly string[]): RegExp {
  return new RegExp(`["'\`](?:${names.map(literalPattern).join('|')})(?:/[^"'\`\\n]*)?["'\`]`);
}

/** Programs whose package has another name, from which no rule leads to theirs. */
const otherNames: Readonly<Record<string, readonly string[]>> = {
  typescript: ['tsc'],
  '@angular/cli': ['ng'],
  '@nestjs/cli': ['nest'],
  '@remix-run/dev': ['remix'],
  '@react-router/dev': ['react-router'],
  'npm-run-all': ['run-s', 'run-p'],
  'npm-run-all2': ['run-s', 'run-p'],
};

/** Words of a start that are never those of a development dependency. */
const common: ReadonlySet<string> = new Set([
  'node',
  'npm',
  'npx',
  'yarn',
  'pnpm',
  'sh',
  'bash',
  'cli',
  'start',
  'run',
]);

/** The programs that packages bring: as the lock file of npm lists them, and as their names let one guess. Rather one too many. */
export function developmentPrograms(names: readonly string[], lock: JsonObject | undefined): ReadonlySet<string> {
  const packages = names.filter((name) => !name.startsWith('@types/'));
  const programs = packages.flatMap((name) => {
    const [scope, own] = name.startsWith('@') ? name.slice(1).split('/') : [undefined, name];
    const bare = (own ?? name).replace(/-(?:cli|bin)$/, '');
    return [
      ...(Object.hasOwn(otherNames, name) ? (otherNames[name] ?? []) : []),
      ...(lockedPrograms(name, lock) ?? []),
      ...(own === undefined ? [] : [own]),
      bare,
      ...(scope === undefined ? [] : [`${scope}-${own}`, `${scope.replace(/-run$/, '')}-${own}`]),
      ...(scope !== undefined && own === 'cli' ? [scope] : []),
    ];
  });
  return new Set(programs.filter((program) => !common.has(program)));
}

/** The programs that are known to come from `dependencies`: where the lock file does not tell, those of the package's own name. */
export function productionPrograms(
  dependencies: JsonObject,
  development: ReadonlySet<string>,
  lock: JsonObject | undefined,
): ReadonlySet<string> {
  const programs = Object.keys(dependencies).flatMap((name) => lockedPrograms(name, lock) ?? [name]);
  return new Set(programs.filter((program) => !development.has(program)));
}

/** Undefined where the lock file has no such package; empty where the package brings none. */
function lockedPrograms(name: string, lock: JsonObject | undefined): readonly string[] | undefined {
  const packages = jsonObjectOf(lock?.packages);
  const key = `node_modules/${name}`;
  return Object.hasOwn(packages, key) ? Object.keys(jsonObjectOf(jsonObjectOf(packages[key]).bin)) : undefined;
}
