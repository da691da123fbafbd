import { projectPath } from '../../kubernetes/project-path.ts';
import { baseName, directoryOf, join, placeIn, type Repository } from '../repository.ts';
import { withoutComments } from './markup.ts';

/** What is imported into every project below, by its name. https://learn.microsoft.com/visualstudio/msbuild/customize-by-directory */
const sharedFiles = [
  'Directory.Build.props',
  'Directory.Packages.props',
  'Directory.Build.targets',
  'Directory.Build.rsp',
];

/** What says with which SDK, and from where, packages are restored; names in any case. */
const restoreFile = /^(?:global\.json|nuget\.config)$/i;

/** What a restore reads of a project and of all that it refers to. */
export interface RestoreInputs {
  /** Project files, the asked one first. */
  readonly projects: readonly string[];
  /** These, what is imported into them, and what says where packages come from. */
  readonly files: readonly string[];
  /** False where a reference, an import or a source of packages is not known: it is named by a property, or lies elsewhere. */
  readonly isWhole: boolean;
}

/** The SDKs that a project names, without versions: `Microsoft.NET.Sdk.Web`. https://learn.microsoft.com/visualstudio/msbuild/how-to-use-project-sdk */
export function sdksOf(text: string): string[] {
  return tagsOf(withoutComments(text), /<(?:Project|Import|Sdk)\b[^<>]*>/g)
    .flatMap((tag) => attributeOf(tag, tag.startsWith('<Sdk') ? 'Name' : 'Sdk')?.split(';') ?? [])
    .map((name) => name.trim().replace(/\/.*/, ''));
}

export interface ProjectProperty {
  readonly value: string;
  readonly evidence: string;
}

/** A value longer than this is none that a project has; properties that name each other could make it grow without end. */
const longestValue = 1000;

/**
 * A property of a project: what its file says, else what the nearest file says that MSBuild imports into all projects of a directory. The
 * properties that it names are put in; what is not known of them stays as it is written. Conditions are not looked at: the first that is
 * written counts.
 * @param project the path of its file
 */
export function propertyOf(repository: Repository, project: string, name: string): ProjectProperty | undefined {
  const texts = [project, ...sharedAbove(project)].flatMap((path) => {
    const text = repository.read(path);
    return text === undefined ? [] : [{ path, text: withoutComments(text) }];
  });
  const known = new Map<string, ProjectProperty | undefined>();
  const resolve = (asked: string): ProjectProperty | undefined => {
    if (known.has(asked)) return known.get(asked);
    // A property that names itself is what it was before: nothing here.
    known.set(asked, undefined);
    const written = writtenProperty(texts, asked) ?? reserved(project, asked);
    const value = written?.value.replace(/\$\(([A-Za-z_][\w-]{0,99})\)/g, (reference, other: string) =>
      other === asked ? '' : (resolve(other)?.value ?? reference),
    );
    const found = written && value !== undefined && value.length <= longestValue ? { ...written, value } : undefined;
    known.set(asked, found);
    return found;
  };
  return resolve(name);
}

function writtenProperty(
  texts: readonly { readonly path: string; readonly text: string }[],
  name: string,
): ProjectProperty | undefined {
  const pattern = new RegExp(`<${name}(?:\\s[^<>]*)?>([^<]*)</`);
  for (const { path, text } of texts) {
    const found = pattern.exec(text);
    const value = found?.[1]?.trim() ?? '';
    if (found && value !== '' && value.length <= longestValue)
      return { value, evidence: placeIn(path, text, found.index) };
  }
  return undefined;
}

/** https://learn.microsoft.com/visualstudio/msbuild/msbuild-reserved-and-well-known-properties */
function reserved(project: string, name: string): ProjectProperty | undefined {
  return name === 'MSBuildProjectName'
    ? { value: baseName(project).replace(/\.\w+$/, ''), evidence: project }
    : undefined;
}

