import { isJsonObject, parseJsonObject } from '../core/json-object.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { PlacedPackageCommand } from '../dockerfile/package-commands.ts';
import { manifestOf } from '../ecosystems/facts.ts';
import type { Application } from './application.ts';
import { buildsOf, type Project } from './project.ts';

/** How many packages a step that installs what the manifests of a build's context list brings; undefined where none tells. */
export function packagesInstalled(
  project: Project,
  dockerfile: Dockerfile,
  { read }: PlacedPackageCommand,
): number | undefined {
  const directories = new Set(buildsOf(project, dockerfile).map(({ context }) => context?.directory));
  const application = project.applications.find(
    (each) =>
      directories.has(each.directory) &&
      [...each.manifests.keys()].some((name) => manifestOf(name)?.ecosystem === read.ecosystem),
  );
  return application && dependencyCount(application);
}

/** How many packages an application's install brings, by its lock or requirements file; undefined where none tells. */
export function dependencyCount({ manifests }: Pick<Application, 'manifests'>): number | undefined {
  const text = (name: string) => manifests.get(name)?.text;
  const npm = text('package-lock.json') ?? text('npm-shrinkwrap.json');
  if (npm !== undefined) return npmLockCount(npm);
  const counted: readonly (readonly [string, RegExp])[] = [
    ['yarn.lock', /^\S.*:$/gm],
    ['pnpm-lock.yaml', /^ {2}['/]?[@\w][^\n]*@[^\n]*:$/gm],
    ['poetry.lock', /^\[\[package\]\]/gm],
    ['uv.lock', /^\[\[package\]\]/gm],
    ['Cargo.lock', /^\[\[package\]\]/gm],
    ['requirements.txt', /^[A-Za-z0-9][\w.[\]-]*\s*(?:[=<>~!@;]|$)/gm],
    ['go.sum', /^\S+ v\S+ h1:/gm],
    ['Gemfile.lock', /^ {4}\S+ \(/gm],
  ];
  for (const [name, line] of counted) {
    const lock = text(name);
    if (lock !== undefined) return lock.match(line)?.length ?? 0;
  }
  return undefined;
}

/** https://docs.npmjs.com/cli/v10/configuring-npm/package-lock-json */
function npmLockCount(text: string): number | undefined {
  const lock = parseJsonObject(text);
  if (isJsonObject(lock?.packages)) return Object.keys(lock.packages).filter((place) => place !== '').length;
  return isJsonObject(lock?.dependencies) ? Object.keys(lock.dependencies).length : undefined;
}
