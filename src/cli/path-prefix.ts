import path from 'node:path';

/** A directory as seen from another one above it, with forward slashes; '' when it does not lie below. */
export function prefixFrom(cwd: string, root: string): string {
  const relative = path.relative(cwd, root);
  return relative.startsWith('..') || path.isAbsolute(relative) ? '' : relative.split(path.sep).join('/');
}