/** Follows references and imports from a project file to others of the repository. */
export function restoreInputs(repository: Repository, project: string): RestoreInputs {
  const projects = new Set([project]);
  const files = new Set<string>();
  let isWhole = true;
  const follow = (from: string, tag: string, written: string | undefined): readonly string[] => {
    const found = pathsOf(repository, from, written ?? '');
    if (found === undefined) isWhole &&= isOptional(tag);
    return found ?? [];
  };
  const read = (path: string): void => {
    if (files.has(path)) return;
    files.add(path);
    const text = withoutComments(repository.read(path) ?? '');
    for (const tag of tagsOf(text, /<ProjectReference\b[^<>]*>/g))
      for (const each of follow(path, tag, attributeOf(tag, 'Include'))) projects.add(each);
    for (const tag of tagsOf(text, /<Import\b[^<>]*>/g)) {
      const written = attributeOf(tag, 'Project');
      // Of an SDK, or the file of the same name further up, which counts already.
      if (attributeOf(tag, 'Sdk') !== undefined || written?.includes('GetPathOfFileAbove')) continue;
      for (const each of follow(path, tag, written)) read(each);
    }
    if (/nuget\.config$/i.test(path)) isWhole &&= !hasLocalSource(text);
  };
  // A set that grows while it is gone through: each reference is followed once.
  for (const path of projects) {
    read(path);
    for (const shared of sharedAbove(path)) if (repository.has(shared)) read(shared);
    const lock = join(directoryOf(path), 'packages.lock.json');
    if (repository.has(lock)) files.add(lock);
  }
  const above = new Set([...projects].flatMap(directoriesAbove));
  // Paket keeps packages in files of its own, and fetches itself as a tool first.
  if ([...above].some((directory) => repository.has(join(directory, 'paket.dependencies')))) isWhole = false;
  for (const file of repository.files)
    if (restoreFile.test(file.slice(file.lastIndexOf('/') + 1)) && above.has(directoryOf(file))) read(file);
  return { projects: [...projects], files: [...files].sort(), isWhole };
}

/** The directory of a file and those that it lies in, up to the root. */
function directoriesAbove(file: string): string[] {
  const directories: string[] = [];
  for (let at = directoryOf(file); ; at = directoryOf(at)) {
    directories.push(at);
    if (at === '') return directories;
  }
}

function sharedAbove(project: string): string[] {
  return directoriesAbove(project).flatMap((directory) => sharedFiles.map((name) => join(directory, name)));
}

/** Files of the repository that a value names; undefined where one is not there, or is named by a property or a pattern. */
function pathsOf(repository: Repository, from: string, written: string): string[] | undefined {
  const paths: string[] = [];
  for (const part of written.split(';')) {
    const value = part
      .trim()
      .replaceAll('\\', '/')
      .replace(
        /proj$/.test(from) ? /^\$\(MSBuild(?:ThisFile|Project)Directory\)\/?/ : /^\$\(MSBuildThisFileDirectory\)\/?/,
        '',
      );
    if (value === '') continue;
    const path = projectPath(directoryOf(from), value);
    if (path === undefined || !repository.has(path)) return undefined;
    paths.push(path);
  }
  return paths;
}

function tagsOf(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([tag]) => tag);
}

function attributeOf(tag: string, name: string): string | undefined {
  const found = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(tag);
  return found?.[1] ?? found?.[2];
}

/** What is imported only where it is there fails no restore. */
function isOptional(tag: string): boolean {
  return /Exists\s*\(/i.test(attributeOf(tag, 'Condition') ?? '');
}

/** A source of packages that is a directory has to be there for the restore. https://learn.microsoft.com/nuget/reference/nuget-config-file#packagesources */
function hasLocalSource(text: string): boolean {
  const start = text.indexOf('<packageSources>');
  const end = text.indexOf('</packageSources>', start);
  if (start === -1 || end === -1) return false;
  return tagsOf(text.slice(start, end), /<add\b[^<>]*>/g).some(
    (tag) => !/^https?:\/\//.test(attributeOf(tag, 'value') ?? ''),
  );
}
