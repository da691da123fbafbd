import {
  accessSync,
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Blocked, waitForLock } from './store-lock.ts';

/** Whether this process may write a store, and make the locks and journals beside it. */
export function isWritable(file: string): boolean {
  try {
    accessSync(path.dirname(file), constants.W_OK);
    accessSync(file, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Times that a copy is tried of a file that is written meanwhile. */
const copiesAtMost = 5;

/**
 * A copy of a store for whoever may only read it, together with the journal of a writer that died, so that what was half-written is taken back in it.
 * @param owner the file of the lock that writers hold
 * @throws what the file system throws
 */
export function copyStore(file: string, owner: string): { readonly copy: string; release(): void } | Blocked {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-history-'));
  const release = () => rmSync(directory, { recursive: true, force: true });
  try {
    const copy = path.join(directory, 'history.db');
    for (let round = 0; round < copiesAtMost; round++) {
      const blocked = waitForLock(owner);
      if (blocked !== undefined) {
        release();
        return blocked;
      }
      const before = stateOf(file);
      copyFileSync(file, copy);
      if (existsSync(`${file}-journal`)) copyFileSync(`${file}-journal`, `${copy}-journal`);
      if (stateOf(file) === before) {
        for (const each of readdirSync(directory)) chmodSync(path.join(directory, each), 0o600);
        return { copy, release };
      }
      for (const each of readdirSync(directory)) rmSync(path.join(directory, each));
    }
    release();
    return { blockedBy: 'another process' };
  } catch (error) {
    release();
    throw error;
  }
}

/** Of a file and its journal: whoever writes changes one of them. */
function stateOf(file: string): string {
  return [file, `${file}-journal`]
    .map((each) => {
      const found = statSync(each, { throwIfNoEntry: false });
      return found === undefined ? '-' : `${found.size} ${found.mtimeMs} ${found.ino}`;
    })
    .join();
}
