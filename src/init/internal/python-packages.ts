import type { Place } from '../detector.ts';
import { tomlArray, tomlKeys, tomlTable, tomlValue } from './toml.ts';

export type PythonTool = 'pip' | 'poetry' | 'uv' | 'pipenv' | 'project';

/** What a Python application installs, and how. */
export interface PythonPackages {
  readonly tool: PythonTool;
  readonly evidence: string;
  /** Base name of the file of requirements, for pip. */
  readonly requirements: string | undefined;
  readonly lock: string | undefined;
  /** By name in lower case with hyphens: the version that is asked for, as written. */
  readonly dependencies: ReadonlyMap<string, string>;
  /** Everything that the lock file names, for packages that others bring along. */
  readonly lockText: string;
  /** The project itself is a package that has to be installed. */
  readonly isPackage: boolean;
  /** The version of Python that is asked for. */
  readonly asked: { readonly range: string; readonly evidence: string } | undefined;
}

const requirementNames = [
  'requirements.txt',
  'requirements/production.txt',
  'requirements/prod.txt',
  'requirements/base.txt',
  'requirements-prod.txt',
];

/** Undefined when there is nothing to install from. */
export function readPythonPackages(place: Place): PythonPackages | undefined {
  const project = place.read('pyproject.toml') ?? '';
  const requirements = requirementNames.find((name) => place.has(name));
  const common = {
    asked: askedPython(place, project),
    isPackage: false,
    requirements: undefined,
    lock: undefined,
    lockText: '',
  };
  const read = (name: string) => place.read(name) ?? '';
  if (place.has('uv.lock'))
    return {
      ...common,
      tool: 'uv',
      evidence: 'uv.lock',
      lock: 'uv.lock',
      lockText: read('uv.lock'),
      dependencies: projectDependencies(project),
      isPackage: /^\[build-system\]/m.test(project),
    };
  if (place.has('poetry.lock') || (tomlTable(project, 'tool.poetry.dependencies') !== '' && requirements === undefined))
    return {
      ...common,
      tool: 'poetry',
      evidence: place.has('poetry.lock') ? 'poetry.lock' : 'tool.poetry (pyproject.toml)',
      lock: place.has('poetry.lock') ? 'poetry.lock' : undefined,
      lockText: read('poetry.lock'),
      dependencies: new Map([...poetryDependencies(project), ...projectDependencies(project)]),
    };
  if (place.has('Pipfile.lock') || (place.has('Pipfile') && requirements === undefined))
    return {
      ...common,
      tool: 'pipenv',
      evidence: place.has('Pipfile.lock') ? 'Pipfile.lock' : 'Pipfile',
      lock: place.has('Pipfile.lock') ? 'Pipfile.lock' : undefined,
      lockText: read('Pipfile.lock'),
      dependencies: keysOf(tomlTable(read('Pipfile'), 'packages')),
    };
  if (requirements !== undefined)
    return {
      ...common,
      tool: 'pip',
      evidence: requirements,
      requirements,
      lockText: read(requirements),
      dependencies: requirementsOf(place, requirements, 0),
    };
  if (tomlTable(project, 'project') !== '')
    return {
      ...common,
      tool: 'project',
      evidence: 'pyproject.toml',
      dependencies: projectDependencies(project),
      isPackage: true,
    };
  return place.has('setup.py')
    ? {
        ...common,
        tool: 'project',
        evidence: 'setup.py',
        dependencies: requirementLines(quotedOf(read('setup.py'))),
        isPackage: true,
      }
    : undefined;
}

function quotedOf(text: string): string {
  return [...text.matchAll(/["']([A-Za-z][\w.-]*(?:\[[\w,-]+\])?(?:[<>=~!]=?[^"'\n]*)?)["']/g)]
    .map(([, line = '']) => line)
    .join('\n');
}

function projectDependencies(project: string): Map<string, string> {
  return requirementLines(tomlArray(tomlTable(project, 'project'), 'dependencies').join('\n'));
}

function poetryDependencies(project: string): Map<string, string> {
  const found = keysOf(tomlTable(project, 'tool.poetry.dependencies'));
  found.delete('python');
  return found;
}

