import { familiarName, parseImageReference } from '../core/image-reference.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { Project } from '../project/project.ts';
import { contextFiles } from './context-files.ts';

/** The framework that a project is built for, and where it says so. */
export interface TargetFramework {
  readonly path: string;
  /** `net7.0`. */
  readonly framework: string;
  /** What it has to be on the new image: `net10.0`. */
  readonly wanted: string;
}

/**
 * The framework that the .NET projects of a build are for, where an image of .NET has another one: it does not start them, for a program
 * takes no newer major release by itself. An application is at least as new as the libraries that it uses, so the newest counts.
 * Undefined where nothing says so, or the release may be a newer one.
 */
export function otherTargetFramework(
  project: Project,
  dockerfile: Dockerfile,
  reference: string,
): TargetFramework | undefined {
  const image = parseImageReference(reference);
  if (image === undefined || !/(?:^|\/)dotnet\/(?:sdk|runtime|aspnet|runtime-deps)$/.test(familiarName(image)))
    return undefined;
  const release = /^(\d+)\.(\d+)/.exec(image.tag ?? '')?.[0];
  const files = contextFiles(project, dockerfile, '');
  if (release === undefined || files === undefined || /DOTNET_ROLL_FORWARD|--roll-forward/.test(dockerfile.text))
    return undefined;
  const projects = files.paths.filter((path) => /\.(?:cs|fs|vb)proj$/.test(path));
  const named = projects.filter((path) => dockerfile.text.includes(baseName(path)));
  const declared = frameworksOf(named.length > 0 ? named : projects, files.read);
  // What MSBuild reads for every project below: https://learn.microsoft.com/visualstudio/msbuild/customize-by-directory
  const common = files.paths.filter((path) => /^directory\.(?:build|packages)\.props$/i.test(baseName(path)));
  const all = declared.length > 0 ? declared : frameworksOf(common, files.read);
  const [newest] = all.sort((a, b) => b.number - a.number);
  return newest && newest.number < Number.parseFloat(release)
    ? { path: newest.path, framework: newest.framework, wanted: `net${release}` }
    : undefined;
}

interface Declared {
  readonly path: string;
  readonly framework: string;
  readonly number: number;
}

function frameworksOf(paths: readonly string[], read: (path: string) => string | undefined): Declared[] {
  return paths.slice(0, 100).flatMap((path) => {
    const text = (read(path) ?? '').replace(/<!--[\s\S]{0,5000}?-->/g, '');
    // It says itself that it takes a newer release.
    if (/<RollForward>\s{0,20}(?:Latest)?Major/i.test(text)) return [];
    return [...text.matchAll(/<TargetFrameworks?>([^<]{1,300})</g)].flatMap(([, list = '']) =>
      list.split(';').flatMap((each) => {
        const found = /^(net(?:coreapp)?(\d+\.\d+))(?:-|$)/.exec(each.trim());
        return found ? { path, framework: found[1] ?? '', number: Number.parseFloat(found[2] ?? '') } : [];
      }),
    );
  });
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
