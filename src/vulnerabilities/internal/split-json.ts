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
    const place: Place = { depth: 0, inString: false, escaped: false };
    let parts: Buffer[] = [];
    let partBytes = 0;
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
        const mark = pass(place, piece[at] ?? 0);
        if (mark === undefined) continue;
        if (mark === 'other') throw noObject(file);
        if (mark !== 'opens') take(piece.subarray(start, at));
        start = at + 1;
        if (mark === 'parts') yield text();
        if (mark !== 'closes') continue;
        const last = text();
        if (last !== '') yield last;
        return;
      }
      if (place.depth > 0) take(piece.subarray(start, length));
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Where in the JSON text a byte stands. */
interface Place {
  depth: number;
  inString: boolean;
  escaped: boolean;
}

/** What a byte is to the outermost object, if anything; `other`: what stands here is none. */
type Mark = 'opens' | 'parts' | 'closes' | 'other';

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;

/** Goes on by one byte. Called for each of some hundred million: no objects are made. */
function pass(place: Place, byte: number): Mark | undefined {
  if (place.inString) {
    if (place.escaped) place.escaped = false;
    else if (byte === backslash) place.escaped = true;
    else if (byte === quote) place.inString = false;
    return undefined;
  }
  switch (byte) {
    case quote:
      place.inString = true;
      return place.depth === 0 ? 'other' : undefined;
    case 0x7b: // {
      place.depth++;
      return place.depth === 1 ? 'opens' : undefined;
    case 0x5b: // [
      place.depth++;
      return place.depth === 1 ? 'other' : undefined;
    case 0x7d: // }
    case 0x5d: // ]
      place.depth--;
      return place.depth > 0 ? undefined : 'closes';
    case comma:
      return place.depth === 1 ? 'parts' : undefined;
    default:
      return undefined;
  }
}
