/** Why a path cannot stand in an image for that operating system, as one clause. Only Windows refuses any. */
export function imagePathFault(path: string, system: string): string | undefined {
  if (system !== 'windows') return undefined;
  if (path.length === 2 && path.endsWith(':')) return `'${path}' names a drive and no path`;
  if (/^[\\/]{2}/.test(path)) return 'network paths are not supported';
  const colon = path.indexOf(':');
  return colon === -1 || path.slice(0, colon).toLowerCase() === 'c' ? undefined : `'${path}' is not on the drive C:`;
}

export function isAbsoluteInImage(path: string, system: string): boolean {
  if (system !== 'windows') return path.startsWith('/');
  if (imagePathFault(path, system) !== undefined) return false;
  return /^[\\/]/.test(path.slice(path.indexOf(':') + 1));
}

/** How many directories below the root a path leads, from a directory that is `depth` below it. */
export function depthOf(path: string, depth: number): number {
  let result = depth;
  for (const part of path.split('/')) {
    if (part === '..') result = Math.max(0, result - 1);
    else if (part !== '' && part !== '.') result += 1;
  }
  return result;
}
