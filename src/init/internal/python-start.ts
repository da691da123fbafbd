import type { Place } from '../detector.ts';
import { directoryOf } from '../repository.ts';
import { findPort } from './endpoints.ts';
import { procfileCommand } from './procfile.ts';
import { isBroughtAlong } from './python-locked.ts';
import { applicationObject, moduleOf, ownFiles } from './python-object.ts';
import type { PythonPackages } from './python-packages.ts';
import { defaultPort, fromProcfile } from './python-procfile.ts';
import { servingScript } from './python-scripts.ts';
import { productionSettings } from './python-settings.ts';
import { portOfWords, splitCommand, takeAssignments, withExec } from './shell-words.ts';

type Server = 'gunicorn' | 'uvicorn';

/** What serves a Python application. */
export interface PythonStart {
  readonly framework: string | undefined;
  readonly frameworkEvidence: string;
  /** `$PORT` stands as written. */
  readonly words: readonly string[];
  readonly evidence: string;
  /** The port that the words name; undefined for a program that nothing connects to. */
  readonly port: number | undefined;
  /** It listens where PORT says, without any word of it. */
  readonly readsPort?: boolean;
  /** A package that the words need and the project does not ask for. */
  readonly added: Server | undefined;
  /** The group of optional dependencies of the project that has it. */
  readonly extra?: string;
  /** Directory that imports begin at, relative to the application; '' is its own. */
  readonly importRoot: string;
  /** Variables that it needs to run in production. */
  readonly environment?: Readonly<Record<string, string>>;
}

const frameworks: readonly (readonly [string, string])[] = [
  ['django', 'Django'],
  ['fastapi', 'FastAPI'],
  ['flask', 'Flask'],
  ['starlette', 'Starlette'],
  ['litestar', 'Litestar'],
  ['sanic', 'Sanic'],
  ['aiohttp', 'aiohttp'],
  ['tornado', 'Tornado'],
  ['bottle', 'Bottle'],
  ['streamlit', 'Streamlit'],
];

/** How the application is served: as its Procfile says, as its framework is, or by its main file; with the server that this needs. */
export function findPythonStart(place: Place, packages: PythonPackages | undefined): PythonStart | undefined {
  const start = findStart(place, packages);
  return start && packages ? withServer(start, packages) : start;
}

/** A Procfile or a person may name a server that the project does not install as it is, or with a group of optional dependencies alone. */
function withServer(start: PythonStart, packages: PythonPackages): PythonStart {
  const server = serverOf(start.words);
  if (server === undefined || packages.dependencies.has(server)) return start;
  const extra =
    packages.tool === 'project' || packages.tool === 'uv'
      ? [...packages.optional].find(([, names]) => names.has(server))?.[0]
      : undefined;
  if (extra !== undefined) return { ...start, added: undefined, extra };
  // A package may bring it along: as `fastapi[standard]` does, and as a lock file has it.
  const isBrought =
    start.added !== undefined || isBroughtAlong(packages, server) || (server === 'uvicorn' && bringsUvicorn(packages));
  return isBrought ? start : { ...start, added: server };
}

