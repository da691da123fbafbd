import { createHash } from 'node:crypto';
import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { deserialize, serialize } from 'node:v8';

/** Files of a cache that several processes use, by name. Each is there as a whole or not at all. */
export interface CacheFiles {
  /** Undefined where there is none, or not what was written: cut off, damaged. */
  read(name: string): Buffer | undefined;
  /** Throws where it cannot be written. */
  write(name: string, content: Uint8Array): void;
  /** The same, but what is there and can be read stays, also what another process writes at this moment. */
  writeFirst(name: string, content: Uint8Array): void;
  /** Removes the longest unused ones until the rest has no more bytes than were asked for. */
  makeRoom(): void;
}

const defaultMaximumBytes = 512 * 2 ** 20;
const ending = '.layer';
const checkBytes = 32;

export function cacheFiles(directory: string, maximumBytes = defaultMaximumBytes): CacheFiles {
  const fileOf = (name: string) => path.join(directory, `${name}${ending}`);
  const read: CacheFiles['read'] = (name) => {
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
  };
  const put = (name: string, content: Uint8Array, place: (draft: string, file: string) => void) => {
    if (content.length + checkBytes > maximumBytes) return;
    const file = fileOf(name);
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const draft = `${file}.${process.pid}.part`;
    try {
      const opened = openSync(draft, 'w', 0o600);
      try {
        writeFileSync(opened, checkOf(content));
        writeFileSync(opened, content);
      } finally {
        closeSync(opened);
      }
      place(draft, file);
    } finally {
      rmSync(draft, { force: true });
    }
  };
  return {
    read,
    write: (name, content) => put(name, content, renameSync),
    writeFirst: (name, content) =>
      put(name, content, (draft, file) => {
        try {
          linkSync(draft, file);
        } catch {
          // Damaged, or a file system without links.
          if (read(name) === undefined) renameSync(draft, file);
        }
      }),
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

/** Results of one kind, each by what it is the result of. */
export interface NamedResults<Value> {
  /** Undefined where there is none that can be read. */
  find(...of: readonly string[]): Value | undefined;
  /** Throws where it cannot be written. */
  keep(value: Value, ...of: readonly string[]): void;
}

/**
 * Plain data, as structured clones, which each version of V8 may write in another way.
 * @param kind what they are, and what all of them depend on
 */
export function namedResults<Value>(files: CacheFiles, kind: readonly string[]): NamedResults<Value> {
  const nameOf = (of: readonly string[]) =>
    createHash('sha256')
      .update(JSON.stringify([kind, of, process.version]))
      .digest('hex');
  return {
    find(...of) {
      const content = files.read(nameOf(of));
      try {
        return content && deserialize(content);
      } catch {
        return undefined;
      }
    },
    keep: (value, ...of) => files.write(nameOf(of), serialize(value)),
  };
}
