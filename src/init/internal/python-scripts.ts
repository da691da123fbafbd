import type { Place } from '../detector.ts';
import { ownFiles } from './python-object.ts';
import { tomlKeys, tomlTable, tomlValue } from './toml.ts';

/** A program that installing the project makes: `shop = "shop.cli:main"`. */
export interface PythonScript {
  readonly name: string;
  readonly evidence: string;
  /** The text of the module that it starts; '' where that is not found. */
  readonly text: string;
}

/** The programs of the project, as pyproject.toml, setup.cfg and setup.py name them. */
export function pythonScripts(place: Place): PythonScript[] {
  const project = place.read('pyproject.toml') ?? '';
  const tables = ['project.scripts', 'tool.poetry.scripts'].map((name) => tomlTable(project, name));
  const ofTables = tables.flatMap((table) =>
    tomlKeys(table).map((name) => script(place, name, tomlValue(table, name) ?? '', 'pyproject.toml')),
  );
  const ofSetup = ['setup.cfg', 'setup.py'].flatMap((file) => {
    const listed = /console_scripts["']?\s{0,9}[=:]([^\]]{0,2000}?)(?:\]|\n[ \t]*\n|\n\[|\n\S|$(?![\s\S]))/.exec(
      place.read(file) ?? '',
    )?.[1];
    return [...(listed ?? '').matchAll(/([\w.-]+)[ \t]*=[ \t]*([\w.]+:[\w.]+)/g)].map(([, name = '', target = '']) =>
      script(place, name, target, file),
    );
  });
  return ofTables.length > 0 ? ofTables : ofSetup;
}

function script(place: Place, name: string, target: string, file: string): PythonScript {
  const module = (target.split(':')[0] ?? '').replaceAll('.', '/');
  const paths = ['', 'src/'].flatMap((root) => [`${root}${module}.py`, `${root}${module}/__init__.py`]);
  const text = paths.map((path) => place.read(path)).find((each) => each !== undefined) ?? '';
  return { name, evidence: `a program of the project (${place.place(file, name)})`, text };
}

/** What opens a port in Python. */
const serves =
  /\.serve_forever\(|\brun_app\(|\buvicorn\.(?:run|Server)\(|\bwaitress\.serve\(|\b(?:\w*HTTP|WSGI|TCP)Server\b|\bmake_server\(|\bcreate_server\(|\bHTTPServer\(/;

/** Where only a word behind its name, which is not known, makes it serve. */
const hasCommands = /\badd_subparsers\(|@(?:click|cloup)\.group\b|\btyper\.Typer\(|\bDefaultGroup\b|\.Group\(/;

const startsServing = /\b(?:serve|serve_forever|run_app|run_server|start_server)\(|\buvicorn\.run\(/;

/** The program of the project that serves as it is called, without a word behind it; undefined where that is not seen. */
export function servingScript(place: Place): PythonScript | undefined {
  const found = pythonScripts(place);
  const [only] = found;
  if (only === undefined || found.length > 1 || hasCommands.test(only.text)) return undefined;
  // A tool for the command line may open a port for a moment: the module itself has to start serving.
  return startsServing.test(only.text) && servesAnything(place) ? only : undefined;
}

/** Whether any source of the project opens a port. */
export function servesAnything(place: Place): boolean {
  return ownFiles(place).some((path) => serves.test(place.read(path) ?? ''));
}
