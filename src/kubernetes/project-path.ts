import { posix } from 'node:path';

/**
 * A path as a file writes it, relative to a directory of the project, made relative to the project's root: '' for the root
 * itself. Undefined for an absolute path and for one that leads out of the project.
 */
export function projectPath(directory: string, written: string): string | undefined {
  if (posix.isAbsolute(written) || /^[A-Za-z]:[\\/]/.test(written) || written.startsWith('~')) return undefined;
  const joined = posix.normalize(posix.join(directory === '' ? '.' : directory, written));
  const path = joined.endsWith('/') ? joined.slice(0, -1) : joined;
  if (path === '.') return '';
  return path === '..' || path.startsWith('../') ? undefined : path;
}

/** The directory that a path of the project lies in: '' for the root. */
export function directoryOf(path: string): string {
  const directory = posix.dirname(path);
  return directory === '.' ? '' : directory;
}
