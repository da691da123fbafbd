import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cachedDataVersionTag } from 'node:v8';
import { expect, test } from 'vitest';
import { openStore } from '../../src/history/open-store.ts';
import { recordRun } from '../../src/history/record-run.ts';
import { compileSqlite, endSqlite, loadSqlite } from '../../src/history/sqlite-code.ts';
import { record } from './runs.ts';

test('V8 has the flags of before once SQLite is done: compiled code that is kept then is of those', async () => {
  const before = cachedDataVersionTag();
  await loadSqlite();
  const whileUsed = cachedDataVersionTag();
  endSqlite();
  expect(whileUsed).not.toBe(before);
  expect(cachedDataVersionTag()).toBe(before);
  compileSqlite();
  await loadSqlite();
  endSqlite();
  expect(cachedDataVersionTag()).toBe(before);
});

test('who reads a store holds it from the first question to the end, who writes lets it go with each run', async () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-sqlite-'));
  try {
    const file = path.join(directory, 'history.db');
    const isLocked = () => existsSync(`${file}.lock`);
    const written = await openStore(file, 'make');
    recordRun(written, record('2026-11-01T00:00:00.000Z', ['error cache/a Dockerfile:1 x'], { project: 'p' }));
    expect([isLocked(), existsSync(`${file}-journal`)]).toEqual([false, false]);
    written.close();
    const read = await openStore(file, 'read');
    expect(isLocked()).toBe(true);
    read.close();
    expect(isLocked()).toBe(false);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
