import { spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import path from 'node:path';
import { cachedDataVersionTag } from 'node:v8';
import { build } from 'esbuild';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { migrations } from '../../src/history/migrations.ts';
import { openStore, usingStore } from '../../src/history/open-store.ts';
import { listRuns, readHistory, readRun, readSeries } from '../../src/history/read-runs.ts';
import { recordRun } from '../../src/history/record-run.ts';
import { copyStore } from '../../src/history/store-copy.ts';
import { holdLock, waitForLock } from '../../src/history/store-lock.ts';
import { record, rules } from './runs.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-history-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const file = () => path.join(directory, 'sub/history.db');
const series = { project: 'example.com/shop', kind: 'audit', subject: '.' } as const;

const image = {
  name: 'shop/web:1',
  digest: 'sha256:1',
  dockerfile: 'web/Dockerfile',
  bytes: 30,
  pulledBytes: undefined,
  layers: [{ digest: 'sha256:2', bytes: 30, createdBy: 'COPY . .' }],
  packages: [{ type: 'deb', name: 'curl', version: '1' }],
  vulnerabilities: [{ id: 'CVE-1', severity: 'high', package: 'curl', version: '1', fixedIn: undefined }],
};
const figures = {
  image: 'sha256:1',
  bytes: 30,
  compressedBytes: 12,
  layerBytes: [30],
  packages: 1,
  vulnerablePackages: 1,
  coldSeconds: 4,
  rebuildSeconds: 2,
};
const evidence = {
  name: 'web',
  dockerfile: 'web/Dockerfile',
  verdict: 'proved',
  builder: 'buildah',
  created: '2026-01-01T00:00:00Z',
  before: figures,
  after: { ...figures, bytes: 10 },
  fixes: ['cache/a'],
  withdrawn: [],
  statements: ['It is the same program.'],
};

test('a run is given back as it was recorded', async () => {
  const store = await openStore(file(), 'make');
  try {
    const findings = ['error cache/a Dockerfile:3 x', 'note size/c Dockerfile:9 y'];
    const id = recordRun(store, record('2026-01-01T00:00:00Z', findings, { images: [image], evidence: [evidence] }));
    expect(readRun(store, id)).toMatchObject({
      ...series,
      id,
      commit: 'c'.repeat(40),
      branch: 'main',
      dirty: false,
      tool: '0.1.0',
      loadLine: 57,
      findings: { error: 1, warning: 0, note: 1 },
      bytes: 30,
      rules,
      areas: [{ area: 'cache', score: 57, derivation: '57 = 100 × 20 / (20 + 15 × 1 + 4 × 0 + 0)' }],
      found: [{ rule: 'cache/a', path: 'Dockerfile', line: 3, severity: 'error' }, { rule: 'size/c' }],
      images: [image],
      evidence: [evidence],
    });
    expect(readRun(store, id + 1)).toBeUndefined();
  } finally {
    store.close();
  }
});

test('sizes are those of images, and of what was proved', async () => {
  const store = await openStore(file(), 'make');
  try {
    recordRun(store, record('2026-01-01T00:00:00Z', [], { images: [image] }));
    recordRun(store, record('2026-01-02T00:00:00Z', [], { evidence: [evidence] }));
    expect(readHistory(store, series, 'main').runs.map(({ images }) => images)).toEqual([
      [{ name: 'shop/web:1', dockerfile: 'web/Dockerfile', bytes: 30 }],
      [{ name: 'web', dockerfile: 'web/Dockerfile', bytes: 30 }],
    ]);
  } finally {
    store.close();
  }
});

test('a derivation is that of the formula at the time', async () => {
  const store = await openStore(file(), 'make');
  try {
    const id = recordRun(store, record('2026-01-01T00:00:00Z', []));
    store.database.run(`UPDATE content SET json = replace(json, '15', '10') WHERE json LIKE '%halfLoad%'`);
    expect(readRun(store, id)?.areas[0]?.derivation).toContain('10 × 1');
  } finally {
    store.close();
  }
});

test('runs of other projects, branches and subjects are told apart', async () => {
  const store = await openStore(file(), 'make');
  try {
    const at = (day: number) => `2026-01-0${day}T00:00:00Z`;
    recordRun(store, record(at(2), ['error cache/a Dockerfile:3 x']));
    recordRun(store, record(at(1), ['warning cache/a Dockerfile:3 x']));
    recordRun(store, record(at(3), [], { branch: 'feature' }));
    recordRun(store, record(at(4), [], { project: 'other' }));
    recordRun(store, record(at(5), [], { kind: 'image', subject: 'shop/web' }));
    const { runs } = readHistory(store, series, 'main');
    expect(runs.map(({ at: when, found }) => [when, found.map(({ severity }) => severity)])).toEqual([
      // In the order of recording: a clock that is ahead makes no run the newest.
      [at(2), ['error']],
      [at(1), ['warning']],
    ]);
    expect(readHistory(store, series, undefined).runs).toHaveLength(3);
    expect(listRuns(store, { project: series.project, last: 2 }).map(({ at: when }) => when)).toEqual([at(5), at(3)]);
    expect(
      readSeries(store).map(({ project, kind, subject, runs: count, branch }) => [
        project,
        kind,
        subject,
        count,
        branch,
      ]),
    ).toEqual([
      ['example.com/shop', 'image', 'shop/web', 1, 'main'],
      ['other', 'audit', '.', 1, 'main'],
      ['example.com/shop', 'audit', '.', 3, 'feature'],
    ]);
  } finally {
    store.close();
  }
});

// The disk is waited for twice more where the journal is emptied for the next run and put away at the end, instead of removed with the first.
test('a run that was recorded leaves no journal behind while the store is open', async () => {
  const store = await openStore(file(), 'make');
  recordRun(store, record('2026-01-01T00:00:00Z', []));
  expect(existsSync(`${file()}-journal`)).toBe(false);
  store.close();
});

// The tag tells V8's flags: compiled code that is kept under others is refused by the next run.
test('a store that is closed, or could not be opened, leaves the flags of V8 as they were', async () => {
  const before = cachedDataVersionTag();
  const store = await openStore(file(), 'make');
  expect(cachedDataVersionTag()).not.toBe(before);
  store.close();
  expect(cachedDataVersionTag()).toBe(before);
  await expect(openStore(file(), 'read', [])).rejects.toThrow('later Plimsoll');
  expect(cachedDataVersionTag()).toBe(before);
});

describe('a store that is not this version’s', () => {
  test('is brought up to date when it is older, with all that was in it', async () => {
    const old = await openStore(file(), 'make');
    recordRun(old, record('2026-01-01T00:00:00Z', ['error cache/a Dockerfile:3 x']));
    old.close();
    const later = [...migrations, 'ALTER TABLE run ADD COLUMN later TEXT'];
    const migrated = await openStore(file(), 'read', later);
    expect(migrated.database.get('PRAGMA user_version')).toEqual({ user_version: later.length });
    expect(readRun(migrated, 1)?.found).toHaveLength(1);
    migrated.close();
    await expect(openStore(file(), 'make')).rejects.toThrow(/written by a later Plimsoll/);
  });

  test('stays as it was when its migration fails', async () => {
    (await openStore(file(), 'make')).close();
    const before = readFileSync(file());
    await expect(
      openStore(file(), 'make', [...migrations, 'ALTER TABLE run ADD COLUMN later TEXT; no sql']),
    ).rejects.toThrow(/cannot be used/);
    expect(readFileSync(file()).equals(before)).toBe(true);
    (await openStore(file(), 'make')).close();
  });

  test.each<[string, string | Buffer]>([
    ['a text', 'hello'],
    ['another program’s database', Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(4080)])],
    ['a part of a header', 'SQLite format 3\0'],
  ])('is refused and not touched when it is %s', async (_, content) => {
    mkdirSync(path.dirname(file()));
    writeFileSync(file(), content);
    await expect(openStore(file(), 'make')).rejects.toThrow('this file is no history of Plimsoll');
    expect(readFileSync(file()).equals(Buffer.from(content))).toBe(true);
    expect(lstatSync(`${file()}.owner`, { throwIfNoEntry: false })).toBeUndefined();
  });

  test('is refused and not touched when it is newer', async () => {
    (await openStore(file(), 'make', [...migrations, 'ALTER TABLE run ADD COLUMN later TEXT'])).close();
    const before = readFileSync(file());
    for (const mode of ['make', 'read'] as const)
      await expect(openStore(file(), mode)).rejects.toThrow(/written by a later Plimsoll: its version is 3/);
    expect(readFileSync(file()).equals(before)).toBe(true);
  });

  test('is not made where it is to be read', async () => {
    await expect(openStore(file(), 'read')).rejects.toThrow('there is no history here');
    expect(existsSync(file())).toBe(false);
  });
});