function serverOf(words: readonly string[]): Server | undefined {
  const program = takeAssignments(words).rest[0]?.replace(/^.*\//, '');
  return program === 'gunicorn' || program === 'uvicorn' ? program : undefined;
}

function findStart(place: Place, packages: PythonPackages | undefined): PythonStart | undefined {
  const has = (name: string) =>
    packages?.dependencies.has(name) === true || (name === 'uvicorn' && bringsUvicorn(packages));
  const known = frameworks.find(([name]) => has(name));
  const framework = known?.[1];
  const frameworkEvidence =
    known && packages
      ? `${known[0]} ${packages.dependencies.get(known[0]) ?? ''} (${packages.requirements ?? (packages.tool === 'pipenv' ? 'Pipfile' : 'pyproject.toml')})`
      : '';
  const found = (words: readonly string[], evidence: string, more: Partial<PythonStart> = {}): PythonStart => ({
    framework,
    frameworkEvidence,
    words,
    evidence,
    port: portOfWords(words) ?? defaultPort,
    added: undefined,
    importRoot: '',
    ...(framework === 'Django' && { environment: productionSettings(place) }),
    ...more,
  });
  const { start } = place.choices;
  if (start !== undefined) return found(splitCommand(start) ?? ['sh', '-c', withExec(start)], '--start');
  const procfile = procfileCommand(place);
  if (procfile) return fromProcfile(place, procfile, found);
  return served(place, framework, has, found) ?? ofScript(place, found);
}

/** The project's own program, where it opens a port as it is called. */
function ofScript(place: Place, found: Found): PythonStart | undefined {
  const script = servingScript(place);
  const port = script && findPort(place, portPatterns);
  return script && found([script.name], script.evidence, { port: port?.port ?? defaultPort });
}

/** `fastapi[standard]` and `fastapi[all]` bring it along. */
function bringsUvicorn(packages: PythonPackages | undefined): boolean {
  return /\[(?:[\w.-]+\s*,\s*)*(?:standard|all)\b/.test(packages?.dependencies.get('fastapi') ?? '');
}

export type Found = (words: readonly string[], evidence: string, more?: Partial<PythonStart>) => PythonStart;

function served(
  place: Place,
  framework: string | undefined,
  has: (name: string) => boolean,
  found: Found,
): PythonStart | undefined {
  switch (framework) {
    case 'Django':
      return django(place, has, found);
    case 'FastAPI':
    case 'Starlette':
    case 'Litestar':
      return asgi(place, framework, has, found);
    case 'Flask':
    case 'Bottle':
      return wsgi(place, framework, has, found) ?? plain(place, framework, found);
    case 'Streamlit': {
      const file = mainFile(place, /\bstreamlit\b/);
      return file
        ? found(
            ['streamlit', 'run', file.path, '--server.port=8501', '--server.address=0.0.0.0', '--server.headless=true'],
            file.evidence,
            { port: 8501 },
          )
        : undefined;
    }
    default:
      return plain(place, framework, found);
  }
}

function django(place: Place, has: (name: string) => boolean, found: Found): PythonStart | undefined {
  const files = ownFiles(place);
  const asgiServer = has('uvicorn') && !has('gunicorn');
  const file =
    files.find((path) => (asgiServer ? /(?:^|\/)asgi\.py$/ : /(?:^|\/)wsgi\.py$/).test(path)) ??
    files.find((path) => /(?:^|\/)[aw]sgi\.py$/.test(path));
  if (file === undefined) return undefined;
  // manage.py lies where imports begin.
  const manage = files
    .filter((path) => /(?:^|\/)manage\.py$/.test(path))
    .sort((one, other) => one.length - other.length)[0];
  const root = manage === undefined ? '' : directoryOf(manage);
  const module = moduleOf(file, root);
  const isAsgi = file.endsWith('asgi.py');
  const evidence = place.place(file, /^application\b/m);
  return isAsgi
    ? found(['uvicorn', `${module}:application`, '--host', '0.0.0.0', '--port', String(defaultPort)], evidence, {
        importRoot: root,
        ...(has('uvicorn') ? {} : { added: 'uvicorn' }),
      })
    : found(['gunicorn', `${module}:application`, '--bind', `0.0.0.0:${defaultPort}`, '--workers', '2'], evidence, {
        importRoot: root,
        ...(has('gunicorn') ? {} : { added: 'gunicorn' }),
      });
}

export function asgi(
  place: Place,
  framework: string,
  has: (name: string) => boolean,
  found: Found,
): PythonStart | undefined {
  const object = applicationObject(place, framework);
  if (!object) return undefined;
  const factory = object.name.endsWith('()');
  const words = [
    'uvicorn',
    `${object.module}:${object.name.replace('()', '')}`,
    ...(factory ? ['--factory'] : []),
    '--host',
    '0.0.0.0',
    '--port',
    String(defaultPort),
  ];
  return found(words, object.evidence, {
    importRoot: object.root,
    ...(has('uvicorn') || has('fastapi-cli') ? {} : { added: 'uvicorn' }),
  });
}

export function wsgi(
  place: Place,
  framework: string,
  has: (name: string) => boolean,
  found: Found,
): PythonStart | undefined {
  const object = applicationObject(place, framework);
  if (!object || object.servesItself) return undefined;
  const script = startedByScript(place, object.module);
  if (script) return script(found);
  const words = ['gunicorn', `${object.module}:${object.name}`, '--bind', `0.0.0.0:${defaultPort}`, '--workers', '2'];
  return found(words, object.evidence, { importRoot: object.root, ...(has('gunicorn') ? {} : { added: 'gunicorn' }) });
}

/**
 * A script at the top that calls `main` of the package, which puts the application together: `from shop.main import main`. A server that
 * imports the object alone would find it empty.
 */
function startedByScript(place: Place, module: string): ((found: Found) => PythonStart) | undefined {
  const [top = ''] = module.split('.');
  for (const file of ownFiles(place).filter((path) => !path.includes('/'))) {
    const text = place.read(file) ?? '';
    const called = /^[ \t]*from (\w[\w.]*) import (main|run|start)\b/m.exec(text);
    if (!called || !/__name__\s*==\s*['"]__main__['"]/.test(text) || called[1]?.split('.')[0] !== top) continue;
    const path = `${called[1]?.replaceAll('.', '/')}.py`;
    const body = new RegExp(`^def ${called[2]}\\([\\s\\S]*?(?=^\\S|$(?![\\s\\S]))`, 'm').exec(
      place.read(path) ?? '',
    )?.[0];
    if (body === undefined || !/\.register_blueprint\(/.test(body)) continue;
    const port = findPort(place, portPatterns);
    return (found) =>
      found(['python', file], `${place.place(file, called[0].trim())}, which puts the application together`, {
        port: port?.port ?? defaultPort,
      });
  }
  return undefined;
}

/** `os.environ.get("SHOP_PORT", 8083)`, `DEFAULT_PORT = 8083`. */
const portPatterns = [/\bPORT["']\s*,\s*["']?(\d{2,5})\b/, /^[ \t]*(?:DEFAULT_)?PORT\s*=\s*(\d{4,5})\b/m];

function plain(place: Place, framework: string | undefined, found: Found): PythonStart | undefined {
  const main = mainFile(place, /__name__\s*==\s*['"]__main__['"]/) ?? mainFile(place, /./);
  const file = main ?? (framework === undefined ? servingFile(place) : undefined);
  if (!file) return framework === undefined ? undefined : wholePackage(place, found);
  const text = place.read(file.path) ?? '';
  const listens = framework !== undefined || serves.test(text);
  const port = Number(
    /\bport\s*=\s*(\d{2,5})|['"]PORT['"]\s*,\s*['"]?(\d{2,5})|\.listen\((\d{2,5})|\(\s*['"][^'"]*['"]\s*,\s*(\d{4,5})\s*\)|^[ \t]*(?:DEFAULT_|SERVER_|HTTP_)?PORT\s*=\s*(\d{2,5})\b/m
      .exec(text)
      ?.slice(1)
      .find((each) => each !== undefined) ?? 0,
  );
  const path = file.path.replace(/(?:^|\/)__main__\.py$/, '');
  const words =
    path === file.path || path === '' || path.includes('/') ? ['python', file.path] : ['python', '-m', path];
  return found(words, file.evidence, { port: listens ? port || 8080 : undefined });
}

/** What the standard library, aiohttp and Tornado serve with. */
const serves = /\.serve_forever\(|run_app\(|\.listen\(|\b(?:HTTP|TCP)Server\(/;

/** Of a project without a file of a usual name the only one that serves when it is started, at the top or as a package that is started whole. */
function servingFile(place: Place): { readonly path: string; readonly evidence: string } | undefined {
  const pattern = /\b(?:\w*HTTPServer|TCPServer)\(/;
  const starting = ownFiles(place).filter((path) => {
    if (path.includes('/') && !/^\w+\/__main__\.py$/.test(path)) return false;
    const text = place.read(path) ?? '';
    return /^(?:import|from) (?:http\.server|socketserver)\b/m.test(text) && pattern.test(text);
  });
  const [path, ...others] = starting;
  return path === undefined || others.length > 0 ? undefined : { path, evidence: place.place(path, pattern) };
}

/** `python -m shop`, where one package at the top is started whole and where it listens is seen. */
function wholePackage(place: Place, found: Found): PythonStart | undefined {
  const [path = '', ...others] = ownFiles(place).filter((each) => /^\w+\/__main__\.py$/.test(each));
  const port = path === '' || others.length > 0 ? undefined : findPort(place, [...portPatterns, optionPattern]);
  return (
    port &&
    found(['python', '-m', directoryOf(path)], `${place.place(path, 0)}, port in ${port.evidence}`, { port: port.port })
  );
}

/** `parser.add_argument("--port", type=int, default=8083)`, `define("port", default=8083)`, `run_app(app, port=8083)`. */
const optionPattern =
  /["'](?:--)?port["']\s{0,9},[^()\n]{0,120}\bdefault\s{0,9}=\s{0,9}["']?(\d{2,5})\b|\brun_app\([^()\n]{0,120}\bport\s{0,9}=\s{0,9}(\d{2,5})\b/;

function mainFile(place: Place, pattern: RegExp): { readonly path: string; readonly evidence: string } | undefined {
  const names = [
    'main.py',
    'app.py',
    'run.py',
    'server.py',
    'bot.py',
    '__main__.py',
    'src/main.py',
    'src/app.py',
    'app/main.py',
    'streamlit_app.py',
  ];
  const path = names.find((name) => place.has(name) && pattern.test(place.read(name) ?? ''));
  return path === undefined ? undefined : { path, evidence: place.place(path, pattern) };
}
