import { posix } from 'node:path';
import type { InstallInputs, ProjectFiles } from '../install-inputs.ts';
import type { PackageCommand } from '../package-command.ts';

/** Files that MSBuild and NuGet look for by name, in the project's directory and those above it. */
const byName =
  /(?:^|\/)(?:nuget\.config|global\.json|packages\.lock\.json|Directory\.(?:Build|Packages)\.(?:props|targets)|[^/]+\.(?:csproj|fsproj|vbproj|sln|slnx))$/i;

/** `dotnet restore` reads projects, solutions and what they import. */
export function dotnetInputs(
  { tool, subcommand }: PackageCommand,
  files: ProjectFiles | undefined,
): InstallInputs | undefined {
  if (tool !== 'dotnet' || subcommand?.value !== 'restore') return undefined;
  const fills = ['obj', 'bin'];
  if (files === undefined)
    return {
      files: ['*.csproj'],
      fills,
      questions: [
        'Is there one project, at the root, and does it import no other file; does .dockerignore keep bin and obj out?',
      ],
    };
  const found = files.paths.filter((path) => byName.test(path));
  if (!found.some((path) => /proj$/.test(path))) return undefined;
  const imports = found
    .map((path) => /<Import\s[^<>]*Project="(?!\$\()[^"]*"/i.exec(files.read(path) ?? '')?.[0])
    .find(Boolean);
  const outside = found.flatMap((path) => referenceOutside(path, files.read(path) ?? '', found) ?? [])[0];
  const directories = [
    ...new Set(found.filter((path) => /proj$/.test(path)).map((path) => path.slice(0, path.lastIndexOf('/') + 1))),
  ];
  return {
    files: found,
    fills: directories.flatMap((directory) => [`${directory}obj`, `${directory}bin`]),
    questions: [],
    ...(imports !== undefined
      ? { needsSources: `a project has ${imports}` }
      : outside !== undefined && { needsSources: `a project refers to ${outside}, which is not among its files` }),
  };
}

/** A project that another one refers to and that is not among those that are copied: NuGet restores it, too, and fails without. */
function referenceOutside(path: string, text: string, found: readonly string[]): string | undefined {
  const known = new Set(found.map((each) => each.toLowerCase()));
  for (const [, written = ''] of text.matchAll(/<ProjectReference\s[^<>]*?\bInclude=["']([^"']*)["']/gi)) {
    const named = posix.normalize(posix.join(posix.dirname(path), written.trim().replaceAll('\\', '/')));
    if (!known.has(named.toLowerCase())) return written;
  }
  return undefined;
}
