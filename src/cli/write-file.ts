import { closeSync, openSync, writeFileSync } from 'node:fs';
import { UserError } from '../core/errors.ts';

/** @throws UserError when the file cannot be written. */
export function writeFile(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (cause) {
    throw new UserError('this file cannot be written', { where: file, cause });
  }
}

/** The same for a text in pieces, of which none is kept. @throws UserError, likewise */
export function writePieces(file: string, pieces: Iterable<string>): void {
  try {
    const opened = openSync(file, 'w');
    try {
      for (const piece of pieces) writeFileSync(opened, piece);
    } finally {
      closeSync(opened);
    }
  } catch (cause) {
    throw new UserError('this file cannot be written', { where: file, cause });
  }
}
