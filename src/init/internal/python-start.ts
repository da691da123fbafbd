import type { Place } from '../detector.ts';
import { directoryOf, join, placeIn } from '../repository.ts';
import { procfileCommand } from './procfile.ts';
import type { PythonPackages } from './python-packages.ts';
import { portOfWords, splitAtLast, splitCommand, takeAssignments, withExec } from './shell-words.ts';

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
  /** A package that the words need and the project does not ask for, with its version. */
  readonly added: string | undefined;
  /** Directory that imports begin at, relative to the application; '' is its own. */
  readonly importRoot: string;
}

const gunicorn = 'gunicorn==27.0.1';
const uvicorn = 'uvicorn==0.54.0';
const defaultPort = 8000;

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

/** How the application is served: as its Procfile says, as its framework is, or by its main file. */
export function findPythonStart(place: Place, packages: PythonPackages | undefined): PythonStart | undefined {
  const has = (name: string) => packages?.dependencies.has(name) === true;
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
    ...more,
  });
  const { start } = place.choices;
  if (start !== undefined) return found(splitCommand(start) ?? ['sh', '-c', withExec(start)], '--start');
  const procfile = procfileCommand(place);
  if (procfile) return fromProcfile(place, procfile, found);
  return served(place, framework, has, found);
}

type Found = (words: readonly string[], evidence: string, more?: Partial<PythonStart>) => PythonStart;

/** A Procfile's line; of several commands the last is what serves. */
function fromProcfile(
  place: Place,
  { line, words, evidence }: NonNullable<ReturnType<typeof procfileCommand>>,
  found: Found,
): PythonStart {
  const { before, last } = splitAtLast(line);
  const serving = words ?? splitCommand(last) ?? [];
  const bound = boundGunicorn(place, serving);
  const port = portOfWords(bound.words) ?? bound.port ?? defaultPort;
  const more = { port, ...(bound.readsPort && { readsPort: true }) };
  if (words !== undefined) return found(bound.words, evidence, more);
  // What gunicorn is not told yet is added at the end of what it is told.
  const added = bound.words.slice(serving.length).join(' ');
  return found(['sh', '-c', withExec(added === '' ? line : `${before} ${last} ${added}`.trim())], evidence, more);
}

/**
 * A gunicorn that nobody tells where to listen: it listens on the machine's own address, unless PORT is set, as Heroku does. Its
 * configuration may say more.
 */
function boundGunicorn(
  place: Place,
  words: readonly string[],
): { readonly words: readonly string[]; readonly port?: number; readonly readsPort: boolean } {
  const program = takeAssignments(words).rest.findLast((word) => /(?:^|\/)gunicorn$/.test(word));
  if (program === undefined || words.some((word) => /^(?:-b|--bind)/.test(word))) return { words, readsPort: false };
  const at = words.findIndex((word) => /^(?:-c|--config)(?:=|$)/.test(word));
  const named = at === -1 ? undefined : (words[at]?.split('=')[1] ?? words[at + 1]);
  const configuration = place.read((named ?? 'gunicorn.conf.py').replace(/^(?:file:|python:|\.\/)/, ''));
  if (configuration !== undefined && /^\s*bind\s*=/m.test(configuration)) {
    const port = /^\s*bind\s*=.*?:(\d{2,5})["']/m.exec(configuration)?.[1];
    return { words, readsPort: /PORT/.test(configuration), ...(port !== undefined && { port: Number(port) }) };
  }
  return configuration === undefined && at === -1
    ? { words: [...words, '--bind', `0.0.0.0:${defaultPort}`], readsPort: false }
    : { words, readsPort: true };
}

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
        ...(has('uvicorn') ? {} : { added: uvicorn }),
      })
    : found(['gunicorn', `${module}:application`, '--bind', `0.0.0.0:${defaultPort}`, '--workers', '2'], evidence, {
        importRoot: root,
        ...(has('gunicorn') ? {} : { added: gunicorn }),
      });
}

/** A name at the top of a module that is the application: made there, or by a function of the project. */
/** What a server of WSGI or ASGI imports. */
interface ApplicationObject {
  readonly module: string;
  readonly name: string;
  readonly evidence: string;
  readonly root: string;
  /** The file serves as soon as it is imported: a server of its own would never get to it. */
  readonly servesItself: boolean;
}