describe('a damaged store', () => {
  test.each<[string, (content: Buffer) => Buffer]>([
    ['cut off in the middle', (content) => content.subarray(0, content.length / 2)],
    ['cut off behind its header', (content) => content.subarray(0, 100)],
    [
      'with other bytes in it',
      (content) => Buffer.concat([content.subarray(0, 4096), Buffer.alloc(content.length - 4096, 7)]),
    ],
  ])('%s is said to be one, is left as it is, and holds no lock', async (_, damage) => {
    const store = await openStore(file(), 'make');
    for (let day = 1; day < 9; day++)
      recordRun(store, record(`2026-01-0${day}T00:00:00Z`, [`error cache/a Dockerfile:${day} x${day}`]));
    store.close();
    const damaged = damage(readFileSync(file()));
    writeFileSync(file(), damaged);
    const use = async (mode: 'make' | 'read') => {
      const opened = await openStore(file(), mode);
      usingStore(opened, () =>
        mode === 'make' ? recordRun(opened, record('2026-02-01T00:00:00Z', [])) : readHistory(opened, series, 'main'),
      );
    };
    for (const mode of ['read', 'make'] as const) {
      const error: unknown = await use(mode).catch((caught: unknown) => caught);
      expect(error).toMatchObject({
        message: expect.stringContaining('the history is damaged'),
        where: file(),
        exitCode: 3,
      });
    }
    expect(readFileSync(file()).equals(damaged)).toBe(true);
    expect(lstatSync(`${file()}.owner`, { throwIfNoEntry: false })).toBeUndefined();
  });
});

