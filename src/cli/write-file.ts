import { closeSync, openSync, writeFileSync } from 'node:fs';
import { codeBehind, UserError } from '../core/errors.ts';

/** @throws UserError when the file cannot be written. */
export function writeFile(file: string, text: string): void {
  asUserError(file, () => writeFileSync(file, text));
}

/** The same for a text in pieces, of which none is kept. @throws UserError, likewise; what making a piece throws goes on as it is */
export function writePieces(file: string, pieces: Iterable<string>): void {
  const opened = asUserError(file, () => openSync(file, 'w'));
  try {
    for (const piece of pieces) asUserError(file, () => writeFileSync(opened, piece));
  } finally {
    asUserError(file, () => closeSync(opened));
  }
}

function asUserError<Result>(file: string, act: () => Result): Result {
  try {
    return act();
  } catch (cause) {
    throw new UserError(`this file cannot be written${codeBehind(cause)}`, {
      where: file,
      remedy: 'Is its directory there, writable, and its disk not full? Name another file.',
      cause,
    });
  }
}
