import { closeSync, openSync, readSync } from 'node:fs';

const startBytes = 64 * 1024;

/** Kept from call to call: thousands of files are looked into one after the other. */
let buffer: Buffer | undefined;

/** The beginning of a text file, 64 KiB at most; '' when it cannot be read. A cut character at its end is lost. */
export function readStart(path: string): string {
  try {
    const file = openSync(path, 'r');
    try {
      buffer ??= Buffer.allocUnsafe(startBytes);
      return buffer.toString('utf8', 0, readSync(file, buffer, 0, startBytes, null));
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}