describe('a store that may only be read', () => {
  async function made(): Promise<void> {
    const store = await openStore(file(), 'make');
    recordRun(store, record('2026-01-01T00:00:00Z', ['error cache/a Dockerfile:3 x']));
    store.close();
  }

  test('is read from a copy that is gone afterwards, and nothing comes into its directory', async () => {
    await made();
    const found = copyStore(file(), `${file()}.owner`);
    if ('blockedBy' in found) throw new Error(found.blockedBy);
    const store = await openStore(found.copy, 'read');
    expect(listRuns(store, {})).toHaveLength(1);
    store.close();
    found.release();
    expect([existsSync(path.dirname(found.copy)), readdirSync(path.dirname(file()))]).toEqual([false, ['history.db']]);
  });

  test('is waited for while another process writes', async () => {
    await made();
    const held = holdLock(`${file()}.owner`);
    expect(waitForLock(`${file()}.owner`, 20)).toEqual({
      blockedBy: expect.stringContaining(`process ${process.pid}`),
    });
    if ('release' in held) held.release();
    expect(waitForLock(`${file()}.owner`, 20)).toBeUndefined();
  });
});

test('our own directory is kept out of git, and what stands there stays', async () => {
  const own = path.join(directory, '.plimsoll/history.db');
  (await openStore(own, 'make')).close();
  const ignoreFile = path.join(directory, '.plimsoll/.gitignore');
  expect(readFileSync(ignoreFile, 'utf8')).toBe('*\n');
  rmSync(own);
  writeFileSync(ignoreFile, 'logs\n');
  (await openStore(own, 'make')).close();
  expect(readFileSync(ignoreFile, 'utf8')).toBe('logs\n');
  (await openStore(file(), 'make')).close();
  expect(existsSync(path.join(directory, 'sub/.gitignore'))).toBe(false);
});

