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
  /** By group of optional dependencies the names that it has. */
  readonly optional: ReadonlyMap<string, ReadonlySet<string>>;
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
    optional: optionalDependencies(project),
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
      dependencies: new Map([...lockedDependencies(read('uv.lock')), ...projectDependencies(project)]),
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

function optionalDependencies(project: string): Map<string, ReadonlySet<string>> {
  const table = tomlTable(project, 'project.optional-dependencies');
  return new Map(
    tomlKeys(table).map((key) => [key, new Set(requirementLines(tomlArray(table, key).join('\n')).keys())]),
  );
}

/** What uv.lock says of the project itself, for dependencies that are dynamic: no version is asked for there. */
function lockedDependencies(lock: string): [string, string][] {
  const own = lock.split('[[package]]').find((entry) => /^source = \{ (?:editable|virtual) = "\." \}/m.test(entry));
  const listed = /^dependencies = \[\r?\n((?: .*\n)*)/m.exec(own ?? '')?.[1] ?? '';
  return [...listed.matchAll(/\{ name = "([^"]+)"/g)].map(([, name = '']) => [normal(name), '']);
}

function poetryDependencies(project: string): Map<string, string> {
  const found = keysOf(tomlTable(project, 'tool.poetry.dependencies'));
  found.delete('python');
  return found;
}

function keysOf(table: string): Map<string, string> {
  return new Map(tomlKeys(table).map((key) => [normal(key), tomlValue(table, key) ?? withExtras(lineOf(table, key))]));
}

/** `{ version = "^0.115", extras = ["standard"] }` as requirements write it. */
function withExtras(line: string): string {
  const version = /version\s*=\s*["']([^"']+)/.exec(line)?.[1] ?? '*';
  const extras = [...(/extras\s*=\s*\[([^\]]*)\]/.exec(line)?.[1] ?? '').matchAll(/["']([\w.-]+)["']/g)];
  return extras.length === 0 ? version : `${version}[${extras.map(([, name = '']) => name).join(',')}]`;
}

function lineOf(table: string, key: string): string {
  return table.split('\n').find((line) => line.replace(/["']/g, '').startsWith(key)) ?? '';
}

/** The name of a package as the index has it. https://packaging.python.org/en/latest/specifications/name-normalization/ */
export function normal(name: string): string {
  return name.toLowerCase().replace(/[._]+/g, '-');
}

/** Lines of a requirements file; `-r other.txt` is followed. */
function requirementsOf(place: Place, name: string, depth: number): Map<string, string> {
  const text = place.read(name) ?? '';
  const found = requirementLines(text);
  const directory = name.includes('/') ? name.slice(0, name.lastIndexOf('/') + 1) : '';
  if (depth < 4)
    for (const [, other = ''] of text.matchAll(/^[ \t]*(?:-r|--requirement)[ =]+(\S+)/gm))
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
