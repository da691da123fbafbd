import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { exitCodes, UserError } from '../../src/core/errors.ts';
import { openStore } from '../../src/history/open-store.ts';

vi.mock('node-sqlite3-wasm', () => {
  throw new Error('section extends past end of the module');
});

test('a library that is damaged is told as such: no fault of the program takes a run’s findings with it', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-history-'));
  try {
    const told = await openStore(path.join(directory, 'history.db'), 'make').catch((error: unknown) => error);
    expect(told).toBeInstanceOf(UserError);
    expect(told).toMatchObject({ exitCode: exitCodes.system, remedy: 'Install Plimsoll again.' });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