function keysOf(table: string): Map<string, string> {
  return new Map(
    tomlKeys(table).map((key) => [
      normal(key),
      tomlValue(table, key) ?? /version\s*=\s*["']([^"']+)/.exec(lineOf(table, key))?.[1] ?? '*',
    ]),
  );
}

function lineOf(table: string, key: string): string {
  return table.split('\n').find((line) => line.replace(/["']/g, '').startsWith(key)) ?? '';
}

function normal(name: string): string {
  return name.toLowerCase().replace(/[._]+/g, '-');
}

/** Lines of a requirements file; `-r other.txt` is followed. */
function requirementsOf(place: Place, name: string, depth: number): Map<string, string> {
  const text = place.read(name) ?? '';
  const found = requirementLines(text);
  const directory = name.includes('/') ? name.slice(0, name.lastIndexOf('/') + 1) : '';
  if (depth < 4)
    for (const [, other = ''] of text.matchAll(/^\s*(?:-r|--requirement)[ =]+(\S+)/gm))
      for (const [key, value] of requirementsOf(place, directory + other, depth + 1)) found.set(key, value);
  return found;
}

function requirementLines(text: string): Map<string, string> {
  const lines = text.matchAll(/^[ \t]*([A-Za-z0-9][\w.-]*)(\[[^\]]*\])?[ \t]*((?:[<>=~!]=?|@)[^;#\n\\]*)?/gm);
  return new Map(
    [...lines].map(([, name = '', extras = '', version = '']) => [normal(name), `${version.trim()}${extras}`]),
  );
}

function askedPython(place: Place, project: string): PythonPackages['asked'] {
  const { version } = place.choices;
  if (version !== undefined) return { range: version, evidence: '--runtime-version' };
  const file = place.read('.python-version')?.trim();
  if (file && /^\d/.test(file)) return { range: file.split('\n')[0] ?? '', evidence: '.python-version' };
  const runtime = /^python-(\d[\d.]*)/.exec(place.read('runtime.txt') ?? '')?.[1];
  if (runtime) return { range: runtime, evidence: 'runtime.txt' };
  const tools = /^python[ \t]+(\d\S*)/m.exec(place.read('.tool-versions') ?? '')?.[1];
  if (tools) return { range: tools, evidence: '.tool-versions' };
  const pipfile = tomlTable(place.read('Pipfile') ?? '', 'requires');
  const required = tomlValue(pipfile, 'python_full_version') ?? tomlValue(pipfile, 'python_version');
  if (required) return { range: required, evidence: `requires (${place.place('Pipfile', '[requires]')})` };
  const own = tomlValue(tomlTable(project, 'project'), 'requires-python');
  if (own) return { range: own, evidence: `requires-python (${place.place('pyproject.toml', 'requires-python')})` };
  const poetry = tomlValue(tomlTable(project, 'tool.poetry.dependencies'), 'python');
  return poetry ? { range: poetry, evidence: `python (${place.place('pyproject.toml', /^python\s*=/m)})` } : undefined;
}

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
  ['psycopg2-binary', '2.8', '3.9'],
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
  for (const [, name = '', version = ''] of lock.matchAll(/^\s*"([\w.-]+)": \{[^{}]*?"version": "==(\d[^"]*)"/gm))
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

/** What packages need of Debian: to be compiled, and to run. */
const native: Readonly<Record<string, { readonly build: readonly string[]; readonly run: readonly string[] }>> = {
  psycopg2: { build: ['libpq-dev'], run: ['libpq5'] },
  mysqlclient: { build: ['default-libmysqlclient-dev', 'pkg-config'], run: ['libmariadb3'] },
  'python-ldap': { build: ['libldap2-dev', 'libsasl2-dev'], run: ['libldap2', 'libsasl2-2'] },
  uwsgi: { build: [], run: ['libxml2'] },
  pycairo: { build: ['libcairo2-dev', 'pkg-config'], run: ['libcairo2'] },
  weasyprint: { build: [], run: ['libpango-1.0-0', 'libpangoft2-1.0-0', 'libharfbuzz-subset0'] },
  pyodbc: { build: ['unixodbc-dev'], run: ['unixodbc'] },
  'opencv-python': { build: [], run: ['libgl1', 'libglib2.0-0'] },
  gdal: { build: ['libgdal-dev'], run: ['libgdal36'] },
};

export interface PythonNative {
  readonly names: readonly string[];
  /** Something is compiled as it is installed. */
  readonly compiles: boolean;
  readonly build: readonly string[];
  readonly run: readonly string[];
}

export function pythonNative({ dependencies, lockText }: PythonPackages): PythonNative {
  const known = Object.keys(native).filter(
    (name) => dependencies.has(name) || new RegExp(`^(?:name = ")?${name}(?:"|==)`, 'mi').test(lockText),
  );
  const build = [...new Set(known.flatMap((name) => native[name]?.build ?? []))];
  const sourcesOnly = withoutWheels(lockText);
  return {
    names: [...new Set([...known, ...sourcesOnly])],
    compiles: build.length > 0 || sourcesOnly.length > 0 || known.includes('uwsgi'),
    build,
    run: [...new Set(known.flatMap((name) => native[name]?.run ?? []))],
  };
}

/** Packages of a lock file of uv or Poetry that have sources and no wheel. Pure ones need no compiler: that cannot be told from here. */
function withoutWheels(lock: string): string[] {
  return lock
    .split(/^\[\[package\]\]$/m)
    .filter((block) => /\.(?:tar\.gz|zip)"/.test(block) && !/\.whl"/.test(block))
    .flatMap((block) => /^name = "([^"]+)"/m.exec(block)?.[1] ?? []);
}
