import { toolForPython } from '../../ecosystems/pip/tools-for-python.ts';
import type { Place } from '../detector.ts';
import type { Step } from '../plan.ts';
import type { PythonPackages } from './python-packages.ts';
import type { PythonStart } from './python-start.ts';

const uv = 'uv==0.13.9';

export const environment = '/opt/venv';

const pipCache = 'type=cache,target=/root/.cache/pip';

const first = 'What says which packages are needed comes first: a change of the sources alone then installs nothing';

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
    comment: 'The cache stays on the build machine',
    mounts: [pipCache],
    commands: [command],
  });
  const manifests = (...names: string[]): Step => ({
    kind: 'copy',
    comment: first,
    sources: names.filter((name) => place.has(name)),
    destination: './',
  });
  const all: Step = { kind: 'copy', sources: ['.'], destination: '.' };
  switch (packages.tool) {
    case 'pip':
      return [
        make,
        activate,
        ...requirementFiles(place, packages.requirements ?? 'requirements.txt'),
        install(`pip install --requirement ${packages.requirements}`),
        ...added,
      ];
    case 'pipenv':
      return [
        tool(toolForPython('pipenv', python)),
        make,
        activate,
        manifests('Pipfile', 'Pipfile.lock'),
        install(packages.lock ? 'pipenv sync' : 'pipenv install --skip-lock'),
        ...added,
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
      ];
    case 'uv':
      return [
        tool(uv),
        {
          kind: 'env',
          variables: { UV_PROJECT_ENVIRONMENT: environment, UV_LINK_MODE: 'copy', UV_PYTHON_DOWNLOADS: 'never' },
        },
        manifests('pyproject.toml', 'uv.lock', '.python-version'),
        {
          kind: 'run',
          comment: 'The cache stays on the build machine',
          mounts: ['type=cache,target=/root/.cache/uv'],
          commands: ['uv sync --locked --no-dev --no-install-project'],
        },
        ...(packages.isPackage
          ? [
              all,
              {
                kind: 'run' as const,
                comment: 'The project is a package itself',
                mounts: ['type=cache,target=/root/.cache/uv'],
                commands: ['uv sync --locked --no-dev --no-editable'],
              },
            ]
          : []),
        ...added.map((step) =>
          step.kind === 'run' ? { ...step, commands: [`uv pip install --python ${environment} ${server}`] } : step,
        ),
      ];
    case 'project':
      return [make, activate, all, install('pip install .'), ...added];
  }
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
