import {
  chmodSync,
  closeSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { codeBehind, UserError } from '../core/errors.ts';
import type { FileChange } from './files.ts';

/**
 * Writes the files below a root. Each is written beside its place and then put there: it is wholly there or not at all. A file that
 * has appeared meanwhile is not overwritten. When one cannot be written, those that were made before it are taken away again.
 * @throws UserError when a file cannot be written.
 */
export function writeFiles(root: string, changes: readonly FileChange[]): void {
  const made: string[] = [];
  for (const change of changes) {
    if (change.action === 'keep') continue;
    const place = path.join(root, change.path);
    try {
      refuseLinks(root, change.path);
      mkdirSync(path.dirname(place), { recursive: true });
      writeOne(place, change);
      if (change.action === 'create') made.push(place);
    } catch (cause) {
      for (const each of made) rmSync(each, { force: true });
      if (cause instanceof UserError) throw cause;
      throw new UserError(
        `this file cannot be written${codeBehind(cause)}; files made before it were taken away again`,
        {
          where: change.path,
          cause,
        },
      );
    }
  }
}

/** A link on the way would lead the writing out of the directory. */
function refuseLinks(root: string, file: string): void {
  const parts = file.split('/');
  for (let length = 1; length <= parts.length; length++) {
    const place = path.join(root, ...parts.slice(0, length));
    if (lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink())
      throw new UserError('this is a symbolic link, and nothing is written through one', {
        where: parts.slice(0, length).join('/'),
      });
  }
}

function writeOne(place: string, { text, action }: FileChange): void {
  const beside = path.join(path.dirname(place), `.${path.basename(place)}.plimsoll-${process.pid}`);
  const file = openSync(beside, 'wx', 0o644);
  try {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    // A link fails where the name is taken, which a rename does not.
    if (action === 'create') linkSync(beside, place);
    else {
      chmodSync(beside, statSync(place).mode & 0o7777);
      renameSync(beside, place);
    }
  } finally {
    rmSync(beside, { force: true });
  }
}
