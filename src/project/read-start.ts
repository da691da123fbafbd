import { closeSync, openSync, readSync } from 'node:fs';

const startBytes = 64 * 1024;

/** The beginning of a text file, 64 KiB at most; '' when it cannot be read. A cut character at its end is lost. */
export function readStart(path: string): string {
  try {
    const file = openSync(path, 'r');
    try {
      const bytes = Buffer.allocUnsafe(startBytes);
      return bytes.toString('utf8', 0, readSync(file, bytes, 0, startBytes, 0));
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
}
