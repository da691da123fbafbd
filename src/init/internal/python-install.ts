import { sourcesOfUv } from '../../ecosystems/pip/install-inputs.ts';
import { toolForPython } from '../../ecosystems/pip/tools-for-python.ts';
import type { Place } from '../detector.ts';
import type { Step } from '../plan.ts';
import type { PythonPackages } from './python-packages.ts';
import { pythonScripts } from './python-scripts.ts';
import type { PythonStart } from './python-start.ts';
import { versionOfGit } from './python-version-of-git.ts';

const uv = 'uv==0.13.9';

export const environment = '/opt/venv';

const pipCache = 'type=cache,target=/root/.cache/pip';

const cacheStays = 'The cache stays on the build machine';

const first = 'What says which packages are needed comes first: a change of the sources alone then installs nothing';

/** The steps that install the packages, and the project itself where it is one or one of its programs is started. */
export function installSteps(place: Place, packages: PythonPackages, start: PythonStart, python: string): Step[] {
  const server = start.added && toolForPython(start.added, python);
  const added: Step[] = server
    ? [
        {
          kind: 'run',
          comment: 'The server, which the project does not ask for itself',
          mounts: [pipCache],
          commands: [`${environment}/bin/pip install ${server}`],
        },
      ]
    : [];
  const make: Step = {
    kind: 'run',
    comment: 'An environment of its own is copied as a whole',
    commands: [`python -m venv ${environment}`],
  };
  const activate: Step = { kind: 'env', variables: { PATH: `${environment}/bin:$PATH`, VIRTUAL_ENV: environment } };
  const install = (command: string): Step => ({
    kind: 'run',
    comment: cacheStays,
    mounts: [pipCache],
    commands: [command],
  });
  const manifests = (...names: string[]): Step => ({
    kind: 'copy',
    comment: first,
    sources: names.filter((name) => place.has(name)),
    destination: './',
  });
  const startsOwn = pythonScripts(place).some(({ name }) => name === start.words[0]);
  const own = (command: string): Step[] =>
    startsOwn
      ? [
          { ...everything, comment: `${start.words[0]} is there only where the project itself is installed` },
          ...versionOfGit(place),
          { kind: 'run', commands: [command] },
        ]
      : [];
  switch (packages.tool) {
    case 'pip':
      return [
        make,
        activate,
        ...requirementFiles(place, packages.requirements ?? 'requirements.txt'),
        requirementsInstall(place, packages.requirements ?? 'requirements.txt'),
        ...added,
        ...own('pip install --no-deps .'),
      ];
    case 'pipenv':
      return [
        tool(toolForPython('pipenv', python)),
        make,
        activate,
        manifests('Pipfile', 'Pipfile.lock'),
        install(packages.lock ? 'pipenv sync' : 'pipenv install --skip-lock'),
        ...added,
        ...own('pip install --no-deps .'),
      ];
    case 'poetry':
      return [
        tool(toolForPython('poetry', python)),
        make,
        activate,
        manifests('pyproject.toml', 'poetry.lock', 'poetry.toml'),
        // Poetry 1.1, the last for Python 3.6, has no groups.
        install(`poetry install ${python === '3.6' ? '--no-dev' : '--only main'} --no-root --no-interaction`),
        ...added,
        ...own('pip install --no-deps .'),
      ];
    case 'uv':
      return [
        tool(uv),
        {
          kind: 'env',
          variables: { UV_PROJECT_ENVIRONMENT: environment, UV_LINK_MODE: 'copy', UV_PYTHON_DOWNLOADS: 'never' },
        },
        ...uvSync(place, packages, start.extra, manifests('pyproject.toml', 'uv.lock', '.python-version')),
        ...added.map((step) =>
          step.kind === 'run' ? { ...step, commands: [`uv pip install --python ${environment} ${server}`] } : step,
        ),
      ];
    case 'project':
      return [
        make,
        activate,
        everything,
        ...versionOfGit(place),
        install(start.extra === undefined ? 'pip install .' : `pip install '.[${start.extra}]'`),
        ...added,
      ];
  }
}

const everything = { kind: 'copy', sources: ['.'], destination: '.' } as const satisfies Step;

/** What the project depends on, then the project itself; all in one step where packages lie in the repository. */
function uvSync(place: Place, { isPackage }: PythonPackages, extra: string | undefined, manifests: Step): Step[] {
  const reads = sourcesOfUv(place.read('pyproject.toml') ?? '', place.read('uv.lock') ?? '');
  const version = isPackage ? versionOfGit(place) : [];
  const sync = (comment: string, options: string): Step => ({
    kind: 'run',
    comment,
    mounts: ['type=cache,target=/root/.cache/uv'],
    commands: [`uv sync ${options}${extra === undefined ? '' : ` --extra ${extra}`}`],
  });
  switch (reads) {
    case 'to install':
      return [
        { ...everything, comment: 'Packages of the repository itself are installed, so all of it comes first' },
        ...version,
        sync(cacheStays, '--locked --no-dev --no-editable'),
      ];
    case 'to check':
      return [
        manifests,
        sync(
          `${cacheStays}. Without the sources the lock file cannot be checked`,
          '--frozen --no-dev --no-install-project',
        ),
        everything,
        ...version,
        sync('With them it is', '--locked --no-dev --no-editable'),
      ];
    case 'none':
      return [
        manifests,
        sync(cacheStays, '--locked --no-dev --no-install-project'),
        ...(isPackage
          ? [everything, ...version, sync('The project is a package itself', '--locked --no-dev --no-editable')]
          : []),
      ];
  }
}

/** What `pip freeze` wrote into an environment of old Debian and Ubuntu, and no index has. */
const ofDebian = /^[ \t]*pkg[-_]resources==0\.0\.0\b/im;

function requirementsInstall(place: Place, file: string): Step {
  const command = `pip install --requirement ${file}`;
  const isOfDebian = ofDebian.test(place.read(file) ?? '');
  return {
    kind: 'run',
    comment: isOfDebian
      ? `${cacheStays}. No index has pkg-resources 0.0.0 (${place.place(file, ofDebian)}), which pip freeze writes on Debian and Ubuntu`
      : cacheStays,
    mounts: [pipCache],
    commands: isOfDebian ? [`sed -i '/^[[:blank:]]*pkg[-_]resources==0\\.0\\.0/Id' ${file}`, command] : [command],
  };
}

function tool(requirement: string): Step {
  return {
    kind: 'run',
    comment: 'The package manager stays in this stage',
    mounts: [pipCache],
    commands: [`pip install ${requirement}`],
  };
}

function requirementFiles(place: Place, name: string): Step[] {
  const directory = name.includes('/') ? name.slice(0, name.lastIndexOf('/')) : '';
  if (directory !== '') return [{ kind: 'copy', comment: first, sources: [directory], destination: `./${directory}/` }];
  const others = [...(place.read(name) ?? '').matchAll(/^[ \t]*(?:-r|--requirement|-c|--constraint)[ =]+(\S+)/gm)].map(
    ([, other = '']) => other.replace(/^\.\//, ''),
  );
  const isBelow = (other: string) => other.includes('/');
  const steps: Step[] = [
    {
      kind: 'copy',
      comment: first,
      sources: [name, ...others.filter((other) => place.has(other) && !isBelow(other))],
      destination: './',
    },
  ];
  for (const below of new Set(
    others.filter((other) => place.has(other) && isBelow(other)).map((other) => other.slice(0, other.lastIndexOf('/'))),
  ))
    steps.push({ kind: 'copy', sources: [below], destination: `./${below}/` });
  return steps;
}
