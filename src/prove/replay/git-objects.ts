import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { UserError } from '../../core/errors.ts';
import type { Git } from './run-git.ts';

/** A blob larger than this is not taken into memory. */
const largestBlob = 8 << 20;

/** Reads objects by id, in the order in which they are asked for, from loose files, packs and alternates alike. */
export interface GitObjects {
  /** A tree's or blob's bytes. Undefined where there is no such object, or it is larger than 8 MB. */
  read(id: string): Promise<Buffer | undefined>;
  /** Ends the child process. */
  close(): void;
}

/**
 * One `git cat-file --batch` for all questions (https://git-scm.com/docs/git-cat-file): many may be asked before the first is answered.
 */
export function openGitObjects(git: Git): GitObjects {
  const child = spawn('git', ['-C', git.directory, '--no-optional-locks', 'cat-file', '--batch'], {
    env: git.environment,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stderr.resume();
  const waiting: Waiting[] = [];
  const fail = (error: Error) => {
    for (const each of waiting.splice(0)) each.reject(error);
  };
  child.on('error', fail);
  child.stdin.on('error', fail);
  child.on('close', () => fail(new UserError('git ended while the history was read', { remedy: 'Try git fsck.' })));
  readAnswers(child, waiting);
  return {
    read(id) {
      if (!/^[0-9a-f]{40,64}$/.test(id)) return Promise.resolve(undefined);
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        child.stdin.write(`${id}\n`);
      });
    },
    close() {
      child.stdin.end();
      child.kill();
    },
  };
}

interface Waiting {
  resolve(bytes: Buffer | undefined): void;
  reject(error: Error): void;
}

/** `<id> <type> <size>`, a line end, that many bytes, a line end; or `<id> missing` and a line end. */
function readAnswers(child: ChildProcessWithoutNullStreams, waiting: Waiting[]): void {
  let pieces: Buffer[] = [];
  let have = 0;
  /** Bytes of the object that is being read, with its line end; undefined while its head is awaited. */
  let wanted: number | undefined;
  let dropped = 0;
  child.stdout.on('data', (data: Buffer) => {
    pieces.push(data);
    have += data.length;
    for (;;) {
      if (wanted !== undefined && wanted > largestBlob) {
        // Read past, never kept.
        const taken = Math.min(have, wanted - dropped);
        pieces = [Buffer.concat(pieces).subarray(taken)];
        have -= taken;
        dropped += taken;
        if (dropped < wanted) return;
        [wanted, dropped] = [undefined, 0];
        waiting.shift()?.resolve(undefined);
        continue;
      }
      if (wanted !== undefined && have < wanted) return;
      const bytes = pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces);
      if (wanted !== undefined) {
        waiting.shift()?.resolve(Buffer.from(bytes.subarray(0, wanted - 1)));
        pieces = [bytes.subarray(wanted)];
        have -= wanted;
        wanted = undefined;
        continue;
      }
      const end = bytes.indexOf(10);
      pieces = [bytes];
      if (end === -1) return;
      const size = /^[0-9a-f]+ \w+ (\d+)$/.exec(bytes.toString('latin1', 0, end))?.[1];
      if (size === undefined) waiting.shift()?.resolve(undefined);
      else wanted = Number(size) + 1;
      pieces = [bytes.subarray(end + 1)];
      have -= end + 1;
    }
  });
}
