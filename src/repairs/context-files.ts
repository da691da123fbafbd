import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { ProjectFiles } from '../ecosystems/install-inputs.ts';
import { buildsOf, type Project } from '../project/project.ts';

/**
 * The files that a Dockerfile's build sends, below a directory of its context; undefined where there is no context on disk, more than
 * one, or not all of it was read.
 */
export function contextFiles(project: Project, dockerfile: Dockerfile, directory: string): ProjectFiles | undefined {
  const contexts = [...new Set(buildsOf(project, dockerfile).flatMap(({ context }) => context ?? []))];
  const [context] = contexts;
  if (context === undefined || contexts.length > 1 || project.readFile === undefined) return undefined;
  if (context.listing.stoppedAt !== undefined) return undefined;
  const prefix = directory === '' ? '' : `${directory}/`;
  const root = context.directory === '' ? '' : `${context.directory}/`;
  const paths = context.listing.entries
    .filter(({ kind, path }) => kind === 'file' && path.startsWith(prefix))
    .map(({ path }) => path.slice(prefix.length));
  return { paths, read: (path) => project.readFile?.(`${root}${prefix}${path}`)?.text };
}
