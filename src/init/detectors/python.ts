import { toolForPython } from '../../ecosystems/pip/tools-for-python.ts';
import type { Detector, NotDecided, Place } from '../detector.ts';
import { djangoDatabase } from '../internal/computed-paths.ts';
import { findHealth, findInSources } from '../internal/endpoints.ts';
import { environment } from '../internal/python-install.ts';
import { pythonNative } from '../internal/python-native.ts';
import { ownFiles } from '../internal/python-object.ts';
import { type PythonPackages, readPythonPackages } from '../internal/python-packages.ts';
import { pythonScripts, servesAnything } from '../internal/python-scripts.ts';
import { collectQuestions, stagesOf, user, withoutCollecting } from '../internal/python-stages.ts';
import { findPythonStart, type PythonStart } from '../internal/python-start.ts';
import { againstPins, choosePython, notNewer } from '../internal/python-version.ts';
import { withPort } from '../internal/shell-words.ts';
import type { ChosenVersion } from '../internal/versions.ts';
import { findWrittenPaths, isKept, type WrittenPaths } from '../internal/written-paths.ts';
import type { Decision, Detection, Question, RunPlan, WritablePath } from '../plan.ts';
import { baseName, directoryOf, join, placeIn } from '../repository.ts';

const usualFiles: ReadonlySet<string> = new Set([
  'requirements.txt',
  'pyproject.toml',
  'Pipfile',
  'setup.py',
  'manage.py',
  'main.py',
  'app.py',
]);

export const detector: Detector = {
  language: 'Python',
  mayBe: (names) => [...names].some((name) => usualFiles.has(name) || name.endsWith('.py')),
  detect(place) {
    // A file of any name below the root is a tool of the project sooner than a program.
    if (place.directory !== '' && ![...usualFiles].some((name) => place.has(name))) return undefined;
    if (isInside(place)) return undefined;
    return detectIn(place.application === undefined ? withOwnSources(place) : place);
  },
};

const manifests = ['pyproject.toml', 'setup.py', 'setup.cfg', 'requirements.txt', 'Pipfile'];

/** Whether it is a package of a project that a directory above it is, and no project itself: `--start` would be asked of it, too. */
function isInside({ repository, directory, has, read }: Place): boolean {
  if (directory === '' || !has('__init__.py') || manifests.some((name) => has(name))) return false;
  if (/django/i.test(read('manage.py') ?? '')) return false;
  for (let at = directory; at !== ''; ) {
    at = directoryOf(at);
    if (manifests.some((name) => repository.has(join(at, name)))) return true;
  }
  return false;
}

function detectIn(place: Place): Detection | NotDecided | undefined {
  const packages = readPythonPackages(place);
  const start = findPythonStart(place, packages);
  if (start === undefined) {
    if (packages === undefined) return undefined;
    if (packages.dependencies.size > 0 && isProgram(place, packages)) return notDecided(place, packages);
    return servesAnything(place) ? ofPrograms(place) : undefined;
  }
  // Scripts that lie about are no application.
  if (packages === undefined && start.framework === undefined && start.port === undefined) return undefined;
  return detection(place, packages, withoutCollecting(place, packages, start));
}

/** A program of the standard library alone has no file that names its packages, and so is no application whose sources are known. */
function withOwnSources(place: Place): Place {
  const sources = () =>
    ownFiles(place).flatMap((name) => {
      const text = place.read(name);
      return text === undefined ? [] : [{ path: join(place.directory, name), text }];
    });
  return { ...place, sources };
}

