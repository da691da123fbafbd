import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { ShareAnswer, ShareRequest } from './audit-share.ts';
import { claimsOf, type ShareClaims, sharedClaims } from './share-claims.ts';

/** Threads beside the main one: each reads the whole project again, and more take more memory than they save time. */
const mostWorkers = 3;

/** What Node.js 20 takes. Later versions take up to twice as much, for no less time: most of what a thread makes is let go at once. */
const maxYoungGenerationSizeMb = 48;

/** Threads that share the Dockerfiles of an audit with the main thread. */
export interface AuditWorkers {
  /** What the main thread takes. */
  readonly claims: ShareClaims;
  /** What the threads found, when all have ended. Rejects with the error of one that failed on what it had taken. */
  answers(): Promise<readonly ShareAnswer[]>;
}

/**
 * Starts threads for an audit, one a processor but the first. A thread that does not start takes nothing, and the others do
 * its share.
 */
export function startWorkers(request: Omit<ShareRequest, 'claims' | 'member'>): AuditWorkers {
  const entry = fileURLToPath(new URL('./audit-worker.js', import.meta.url));
  // Run from its sources, there is no bundle for a thread to load.
  const count = existsSync(entry) ? Math.min(mostWorkers, availableParallelism() - 1) : 0;
  const memory = sharedClaims(1 + count);
  const claims = claimsOf(memory, 0, request.dockerfiles.length);
  const running = Array.from({ length: count }, async (_, at) => {
    const member = at + 1;
    try {
      return await answerOf(
        new Worker(entry, {
          workerData: { ...request, claims: memory, member },
          resourceLimits: { maxYoungGenerationSizeMb },
        }),
      );
    } catch (error) {
      if (claims.hasClaimed(member)) throw error;
      return undefined;
    }
  });
  const all = Promise.allSettled(running);
  return {
    claims,
    async answers() {
      return (await all).flatMap((result) => {
        if (result.status === 'rejected') throw result.reason;
        return result.value ?? [];
      });
    },
  };
}

/** When the thread has ended: the memory that it had is free by then. */
function answerOf(worker: Worker): Promise<ShareAnswer> {
  return new Promise((resolve, reject) => {
    let answer: ShareAnswer | undefined;
    worker.once('message', (message) => {
      answer = message;
    });
    worker.once('error', reject);
    worker.once('exit', () => {
      if (answer === undefined) reject(new Error('a thread of the audit ended without an answer'));
      else resolve(answer);
    });
  });
}
