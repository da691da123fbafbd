import type { Detector, NotDecided, Place } from '../detector.ts';
import { findHealth, findInSources } from '../internal/endpoints.ts';
import { newestPythonFor, type PythonPackages, pythonNative, readPythonPackages } from '../internal/python-packages.ts';
import { findPythonStart, type PythonStart } from '../internal/python-start.ts';
import { withPort } from '../internal/shell-words.ts';
import { type ChosenVersion, chooseVersion, fitsRange, supportedLines } from '../internal/versions.ts';
import { findWrittenPaths, ownedDirectories, type WrittenPaths } from '../internal/written-paths.ts';
import type { Decision, Detection, ImageStage, Question, RunPlan, Step } from '../plan.ts';

const tools = { poetry: 'poetry==2.5.1', uv: 'uv==0.13.9', pipenv: 'pipenv==2026.10.3' } as const;
const environment = '/opt/venv';
/** A number that no image of Python has a user for. */
const user = 10001;

export const detector: Detector = {
  language: 'Python',
  mayBe: (names) =>
    ['requirements.txt', 'pyproject.toml', 'Pipfile', 'setup.py', 'manage.py', 'main.py', 'app.py'].some((name) =>
      names.has(name),
    ),
  detect(place) {
    const packages = readPythonPackages(place);
    const start = findPythonStart(place, packages);
    if (start === undefined)
      return packages !== undefined && packages.dependencies.size > 0 && isProgram(place, packages)
        ? notDecided(packages)
        : undefined;
    // Scripts that lie about are no application.
    if (packages === undefined && start.framework === undefined && start.port === undefined) return undefined;
    return detection(place, packages, start);
  },
};

function isProgram(place: Place, { dependencies }: PythonPackages): boolean {
  return (
    ['django', 'flask', 'fastapi', 'starlette', 'aiohttp', 'tornado'].some((name) => dependencies.has(name)) &&
    place.sources().length > 0
  );
}

function notDecided(packages: PythonPackages): NotDecided {
  return {
    language: 'Python',
    undecided: `${packages.evidence} names a web framework, and no module makes an application with it at its top.`,
    flag: '--start',
  };
}