test.each<[string, string, string, string]>([
  ['a link to the file', 'link.db', 'sub/history.db', 'link.db'],
  ['a link to a link', 'two.db', 'link.db', 'two.db'],
  ['a link to its directory', 'folder', 'sub', 'folder/history.db'],
  ['a link past another link', 'far/past.db', '../folder/../sub/history.db', 'far/past.db'],
])('a store is one by all its names: %s', async (_, link, target, name) => {
  const linked = path.join(directory, name);
  for (const each of ['sub', 'far']) mkdirSync(path.join(directory, each));
  // `folder/..` is this directory for the file system.
  if (link !== 'folder') symlinkSync('sub', path.join(directory, 'folder'));
  if (link === 'two.db') symlinkSync('sub/history.db', path.join(directory, 'link.db'));
  symlinkSync(target, path.join(directory, link));
  for (const round of [1, 2]) {
    // The first makes the file.
    const store = await openStore(linked, 'make');
    try {
      expect(store.file).toBe(linked);
      expect(holdLock(`${file()}.owner`, 20)).toHaveProperty('blockedBy');
      recordRun(store, record(`2026-01-0${round}T00:00:00Z`, []));
    } finally {
      store.close();
    }
    const own = await openStore(file(), 'read');
    expect(usingStore(own, () => readSeries(own)[0]?.runs)).toBe(round);
  }
  expect(readdirSync(path.join(directory, 'sub'))).toEqual(['history.db']);
  const read = await openStore(linked, 'read');
  expect(holdLock(`${file()}.owner`, 20)).toHaveProperty('blockedBy');
  read.close();
});

test.each(['make', 'read'] as const)('what is no file is refused and not waited for: %s', async (mode) => {
  expect(spawnSync('mkfifo', [path.join(directory, 'pipe')]).status).toBe(0);
  symlinkSync('pipe', path.join(directory, 'link'));
  for (const name of ['pipe', 'link', '.'])
    await expect(openStore(path.join(directory, name), mode)).rejects.toThrow('has to be a file');
  await expect(openStore('/dev/null', mode)).rejects.toThrow('has to be a file');
  expect(readdirSync(directory).sort()).toEqual(['link', 'pipe']);
});

test('a store with a hard link, and a link in a circle, are refused', async () => {
  (await openStore(file(), 'make')).close();
  const second = path.join(directory, 'second.db');
  linkSync(file(), second);
  for (const name of [file(), second]) await expect(openStore(name, 'make')).rejects.toThrow('hard link');
  (await openStore(second, 'read')).close();
  symlinkSync('circle.db', path.join(directory, 'circle.db'));
  await expect(openStore(path.join(directory, 'circle.db'), 'make')).rejects.toThrow('leads back to itself');
});

describe('a lock', () => {
  const lock = () => path.join(directory, 'lock');
  const leave = (owner: object) => symlinkSync(JSON.stringify(owner), lock());

  test('is held by one, and free when it is let go', async () => {
    const first = holdLock(lock());
    expect(holdLock(lock(), 20)).toEqual({ blockedBy: expect.stringContaining(`process ${process.pid} on `) });
    if ('release' in first) first.release();
    expect(holdLock(lock(), 20)).toHaveProperty('release');
  });

  test.each<[string, object, boolean]>([
    ['of a process that is not there', { pid: 2 ** 22 + 5, started: '1' }, true],
    [
      'of a process whose number another one has now',
      { pid: process.pid, started: '1' },
      existsSync('/proc/self/stat'),
    ],
    ['of another machine', { pid: 1, host: 'elsewhere', started: '1' }, false],
  ])('%s', (_, owner, taken) => {
    const left = { host: hostname(), token: 'left', ...owner };
    leave(left);
    expect('release' in holdLock(lock(), 20)).toBe(taken);
    expect(existsSync(`${lock()}.left`)).toBe(false);
    // The same where a file system has no links.
    rmSync(lock(), { force: true });
    writeFileSync(lock(), JSON.stringify(left));
    expect('release' in holdLock(lock(), 20)).toBe(taken);
  });

  test('that is being written is waited for', async () => {
    writeFileSync(lock(), '');
    expect(holdLock(lock(), 20)).toEqual({ blockedBy: 'another process' });
  });
});

