import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../core/errors.ts';
import type { OutputDirectory } from '../observe/plan-files.ts';

/** Files of a generated set that are larger were not generated. Bytes. */
const largestFile = 8 * 1024 * 1024;

/**
 * The directory that `plimsoll observe` writes into.
 * @throws UserError where something on the way to a file is a symbolic link, or a file cannot be read
 */
export function outputDirectory(root: string): OutputDirectory {
  return { read: (file) => read(root, file), baseFiles: filesBelow(root, 'base') };
}

function read(root: string, file: string): string | undefined {
  const parts = file.split('/');
  for (let length = 0; length <= parts.length; length++) {
    const place = path.join(root, ...parts.slice(0, length));
    const found = lstatSync(place, { throwIfNoEntry: false });
    if (found === undefined) return undefined;
    const where = parts.slice(0, length).join('/') || root;
    if (length > 0 && found.isSymbolicLink())
      throw new UserError('this is a symbolic link, and nothing is written through one', { where });
    if (length === parts.length && !found.isFile())
      throw new UserError('a file is to be written here, and something else is there', { where });
    if (length === parts.length && found.size > largestFile)
      throw new UserError('this file is too large to be one that was generated', { where });
  }
  try {
    return readFileSync(path.join(root, file), 'utf8');
  } catch (cause) {
    throw new UserError('this file cannot be read', { where: file, cause });
  }
}

function filesBelow(root: string, directory: string): string[] {
  const place = path.join(root, directory);
  if (!lstatSync(place, { throwIfNoEntry: false })?.isDirectory()) return [];
  return readdirSync(place, { withFileTypes: true })
    .flatMap((entry) => {
      const file = `${directory}/${entry.name}`;
      if (entry.isDirectory()) return filesBelow(root, file);
      return entry.isFile() ? [file] : [];
    })
    .sort();
}