function detection(place: Place, packages: PythonPackages | undefined, start: PythonStart): Detection {
  const version = choosePython(place, packages);
  const native = packages ? pythonNative(packages) : { names: [], build: [], run: [] };
  const reads =
    start.readsPort === true ||
    findInSources(place, /environ(?:\.get\(|\[)\s*['"]PORT['"]|getenv\(\s*['"]PORT['"]/) !== undefined ||
    start.words.some((word) => word.includes('$PORT'));
  const port = start.port === undefined ? undefined : (place.choices.port ?? start.port);
  const words = replacePort(start, port);
  const isDjango = start.framework === 'Django';
  const health = isDjango || port === undefined ? undefined : findHealth(place);
  const home = start.importRoot === '' || start.importRoot === 'src' ? '/app' : `/app/${start.importRoot}`;
  const written = { home, ...findWrittenPaths(place, home, start.framework === 'Flask') };
  const decisions: Decision[] = [
    { topic: 'language', value: 'Python', evidence: packages?.evidence ?? start.evidence },
    ...(start.framework
      ? [{ topic: 'framework' as const, value: start.framework, evidence: start.frameworkEvidence }]
      : []),
    { topic: 'version', value: version.version, evidence: version.evidence },
    ...(packages
      ? [
          {
            topic: 'package manager' as const,
            value: packages.tool === 'project' ? 'pip' : packages.tool,
            evidence: packages.evidence,
          },
        ]
      : []),
    ...(native.names.length > 0
      ? [{ topic: 'native dependencies' as const, value: native.names.join(', '), evidence: packages?.evidence ?? '' }]
      : []),
    { topic: 'start', value: words.join(' '), evidence: start.evidence },
    ...(port === undefined
      ? []
      : [
          {
            topic: 'port' as const,
            value: String(port),
            evidence: place.choices.port ? '--port' : `what ${words[0]} is told`,
          },
        ]),
    ...(health ? [{ topic: 'health' as const, value: health.path, evidence: health.evidence }] : []),
  ];
  return {
    language: 'Python',
    framework: start.framework,
    context: place.directory,
    version: undefined,
    decisions,
    questions: [...questionsOf(place, packages, start, version), ...written.questions],
    stages: stagesOf(place, packages, start, version, native, written),
    run: runOf(place, start, words, port, reads, health, written),
    ignore: [
      {
        comment: 'Environments and caches of this machine',
        patterns: [
          '**/.venv',
          '**/venv',
          '**/__pycache__',
          '**/*.py[co]',
          '**/.pytest_cache',
          '**/.mypy_cache',
          '**/.ruff_cache',
          '**/.tox',
          '**/*.egg-info',
          '**/.coverage',
          '**/htmlcov',
          '**/db.sqlite3',
        ],
      },
      { comment: 'What switches the debugger on for developers', patterns: ['**/.flaskenv'] },
      { comment: 'Assets are built and brought by other means', patterns: ['**/node_modules'] },
    ],
    files: [],
  };
}

function replacePort({ words }: PythonStart, port: number | undefined): string[] {
  // In a line for a shell it stands behind --bind.
  const chosen = words.map((word) =>
    port !== undefined ? word.replace(/(^|(?:--bind|-b)[ =])(0\.0\.0\.0:)\d+(?=$|\s)/, `$1$2${port}`) : word,
  );
  const at = chosen.indexOf('--port');
  if (at !== -1 && port !== undefined) chosen[at + 1] = String(port);
  return withPort(chosen, port ?? 8000) ?? chosen;
}

/** How a version that is kept in spite of its age is marked. */
const notNewer = 'does not run on newer ones';

function choosePython(place: Place, packages: PythonPackages | undefined): ChosenVersion {
  const newest = packages && newestPythonFor(packages);
  const lines = supportedLines('Python', place.today);
  const bound = newest && !place.choices.version ? newest : undefined;
  const fits = (range: string, line: string) =>
    fitsRange(range.replace(/^(\d+\.\d+)\.\d+$/, '$1').replace(/\.\*/g, ''), line) &&
    (bound === undefined || Number(line.split('.')[1]) <= Number(bound.line.split('.')[1]));
  const asked = packages?.asked;
  // The newest release of all is often one for which packages have no wheels yet.
  const settled = lines.length > 1 ? lines.slice(0, -1) : lines;
  if (asked !== undefined) {
    const exact = /^(?:==)?\d+\.\d+/.test(asked.range);
    const chosen = (exact ? lines : settled).filter((line) => fits(asked.range, line)).at(-1);
    if (chosen !== undefined)
      return {
        version: chosen,
        evidence: `${asked.evidence} asks for ${asked.range}${bound && !exact ? `; ${bound.evidence} is made for up to ${bound.line}` : ''}`,
      };
  }
  if (bound !== undefined) {
    const chosen = settled.filter((line) => Number(line.split('.')[1]) <= Number(bound.line.split('.')[1])).at(-1);
    if (chosen !== undefined) return { version: chosen, evidence: `${bound.evidence} is made for up to ${bound.line}` };
    const oldest = lines[0] ?? bound.line;
    const distance = Number(oldest.split('.')[1]) - Number(bound.line.split('.')[1]);
    return distance <= 1
      ? {
          version: oldest,
          evidence: `${bound.evidence} is made for up to ${bound.line}, which gets no security updates: the oldest supported version`,
        }
      : {
          version: bound.line,
          evidence: `${bound.evidence} is made for up to ${bound.line}, which gets no security updates, and ${notNewer}`,
        };
  }
  if (asked !== undefined) return chooseVersion('Python', asked, { today: place.today, fits });
  return {
    version: settled.at(-1) ?? '',
    evidence: 'nothing in the project asks for a version: the newest but one, for which packages have wheels',
  };
}

function questionsOf(
  place: Place,
  packages: PythonPackages | undefined,
  start: PythonStart,
  version: ChosenVersion,
): Question[] {
  const questions: Question[] = [];
  if (version.evidence.endsWith(notNewer))
    questions.push({
      question: `Python ${version.version} gets no security updates any more: ${version.evidence}. Raise that package.`,
      flag: '--runtime-version',
      assumed: version.version,
    });
  if (packages && (packages.tool === 'poetry' || packages.tool === 'pipenv') && packages.lock === undefined)
    questions.push({
      question: 'There is no lock file: each build takes the newest packages that fit. Commit one.',
      flag: undefined,
      assumed: `${packages.tool} resolves as it installs`,
    });
  const sqlite = findInSources(place, /django\.db\.backends\.sqlite3|sqlite:\/\/\//);
  if (sqlite)
    questions.push({
      question: `SQLite keeps its file in the container (${sqlite.evidence}), which is read-only, and each pod would have its own. Use a database server, or a volume and one replica.`,
      flag: undefined,
      assumed: undefined,
    });
  if (start.added)
    questions.push({
      question: `Nothing in the dependencies serves it in production: the image adds ${start.added}. Better: add it to the dependencies.`,
      flag: undefined,
      assumed: undefined,
    });
  return questions;
}

function stagesOf(
  place: Place,
  packages: PythonPackages | undefined,
  start: PythonStart,
  version: ChosenVersion,
  native: ReturnType<typeof pythonNative>,
  written: WrittenPaths & { readonly home: string },
): ImageStage[] {
  const alpine = place.choices.base === 'alpine';
  const slim = `python:${version.version}${alpine ? '-alpine' : '-slim'}`;
  const needsCompiler = native.build.length > 0;
  const own: Step = {
    kind: 'copy',
    comment: 'They belong to root: the program runs as another user and cannot change itself',
    sources: ['.'],
    destination: '.',
  };
  const libraries: Step[] =
    native.run.length > 0 && !alpine
      ? [aptStep(`Libraries that packages load as they run: ${native.names.join(', ')}`, native.run)]
      : [];
  const collect = collectStatic(place, packages, start);
  const build: ImageStage = {
    name: 'build',
    base: needsCompiler && !alpine ? `python:${version.version}` : slim,
    comment: `Python ${version.version}: ${version.evidence}${needsCompiler ? `. The full image has the compiler and headers that ${native.names.join(', ')} needs; the one that ships does not` : ''}`,
    steps: [
      { kind: 'workdir', path: '/app' },
      ...(packages
        ? installSteps(place, packages, start)
        : [{ kind: 'run' as const, commands: [`python -m venv ${environment}`] }]),
    ],
  };
  return [
    build,
    {
      name: undefined,
      base: slim,
      comment: 'The image that ships: the runtime, the environment with the packages, the sources',
      steps: [
        { kind: 'workdir', path: '/app' },
        ...libraries,
        { kind: 'copy', from: 'build', sources: [environment], destination: environment },
        own,
        ...collect,
        ...ownedDirectories(written.writable, user, written.home),
        ...(start.importRoot === '' || start.importRoot === 'src'
          ? []
          : [{ kind: 'workdir' as const, path: `/app/${start.importRoot}` }]),
      ],
    },
  ];
}

function aptStep(comment: string, names: readonly string[]): Step {
  return {
    kind: 'run',
    comment,
    commands: [
      'apt-get update',
      `apt-get install --yes --no-install-recommends ${[...names].sort().join(' ')}`,
      'rm -rf /var/lib/apt/lists/*',
    ],
  };
}

/** Files for browsers are gathered in the image where WhiteNoise serves them from there. */
function collectStatic(place: Place, packages: PythonPackages | undefined, start: PythonStart): Step[] {
  const root = findInSources(place, /^STATIC_ROOT\s*=/m);
  if (start.framework !== 'Django' || !packages?.dependencies.has('whitenoise') || !root) return [];
  const manage = start.importRoot === '' ? 'manage.py' : `${start.importRoot}/manage.py`;
  return [
    {
      kind: 'run',
      comment: `WhiteNoise serves what is gathered here: STATIC_ROOT (${root.evidence})`,
      commands: [`python ${manage} collectstatic --noinput`],
    },
  ];
}

const pipCache = 'type=cache,target=/root/.cache/pip';
const first = 'What says which packages are needed comes first: a change of the sources alone then installs nothing';

function installSteps(place: Place, packages: PythonPackages, start: PythonStart): Step[] {
  const added: Step[] = start.added
    ? [
        {
          kind: 'run',
          comment: 'The server, which the project does not ask for itself',
          mounts: [pipCache],
          commands: [`${environment}/bin/pip install ${start.added}`],
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
        tool(tools.pipenv),
        make,
        activate,
        manifests('Pipfile', 'Pipfile.lock'),
        install(packages.lock ? 'pipenv sync' : 'pipenv install --skip-lock'),
        ...added,
      ];
    case 'poetry':
      return [
        tool(tools.poetry),
        make,
        activate,
        manifests('pyproject.toml', 'poetry.lock', 'poetry.toml'),
        install('poetry install --only main --no-root --no-interaction'),
        ...added,
      ];
    case 'uv':
      return [
        tool(tools.uv),
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
          step.kind === 'run' ? { ...step, commands: [`uv pip install --python ${environment} ${start.added}`] } : step,
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
  const others = [...(place.read(name) ?? '').matchAll(/^\s*(?:-r|--requirement|-c|--constraint)[ =]+(\S+)/gm)].map(
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

/** What `.flaskenv` sets beside the debugger, which is for developers. The file itself stays out of the image. */
function flaskEnvironment(place: Place): Readonly<Record<string, string>> {
  const lines = (place.read('.flaskenv') ?? '').matchAll(
    /^(?:export[ \t]+)?(FLASK_\w+)[ \t]*=[ \t]*["']?([\w.:/-]+)["']?[ \t]*$/gm,
  );
  return Object.fromEntries(
    [...lines].flatMap(([, name = '', value = '']) => (/^FLASK_(?:DEBUG|ENV)$/.test(name) ? [] : [[name, value]])),
  );
}

function runOf(
  place: Place,
  start: PythonStart,
  words: readonly string[],
  port: number | undefined,
  reads: boolean,
  health: RunPlan['health'],
  written: WrittenPaths,
): RunPlan {
  return {
    command: words,
    commandEvidence: start.evidence,
    port,
    environment: {
      PATH: `${environment}/bin:$PATH`,
      PYTHONUNBUFFERED: '1',
      PYTHONDONTWRITEBYTECODE: '1',
      ...(start.importRoot === 'src' ? { PYTHONPATH: '/app/src' } : {}),
      ...(reads && port !== undefined ? { PORT: String(port) } : {}),
      ...flaskEnvironment(place),
    },
    user,
    userEvidence: 'a number without any rights; the image has no user for programs',
    writable: [
      {
        path: '/tmp',
        why: `temporary files: uploads${words[0] === 'gunicorn' ? ', and what the workers of gunicorn tell that they are alive with' : ''}`,
      },
      ...written.writable,
    ],
    health,
    ignoresTermination: words[0] === 'python',
    startSeconds: 30,
    resources: { cpu: '100m', memory: '128Mi', memoryLimit: '512Mi' },
  };
}
