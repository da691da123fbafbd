import { closeSync, openSync, readSync } from 'node:fs';
import { UserError } from '../../core/errors.ts';

/** One value of an object; a longer one is not read. */
const maximumValueBytes = 64 * 1024 * 1024;
const pieceBytes = 1024 * 1024;

/**
 * The fields of the object that a JSON file is, one after another, without the file in memory. Throws a UserError where it is no JSON object. A value longer
 * than 64 MiB is an error, too.
 */
export function* readFields(file: string): Generator<readonly [name: string, value: unknown]> {
  for (const text of fieldTexts(file)) {
    let entry: unknown;
    try {
      entry = JSON.parse(`{${text}}`);
    } catch (cause) {
      throw noObject(file, cause);
    }
    for (const field of Object.entries(entry ?? {})) yield field;
  }
}

function noObject(file: string, cause?: unknown): UserError {
  return new UserError('this is no JSON object, or it is cut off', { where: file, cause });
}

/** What stands between the commas of the outermost object: a look at each byte, since strings and brackets are of ASCII in UTF-8. */
function* fieldTexts(file: string): Generator<string> {
  const descriptor = openSync(file, 'r');
  try {
    const piece = Buffer.allocUnsafe(pieceBytes);
    let parts: Buffer[] = [];
    let partBytes = 0;
    let depth = 0;
    let inString = false;
    let escaped = false;
    const take = (bytes: Buffer): void => {
      parts.push(Buffer.from(bytes));
      partBytes += bytes.length;
      if (partBytes > maximumValueBytes)
        throw new UserError('a value of this file is longer than 64 MiB', { where: file });
    };
    const text = (): string => {
      const whole = Buffer.concat(parts).toString('utf8').trim();
      parts = [];
      partBytes = 0;
      return whole;
    };
    for (;;) {
      const length = readSync(descriptor, piece, 0, piece.length, null);
      if (length === 0) throw noObject(file);
      let start = 0;
      for (let at = 0; at < length; at++) {
        const byte = piece[at];
        if (inString) {
          if (escaped) escaped = false;
          else if (byte === 0x5c) escaped = true;
          else if (byte === 0x22) inString = false;
        } else if (byte === 0x22) {
          if (depth === 0) throw noObject(file);
          inString = true;
        } else if (byte === 0x7b || byte === 0x5b) {
          if (depth === 0 && byte === 0x5b) throw noObject(file);
          depth++;
          if (depth === 1) start = at + 1;
        } else if (byte === 0x7d || byte === 0x5d) {
          depth--;
          if (depth > 0) continue;
          take(piece.subarray(start, at));
          const last = text();
          if (last !== '') yield last;
          return;
        } else if (byte === 0x2c && depth === 1) {
          take(piece.subarray(start, at));
          yield text();
          start = at + 1;
        }
      }
      if (depth > 0) take(piece.subarray(start, length));
    }
  } finally {
    closeSync(descriptor);
  }
}
