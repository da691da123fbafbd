import { normal, type PythonPackages } from './python-packages.ts';

/** Release lines of frameworks with the newest Python that they were made for. */
const madeFor: readonly (readonly [string, string, string])[] = [
  ['django', '1.11', '3.6'],
  ['django', '2.1', '3.7'],
  ['django', '3.1', '3.9'],
  ['django', '4.0', '3.10'],
  ['django', '4.1', '3.11'],
  ['django', '5.0', '3.12'],
  ['django', '5.1', '3.13'],
  ['flask', '1.1', '3.9'],
  ['flask', '2.2', '3.11'],
  ['numpy', '1.22', '3.10'],
  ['numpy', '1.25', '3.11'],
  ['numpy', '2.0', '3.12'],
  ['numpy', '2.2', '3.13'],
  ['pandas', '1.5', '3.11'],
  ['pandas', '2.2', '3.12'],
  ['sqlalchemy', '1.3', '3.9'],
  ['sqlalchemy', '2.0.30', '3.12'],
  // Python 3.8 made incomplete what it is compiled against.
  ['psycopg2', '2.7', '3.7'],
  ['psycopg2-binary', '2.7', '3.7'],
  ['psycopg2-binary', '2.8', '3.9'],
  ['psycopg2-binary', '2.9.4', '3.10'],
  ['psycopg2-binary', '2.9.5', '3.11'],
  ['psycopg2-binary', '2.9.9', '3.12'],
  ['pydantic', '1.9', '3.10'],
  ['pydantic', '2.4', '3.11'],
  ['pydantic', '2.7', '3.12'],
  ['pydantic', '2.11', '3.13'],
  ['asyncpg', '0.27', '3.11'],
  ['asyncpg', '0.29', '3.12'],
  ['cffi', '1.15', '3.11'],
  ['cryptography', '3.4', '3.10'],
  ['pillow', '9.5', '3.11'],
  ['pillow', '10.4', '3.12'],
  ['lxml', '4.9', '3.11'],
  ['gevent', '22.10', '3.11'],
  ['greenlet', '1.1', '3.10'],
  ['greenlet', '2.0', '3.11'],
  ['greenlet', '3.0', '3.12'],
  ['multidict', '6.0.4', '3.11'],
  ['multidict', '6.0.5', '3.12'],
  ['yarl', '1.9.2', '3.11'],
  ['frozenlist', '1.4.0', '3.11'],
  ['aiohttp', '3.8', '3.11'],
  ['markupsafe', '1.1', '3.9'],
  ['markupsafe', '2.1', '3.12'],
  ['uvloop', '0.17', '3.11'],
  ['pyyaml', '5.4', '3.9'],
  ['pyyaml', '6.0.2', '3.13'],
];

/** The newest line of Python that everything pinned is known to work with: by a table, and by the wheels that a lock file lists. */
export function newestPythonFor({
  dependencies,
  lockText,
}: PythonPackages): { readonly line: string; readonly evidence: string } | undefined {
  let found: { line: string; evidence: string } | undefined;
  const take = (line: string, evidence: string) => {
    if (found === undefined || minorOf(line) < minorOf(found.line)) found = { line, evidence };
  };
  for (const [name, version] of pins(dependencies, lockText)) {
    const row = madeFor.find(([known, upTo]) => known === name && isUpTo(version, upTo));
    if (row) take(row[2], `${name} ${version}`);
  }
  for (const { name, newest } of wheelLines(lockText))
    take(`3.${newest}`, `the binary wheels of ${name} in the lock file`);
  return found;
}

/** Packages that are compiled where there is no wheel for them. */
const compiled =
  /^(?:psycopg2-binary|numpy|pandas|asyncpg|cffi|cryptography|pillow|lxml|gevent|greenlet|multidict|yarl|frozenlist|aiohttp|markupsafe|uvloop|pyyaml)$/;

/** Pinned packages that have no wheel for a line of Python, being older than that: they are compiled as they are installed. */
export function withoutWheelFor({ dependencies, lockText }: PythonPackages, line: string): string[] {
  return [...pins(dependencies, lockText)].flatMap(([name, version]) => {
    const row = compiled.test(name) && madeFor.find(([known, upTo]) => known === name && isUpTo(version, upTo));
    return row && minorOf(row[2]) < minorOf(line) ? [name] : [];
  });
}

function minorOf(line: string): number {
  return Number(line.split('.')[1] ?? 0);
}

function pins(dependencies: ReadonlyMap<string, string>, lock: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, asked] of dependencies) {
    const exact = /^(?:==|~=|\^|~)?\s*(\d+(?:\.\d+)*)/.exec(asked)?.[1];
    if (exact && !asked.startsWith('>')) found.set(name, exact);
  }
  for (const [, name = '', version = ''] of lock.matchAll(/^name = "([^"]+)"\nversion = "(\d[^"]*)"/gm))
    found.set(normal(name), version);
  for (const [, name = '', version = ''] of lock.matchAll(/^[ \t]*"([\w.-]+)": \{[^{}]*?"version": "==(\d[^"]*)"/gm))
    found.set(normal(name), version);
  return found;
}

function isUpTo(version: string, bound: string): boolean {
  const [a, b] = [version, bound].map((each) => each.split('.').map((part) => Number.parseInt(part, 10) || 0));
  for (const [at, part] of (b ?? []).entries()) {
    const difference = (a?.[at] ?? 0) - part;
    if (difference !== 0) return difference < 0;
  }
  return true;
}

/** Packages of a lock file whose wheels are of certain versions of Python only, with the newest of them. */
function wheelLines(lock: string): { readonly name: string; readonly newest: number }[] {
  const byName = new Map<string, { newest: number; any: boolean }>();
  for (const [, name = '', tags = ''] of lock.matchAll(
    /["'/]([A-Za-z0-9_.]+)-\d[\w.+!]*-([\w.]+-[\w.]+-[\w.]+)\.whl/g,
  )) {
    const known = byName.get(name) ?? { newest: 0, any: false };
    if (/abi3|none-/.test(tags)) known.any = true;
    for (const [, minor = ''] of tags.matchAll(/\bcp3(\d+)\b/g)) known.newest = Math.max(known.newest, Number(minor));
    byName.set(name, known);
  }
  return [...byName]
    .filter(([, { any, newest }]) => !any && newest > 0)
    .map(([name, { newest }]) => ({ name, newest }));
}
