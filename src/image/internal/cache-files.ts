import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Files of a cache that several processes use, by name. Each is there as a whole or not at all. */
export interface CacheFiles {
  /** Undefined where there is none, or not what was written: cut off, damaged. */
  read(name: string): Buffer | undefined;
  /** Throws where it cannot be written. */
  write(name: string, content: Uint8Array): void;
  /** Removes the longest unused ones until the rest has no more bytes than were asked for. */
  makeRoom(): void;
}

const ending = '.layer';
const checkBytes = 32;

export function cacheFiles(directory: string, maximumBytes: number): CacheFiles {
  const fileOf = (name: string) => path.join(directory, `${name}${ending}`);
  return {
    read(name) {
      const file = fileOf(name);
      try {
        const bytes = readFileSync(file);
        const content = bytes.subarray(checkBytes);
        if (!checkOf(content).equals(bytes.subarray(0, checkBytes))) return undefined;
        const now = new Date();
        utimesSync(file, now, now);
        return content;
      } catch {
        return undefined;
      }
    },
    write(name, content) {
      if (content.length + checkBytes > maximumBytes) return;
      const file = fileOf(name);
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      const draft = `${file}.${process.pid}.part`;
      writeFileSync(draft, Buffer.concat([checkOf(content), content]), { mode: 0o600 });
      renameSync(draft, file);
    },
    makeRoom() {
      const files = readdirSync(directory)
        .filter((name) => name.endsWith(ending) || name.endsWith('.part'))
        .flatMap((name) => {
          const file = path.join(directory, name);
          const stat = statSync(file, { throwIfNoEntry: false });
          return stat === undefined ? [] : [{ file, bytes: stat.size, used: stat.mtimeMs }];
        })
        .sort((one, other) => other.used - one.used);
      let total = 0;
      for (const { file, bytes } of files) {
        total += bytes;
        if (total > maximumBytes) rmSync(file, { force: true });
      }
    },
  };
}

function checkOf(content: Uint8Array): Buffer {
  return createHash('sha256').update(content).digest();
}
