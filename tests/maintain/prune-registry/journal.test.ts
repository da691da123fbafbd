import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { PruneItem, PrunePlan } from '../../../src/core/registry-prune.ts';
import { openJournal, readPending } from '../../../src/maintain/prune-registry/journal.ts';

const digests = ['a', 'b', 'c'].map((letter) => `sha256:${letter.repeat(64)}`);
const items = digests.map(
  (digest): PruneItem => ({
    digest,
    tags: [],
    kind: 'image',
    bytes: 1,
    date: undefined,
    dated: undefined,
    decision: 'delete',
    reason: '',
    after: [],
  }),
);
const plan: PrunePlan = {
  registry: 'r.example',
  id: 'x',
  now: 0,
  policy: [],
  roots: [],
  repositories: [{ name: 'shop/web', items, problem: undefined }],
  freedBytes: 0,
  freedAtMost: '',
  unknown: [],
};

it('knows after a kill at any byte what was meant to be deleted and is not known to be', () => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-journal-'));
  const file = path.join(directory, 'journal.jsonl');
  try {
    const journal = openJournal(directory, plan, new Map());
    const planned = readFileSync(file).length;
    const ends = digests.map((digest) => {
      journal.begin('shop/web', digest);
      journal.end({ repository: 'shop/web', digest, outcome: 'deleted', reason: '' });
      return readFileSync(file).length;
    });
    journal.close();
    const whole = readFileSync(file);
    // The plan is there as a whole or not at all.
    for (let bytes = planned; bytes <= whole.length; bytes++) {
      writeFileSync(file, whole.subarray(0, bytes));
      // Without its end a line counts for nothing, but the line break.
      const left = digests.filter((_, at) => bytes < (ends[at] ?? 0) - 1);
      expect([...(readPending(directory).get('shop/web') ?? [])], `${bytes} bytes`).toEqual(left);
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
});