/** A call at the margin: under `if __name__ == "__main__":` it would be indented. */
const servesWhenImported = /^(?:\w+\.)*(?:run|run_app|serve|serve_forever)\(/m;

function applicationObject(place: Place, className: string): ApplicationObject | undefined {
  const made = new RegExp(`^(\\w+)\\s*(?::\\s*[\\w.]+)?\\s*=\\s*(?:\\w+\\.)?${className}\\(`, 'm');
  const byFunction =
    /^(app|application|api|server)\s*(?::\s*[\w.]+)?\s*=\s*(?:\w+\.)*(?:create_app|get_application|get_app|make_app|create_application|build_app|init_app|factory)\(/m;
  const files = ownFiles(place).sort((one, other) => rank(one) - rank(other) || one.length - other.length);
  for (const pattern of [made, byFunction])
    for (const path of files) {
      const text = place.read(path) ?? '';
      const match = pattern.exec(text);
      if (match)
        return {
          ...importOf(path),
          name: match[1] ?? 'app',
          servesItself: servesWhenImported.test(text),
          evidence: placeIn(join(place.directory, path), text, match.index),
        };
    }
  const factory = /^(?:async )?def (create_app|make_app|create_application|get_application)\(/m;
  for (const path of files) {
    const text = place.read(path) ?? '';
    const match = factory.exec(text);
    if (match)
      return {
        ...importOf(path),
        name: `${match[1]}()`,
        servesItself: servesWhenImported.test(text),
        evidence: placeIn(join(place.directory, path), text, match.index),
      };
  }
  return undefined;
}

/** Files that are meant to be started come before others. */
function rank(path: string): number {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const order = [
    'wsgi.py',
    'asgi.py',
    'autoapp.py',
    'main.py',
    'app.py',
    'run.py',
    'server.py',
    'api.py',
    '__init__.py',
  ];
  const at = order.indexOf(name);
  return at === -1 ? order.length : at;
}

function importOf(path: string): { readonly module: string; readonly root: string } {
  const root = path.startsWith('src/') ? 'src' : '';
  return { module: moduleOf(path, root), root };
}

function moduleOf(path: string, root: string): string {
  const relative = root !== '' && path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
  return relative
    .replace(/\.py$/, '')
    .replace(/\/__init__$/, '')
    .replace(/\//g, '.');
}

function asgi(place: Place, framework: string, has: (name: string) => boolean, found: Found): PythonStart | undefined {
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
    ...(has('uvicorn') || has('fastapi-cli') ? {} : { added: uvicorn }),
  });
}

function wsgi(place: Place, framework: string, has: (name: string) => boolean, found: Found): PythonStart | undefined {
  const object = applicationObject(place, framework);
  if (!object || object.servesItself) return undefined;
  const words = ['gunicorn', `${object.module}:${object.name}`, '--bind', `0.0.0.0:${defaultPort}`, '--workers', '2'];
  return found(words, object.evidence, { importRoot: object.root, ...(has('gunicorn') ? {} : { added: gunicorn }) });
}

function plain(place: Place, framework: string | undefined, found: Found): PythonStart | undefined {
  const file = mainFile(place, /__name__\s*==\s*['"]__main__['"]/) ?? mainFile(place, /./);
  if (!file) return undefined;
  const text = place.read(file.path) ?? '';
  const listens = framework !== undefined || /\.serve_forever\(|run_app\(|\.listen\(|HTTPServer\(/.test(text);
  const port = Number(
    /\bport\s*=\s*(\d{2,5})|['"]PORT['"]\s*,\s*['"]?(\d{2,5})|\.listen\((\d{2,5})|\(\s*['"][^'"]*['"]\s*,\s*(\d{4,5})\s*\)/
      .exec(text)
      ?.slice(1)
      .find((each) => each !== undefined) ?? 0,
  );
  return found(['python', file.path], file.evidence, { port: listens ? port || 8080 : undefined });
}

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

function ownFiles({ repository, directory }: Place): string[] {
  const prefix = directory === '' ? '' : `${directory}/`;
  return repository.files
    .filter((file) => file.startsWith(prefix) && file.endsWith('.py'))
    .map((file) => file.slice(prefix.length))
    .filter(
      (file) =>
        !/(?:^|\/)(?:tests?|docs?|examples?|migrations|venv|node_modules|scripts)\/|(?:^|\/)(?:test_\w+|conftest|setup)\.py$/.test(
          file,
        ),
    );
}
