import type { Place } from '../detector.ts';
import { join, placeIn } from '../repository.ts';

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

export function applicationObject(place: Place, className: string): ApplicationObject | undefined {
  const made = new RegExp(`^(\\w+)\\s{0,20}(?::\\s{0,20}[\\w.]+\\s{0,20})?=\\s{0,20}(?:\\w+\\.)?${className}\\(`, 'm');
  const byFunction =
    /^(app|application|api|server)\s{0,20}(?::\s{0,20}[\w.]+\s{0,20})?=\s{0,20}(?:\w+\.)*(?:create_app|get_application|get_app|make_app|create_application|build_app|init_app|factory)\(/m;
  // What a server is meant to import has one object, whatever it is called.
  const ofServer = new RegExp(byFunction.source.replace('app|application|api|server', '\\w+'), 'm');
  const files = ownFiles(place).sort((one, other) => rank(one) - rank(other) || one.length - other.length);
  for (const pattern of [made, byFunction])
    for (const path of files) {
      const text = place.read(path) ?? '';
      const match = (pattern === byFunction && /(?:^|\/)[aw]sgi\.py$/.test(path) ? ofServer : pattern).exec(text);
      if (match)
        return {
          ...importOf(gatheredBy(place, files, path, match[1] ?? 'app') ?? path),
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

/**
 * The one module of a package that imports its object and the modules with its routes, where the package itself imports none: what imports
 * the package alone would serve nothing.
 */
function gatheredBy(place: Place, files: readonly string[], path: string, name: string): string | undefined {
  const own = place.read(path) ?? '';
  if (
    !path.endsWith('/__init__.py') ||
    /\.(?:route|get|post|register_blueprint)\(|^[ \t]*(?:from \.|import )\S* ?import\b/m.test(own)
  )
    return undefined;
  const directory = path.slice(0, -'__init__.py'.length);
  const gathering = files.filter((file) => {
    if (!file.startsWith(directory) || file === path || file.slice(directory.length).includes('/')) return false;
    const text = place.read(file) ?? '';
    return (
      new RegExp(`^from \\. import ${name}\\b`, 'm').test(text) &&
      new RegExp(`^from \\. import (?!${name}\\b)\\w`, 'm').test(text) &&
      !/\.route\(/.test(text)
    );
  });
  return gathering.length === 1 ? gathering[0] : undefined;
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
  // A worker makes the application for its tasks, and serves nothing.
  return at !== -1 ? at : /celery|worker|tasks/.test(name) ? order.length + 1 : order.length;
}

function importOf(path: string): { readonly module: string; readonly root: string } {
  const root = path.startsWith('src/') ? 'src' : '';
  return { module: moduleOf(path, root), root };
}

export function moduleOf(path: string, root: string): string {
  const relative = root !== '' && path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
  return relative
    .replace(/\.py$/, '')
    .replace(/\/__init__$/, '')
    .replace(/\//g, '.');
}

export function ownFiles({ repository, directory }: Place): string[] {
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