describe('several processes', () => {
  let script: string;
  let place: string;
  beforeAll(async () => {
    place = mkdtempSync(path.join(tmpdir(), 'plimsoll-history-writer-'));
    script = path.join(place, 'writer.cjs');
    await build({
      entryPoints: ['tests/history/writer.ts'],
      bundle: true,
      platform: 'node',
      format: 'cjs',
      outfile: script,
    });
    const wasm = 'node-sqlite3-wasm.wasm';
    copyFileSync(`node_modules/node-sqlite3-wasm/dist/${wasm}`, path.join(place, wasm));
  }, 60_000);
  afterAll(() => rmSync(place, { recursive: true, force: true }));

  const writer = (project: string, runs: number, name = file()) =>
    spawn(process.execPath, [script, name, project, String(runs)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = (child: ReturnType<typeof spawn>) =>
    new Promise<number | null>((resolve) => child.on('close', resolve));

  test('record at once, and nothing is lost', async () => {
    const codes = await Promise.all(['a', 'b', 'c'].map((project) => ended(writer(project, 12))));
    expect(codes).toEqual([0, 0, 0]);
    const store = await openStore(file(), 'read');
    try {
      expect(readSeries(store).map(({ runs }) => runs)).toEqual([12, 12, 12]);
      expect(store.database.get('PRAGMA integrity_check')).toEqual({ integrity_check: 'ok' });
    } finally {
      store.close();
    }
  }, 60_000);

  test('record at once by several names, and nothing is lost', async () => {
    const link = path.join(directory, 'link.db');
    symlinkSync('sub/history.db', link);
    (await openStore(file(), 'make')).close();
    const codes = await Promise.all([file(), link, link].map((name, at) => ended(writer(`p${at}`, 12, name))));
    expect(codes).toEqual([0, 0, 0]);
    const store = await openStore(file(), 'read');
    expect(usingStore(store, () => readSeries(store).map(({ runs }) => runs))).toEqual([12, 12, 12]);
  }, 60_000);

  test('are killed while they write, and the store is sound and goes on', async () => {
    let known = 0;
    for (let round = 0; round < 5; round++) {
      const child = writer('killed', 100_000);
      let written = 0;
      await new Promise<void>((resolve) =>
        child.stdout?.on('data', (chunk: Buffer) => {
          written += chunk.filter((byte) => byte === 10).length;
          // In the middle of the next one.
          if (written >= 3) setTimeout(resolve, round * 3);
        }),
      );
      child.kill('SIGKILL');
      await ended(child);
      const store = await openStore(file(), 'read');
      try {
        expect(store.database.get('PRAGMA integrity_check')).toEqual({ integrity_check: 'ok' });
        const runs = readHistory(store, { project: 'killed', kind: 'audit', subject: '.' }, undefined).runs;
        expect(runs.length).toBeGreaterThanOrEqual(known + written);
        expect(runs.every(({ found }) => found.length === 20)).toBe(true);
        known = runs.length;
      } finally {
        store.close();
      }
    }
  }, 60_000);
});

test('what an earlier version recorded by another name is followed on by the name of now', async () => {
  const [was] = record('2026-01-01T00:00:00Z', ['error cache/a Dockerfile:3 node:18']).findings;
  const [is] = record('2026-01-02T00:00:00Z', ['error cache/a Dockerfile:3 node']).findings;
  if (was === undefined || is === undefined) throw new Error('nothing to record');
  const store = await openStore(file(), 'make');
  const runs = usingStore(store, () => {
    recordRun(store, { ...record('2026-01-01T00:00:00Z', []), findings: [was] });
    const now = { ...is, formerFingerprint: was.fingerprint };
    recordRun(store, { ...record('2026-01-02T00:00:00Z', []), findings: [now] });
    recordRun(store, { ...record('2026-01-03T00:00:00Z', []), findings: [now] });
    return readHistory(store, series, 'main').runs;
  });
  expect(runs.map(({ found }) => found.map((each) => each.fingerprint))).toEqual([
    [is.fingerprint],
    [is.fingerprint],
    [is.fingerprint],
  ]);
});