/** A database of SQLite that lies in no volume, and whether a variable may name another. `sqlite:///` alone is one in memory. */
function databaseFile(
  place: Place,
  writable: readonly WritablePath[],
): { readonly evidence: string; readonly isFallback: boolean } | undefined {
  if (writable.some(({ why, lasts }) => lasts && !why.startsWith('uploads'))) return undefined;
  const found = findInSources(
    place,
    /django\.db\.backends\.sqlite3|sqlite:\/\/\/(?!:memory:|["'][ \t]{0,9}(?:[),\n]|$))/,
  );
  if (found === undefined) return undefined;
  const { index, input } = found.match;
  const isFallback = /environ|getenv|env\(|config\(|\bor\b/i.test(input.slice(Math.max(0, index - 160), index));
  return { evidence: found.evidence, isFallback };
}

function isProgram(place: Place, { dependencies }: PythonPackages): boolean {
  return (
    ['django', 'flask', 'fastapi', 'starlette', 'aiohttp', 'tornado'].some((name) => dependencies.has(name)) &&
    place.sources().length > 0
  );
}

function notDecided(place: Place, packages: PythonPackages): NotDecided {
  const programs = ofPrograms(place);
  return {
    language: 'Python',
    undecided: `${packages.evidence} names a web framework, and no module makes an application with it at its top.${programs ? ` ${programs.undecided}` : ''}`,
    flag: '--start',
  };
}

/** The project's own programs, of which none is known to serve as it is called. */
function ofPrograms(place: Place): NotDecided | undefined {
  const names = pythonScripts(place).map(({ name }) => name);
  const [first] = names;
  if (first === undefined) return undefined;
  return {
    language: 'Python',
    undecided: `Installing the project makes ${names.slice(0, 5).join(', ')}${names.length > 5 ? ' …' : ''}; say with which words it serves: --start '${first} …', and where: --port.`,
    flag: '--start',
  };
}

function detection(place: Place, packages: PythonPackages | undefined, start: PythonStart): Detection {
  const version = choosePython(place, packages);
  const native = packages
    ? pythonNative(packages, version.version)
    : { names: [], compiles: false, build: [], run: [] };
  const reads =
    start.readsPort === true ||
    findInSources(place, /environ(?:\.get\(|\[)\s*['"]PORT['"]|getenv\(\s*['"]PORT['"]/) !== undefined ||
    start.words.some((word) => word.includes('$PORT'));
  const port = start.port === undefined ? undefined : (place.choices.port ?? start.port);
  const words = replacePort(start, port);
  const isDjango = start.framework === 'Django';
  const health = isDjango || port === undefined ? undefined : findHealth(place);
  const home = start.importRoot === '' || start.importRoot === 'src' ? '/app' : `/app/${start.importRoot}`;
  const image = { home, top: '/app', directory: place.directory, isCompiled: false };
  const found = findWrittenPaths(place, image, { isFlask: start.framework === 'Flask' });
  const database = isDjango ? djangoDatabase(place, image) : undefined;
  const written = database ? withLinked(found, database) : found;
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
    asksForData: databaseFile(place, written.writable)?.isFallback === false,
    questions: [
      ...questionsOf(place, packages, start, version, written),
      ...collectQuestions(place, packages, start),
      ...written.questions,
    ],
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

/** Django's database beside its sources cannot be a volume: a link in its place leads to one. */
function withLinked(
  written: WrittenPaths,
  { path, evidence }: { readonly path: string; readonly evidence: string },
): WrittenPaths {
  const others = written.writable.filter((each) => each.path !== '/data');
  return {
    ...written,
    writable: [...others, { path: '/data', why: `the SQLite database: ${evidence}`, lasts: true }],
    links: [{ from: path, to: `/data/${baseName(path)}`, evidence }],
    questions: [
      ...written.questions,
      isKept(baseName(path), evidence),
      {
        question: `The database is empty at first: «python manage.py migrate», run in the pod, makes its tables.`,
        flag: undefined,
        assumed: undefined,
      },
    ],
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

function questionsOf(
  place: Place,
  packages: PythonPackages | undefined,
  start: PythonStart,
  version: ChosenVersion,
  { writable }: WrittenPaths,
): Question[] {
  const questions: Question[] = [];
  if (version.evidence.endsWith(notNewer))
    questions.push({
      question: `Python ${version.version} gets no security updates any more: ${version.evidence}. Raise that package.`,
      flag: '--runtime-version',
      assumed: version.version,
    });
  if (version.evidence.endsWith(againstPins))
    questions.push({
      question: `Python ${version.version} may be too new for a package that is pinned: ${version.evidence}. Raise that package, or ask for an older Python.`,
      flag: '--runtime-version',
      assumed: version.version,
    });
  if (packages && (packages.tool === 'poetry' || packages.tool === 'pipenv') && packages.lock === undefined)
    questions.push({
      question: 'There is no lock file: each build takes the newest packages that fit. Commit one.',
      flag: undefined,
      assumed: `${packages.tool} resolves as it installs`,
    });
  const local =
    start.port !== undefined && start.words[0] === 'python'
      ? findInSources(place, /\b(?:\w*HTTP|TCP)Server\(\s*\(\s*['"](?:127\.0\.0\.1|localhost)['"]/)
      : undefined;
  if (local)
    questions.push({
      question: `The program listens on this machine's own address only (${local.evidence}): nothing outside of its pod can reach it. Let it listen on 0.0.0.0.`,
      flag: undefined,
      assumed: undefined,
    });
  if (
    start.port !== undefined &&
    start.words.length === 1 &&
    pythonScripts(place).some(({ name }) => name === start.words[0])
  )
    questions.push({
      question: `Whether ${start.words[0]} listens on all addresses, and at this port, its own settings say. Many such programs listen on this machine's own address unless they are told otherwise: say how it is started.`,
      flag: '--start',
      assumed: `${start.words[0]}, port ${place.choices.port ?? start.port}`,
    });
  const sqlite = databaseFile(place, writable);
  if (sqlite)
    questions.push({
      question: `SQLite keeps its file in the container (${sqlite.evidence}), which is read-only, and each pod would have its own. Use a database server, or a volume and one replica.`,
      flag: undefined,
      assumed: undefined,
    });
  const debug = debugSetting(place, start);
  if (debug)
    questions.push({
      question: `Django shows settings and sources to whoever meets an error (${debug}). Let a variable switch DEBUG on, and let it be off without one.`,
      flag: undefined,
      assumed: undefined,
    });
  if (start.added)
    questions.push({
      question: `Nothing in the dependencies serves it in production: the image adds ${toolForPython(start.added, version.version)}. Better: add it to the dependencies.`,
      flag: undefined,
      assumed: undefined,
    });
  return questions;
}

/** Where the one file of settings that Django has switches DEBUG on whatever the environment says. */
function debugSetting(place: Place, { framework, environment: settings }: PythonStart): string | undefined {
  if (framework !== 'Django' || settings?.DJANGO_SETTINGS_MODULE !== undefined) return undefined;
  const files = place.sources().filter(({ text }) => /^DEBUG\s*(?::\s*bool\s*)?=/m.test(text));
  const [file, ...others] = files;
  const assigned = [...(file?.text.matchAll(/^[ \t]*DEBUG\s*(?::\s*bool\s*)?=\s*([^#\n]*)/gm) ?? [])];
  const [only, ...again] = assigned;
  if (file === undefined || others.length > 0 || again.length > 0 || only?.[1]?.trim() !== 'True') return undefined;
  return placeIn(file.path, file.text, only.index);
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
      // The user has no directory of its own.
      HOME: '/tmp',
      PYTHONUNBUFFERED: '1',
      PYTHONDONTWRITEBYTECODE: '1',
      ...(start.importRoot === 'src' ? { PYTHONPATH: '/app/src' } : {}),
      ...(reads && port !== undefined ? { PORT: String(port) } : {}),
      ...flaskEnvironment(place),
      ...written.environment,
      ...start.environment,
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
