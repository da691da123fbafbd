import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { updateText } from '../../src/cli/db-output.ts';
import { openStore } from '../../src/vulnerabilities/advisory-store.ts';
import type { Ecosystem } from '../../src/vulnerabilities/published-sources.ts';
import { dataTime, storeTime } from '../../src/vulnerabilities/store-information.ts';
import { type Origin, type UpdateResult, updateStore } from '../../src/vulnerabilities/update-store.ts';
import { epss, lodash, mirror } from './exports.ts';
import { makeZip } from './make-zip.ts';

let directory: string;
let served: Map<string, Buffer>;
let requests: string[];
let server: Server;
let origin: Origin;
/** What the server does to an answer. */
let fault:
  | ((body: Buffer) => { status?: number; body?: Buffer; headers?: Record<string, string>; cut?: boolean })
  | undefined;

beforeEach(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-db-'));
  served = mirror();
  requests = [];
  fault = undefined;
  server = createServer((request, response) => {
    const name = decodeURI((request.url ?? '').slice(1));
    const body = served.get(name);
    requests.push(name);
    if (body === undefined) {
      response.writeHead(404).end();
      return;
    }
    const etag = `"${createHash('sha1').update(body).digest('hex')}"`;
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304).end();
      return;
    }
    const changed = fault?.(body) ?? {};
    const sum = createHash('md5').update(body).digest('base64');
    response.writeHead(changed.status ?? 200, {
      etag,
      'content-length': body.length,
      'x-goog-hash': `crc32c=AAAAAA==,md5=${sum}`,
      ...changed.headers,
    });
    response.write(changed.body ?? body);
    if (changed.cut) response.destroy();
    else response.end();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  origin = { kind: 'mirror', url: `http://127.0.0.1:${port}` };
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(directory, { recursive: true });
});

function update(from: Origin = origin, ecosystems?: readonly Ecosystem[]): Promise<UpdateResult> {
  return updateStore({
    directory: path.join(directory, 'store'),
    origin: from,
    ...(ecosystems && { ecosystems }),
    fetch,
    timeoutSeconds: 2,
    progress() {},
    now: () => new Date('2026-01-02T03:04:05Z'),
  });
}

function store() {
  const opened = openStore(path.join(directory, 'store'));
  if (opened === undefined) throw new Error('there is no store');
  return opened;
}

describe('an update from a mirror', () => {
  test('reads OSV, the trackers, EPSS and the catalogue', async () => {
    const { information, changed, missing } = await update();
    expect(changed).toEqual(
      ['osv/Debian', 'debian', 'alpine/v3.20/main', 'osv/npm', 'epss', 'kev'].sort(
        (a, b) => changed.indexOf(a) - changed.indexOf(b),
      ),
    );
    expect(missing).toContain('osv/PyPI');
    expect(information).toMatchObject({ withdrawn: 1, epss: 2, knownExploited: 1, built: '2026-01-02T03:04:05.000Z' });
    expect(information.ecosystems.map(({ name }) => name)).toEqual(['Alpine:v3.20', 'Debian:12', 'npm']);
    const opened = store();
    opened.verify();
    const [record] = opened.recordsOf('npm', 'lodash');
    expect(record).toMatchObject({ id: lodash.id, ranges: [[{ introduced: '0' }, { fixed: '4.17.21' }]] });
    expect(record && opened.detailsOf(record)).toMatchObject({
      aliases: ['CVE-2021-23337'],
      summary: 'Command Injection in lodash',
    });
    expect(opened.exploitOf('CVE-2021-23337')).toEqual({ epss: 0.00864, known: true });
    expect(opened.exploitOf('CVE-2021-23338')).toBeUndefined();
    expect(opened.recordsOf('npm', 'nothing')).toEqual([]);
    opened.close();
  });

  test('fetches nothing again that is unchanged, and writes no new store', async () => {
    await update();
    const before = readFileSync(path.join(directory, 'store/advisories.db'));
    const { changed, unchanged } = await update();
    expect(changed).toEqual([]);
    expect(unchanged).toContain('osv/npm');
    expect(readFileSync(path.join(directory, 'store/advisories.db'))).toEqual(before);
  });

  test('fetches only the entries that the list of modifications names', async () => {
    await update(origin, ['npm']);
    const changedEntry = { ...lodash, modified: '2026-01-01T00:00:00Z', summary: 'Rewritten' };
    const added = { ...lodash, id: 'GHSA-xxxx-yyyy-zzzz', aliases: [], modified: '2026-01-01T00:00:01Z' };
    served.set(
      'npm/modified_id.csv',
      Buffer.from(
        `${added.modified},${added.id}\n${changedEntry.modified},${lodash.id}\n${lodash.modified},${lodash.id}\n`,
      ),
    );
    served.set(`npm/${lodash.id}.json`, Buffer.from(JSON.stringify(changedEntry)));
    served.set(`npm/${added.id}.json`, Buffer.from(JSON.stringify(added)));
    requests = [];
    const { changed } = await update();
    expect(changed).toEqual(['osv/npm']);
    expect(requests).not.toContain('npm/all.zip');
    const opened = store();
    const summaries = opened.recordsOf('npm', 'lodash').map((record) => [record.id, opened.detailsOf(record).summary]);
    expect(summaries.sort()).toEqual(
      [
        [lodash.id, 'Rewritten'],
        [added.id, lodash.summary],
      ].sort(),
    );
    opened.close();
    requests = [];
    expect((await update()).unchanged).toContain('osv/npm');
    expect(requests).not.toContain('npm/all.zip');
  });

  test('keeps other ecosystems when one is asked for', async () => {
    await update();
    served.set('npm/all.zip', makeZip({ 'a.json': JSON.stringify({ ...lodash, summary: 'New' }) }));
    const { information, changed } = await update(origin, ['npm']);
    expect(changed).toEqual(['osv/npm']);
    expect(information.ecosystems.map(({ name }) => name)).toContain('Debian:12');
  });

  test.each([
    ['an error', () => ({ status: 503 }), /answered 503/],
    ['a cut connection', (body: Buffer) => ({ body: body.subarray(0, 20), cut: true }), /cannot be fetched/],
    ['other bytes than its checksum says', (body: Buffer) => ({ body: Buffer.from(body).fill(0, 40, 60) }), /checksum/],
    [
      'no zip',
      (body: Buffer) => ({ body: Buffer.alloc(body.length), headers: { 'x-goog-hash': 'none' } }),
      /no zip archive/,
    ],
  ])('leaves the store as it was at %s', async (_name, what, message) => {
    await update(origin, ['npm']);
    const before = readFileSync(path.join(directory, 'store/advisories.db'));
    served.set('npm/all.zip', makeZip({ 'a.json': JSON.stringify({ ...lodash, summary: 'New' }) }));
    fault = what;
    await expect(update()).rejects.toMatchObject({ message: expect.stringMatching(message), exitCode: 3 });
    expect(readFileSync(path.join(directory, 'store/advisories.db'))).toEqual(before);
    expect(readdirSync(path.join(directory, 'store/sources')).filter((name) => !name.endsWith('.records'))).toEqual([]);
  });

  test('gives up on a server that is silent', async () => {
    server.removeAllListeners('request');
    await expect(update(origin, ['npm'])).rejects.toMatchObject({
      message: expect.stringContaining('sent nothing for 2 s'),
      exitCode: 3,
    });
  });
});

describe('an update from a directory', () => {
  test('reads what lies there, packed or not', async () => {
    const exports = path.join(directory, 'exports');
    mkdirSync(path.join(exports, 'PyPI'), { recursive: true });
    const entry = {
      ...lodash,
      id: 'PYSEC-2024-1',
      affected: [{ package: { ecosystem: 'PyPI', name: 'My_Package' }, versions: ['1.0'] }],
    };
    writeFileSync(path.join(exports, 'PyPI/PYSEC-2024-1.json'), JSON.stringify(entry));
    writeFileSync(path.join(exports, 'epss_scores-current.csv.gz'), gzipSync(epss));
    const { changed } = await update({ kind: 'directory', directory: exports });
    expect(changed).toEqual(['osv/PyPI', 'epss']);
    const opened = store();
    expect(opened.recordsOf('PyPI', 'my-package')).toMatchObject([{ id: 'PYSEC-2024-1', versions: ['1.0'] }]);
    opened.close();
  });

  test('names damaged entries, and goes on past an ecosystem without one', async () => {
    const exports = path.join(directory, 'exports');
    for (const name of ['npm', 'PyPI']) mkdirSync(path.join(exports, name), { recursive: true });
    writeFileSync(path.join(exports, 'npm/a.json'), JSON.stringify(lodash));
    writeFileSync(path.join(exports, 'npm/GHSA-trunc.json'), JSON.stringify(lodash).slice(0, 100));
    writeFileSync(
      path.join(exports, 'npm/git.json'),
      JSON.stringify({ ...lodash, id: 'GHSA-xxxx-yyyy-zzzz', affected: [] }),
    );
    const from = { kind: 'directory', directory: exports } as const;
    const result = await update(from);
    expect(result).toMatchObject({ damaged: ['GHSA-trunc.json'], empty: ['osv/PyPI'], changed: ['osv/npm'] });
    expect(result.information).toMatchObject({ left: 1, damaged: 1 });
    const text = updateText(result, 'store', false);
    expect(text).toContain('1 for 1 package in 1 ecosystem');
    expect(text).toContain('1 of other ecosystems or without versions, 1 damaged\n');
    expect(text).toContain('damaged      GHSA-trunc.json\n');
    expect(text).toContain('empty        osv/PyPI\n');
    await expect(update(from, ['PyPI'])).rejects.toMatchObject({ message: 'there are no advisories of PyPI here' });
  });

  test.each([
    ['its newest change, not when it was copied', '2020-05-06T00:00:00Z', '2020-05-06T00:00:00Z'],
    ['when it was read where a change is said to be later', '2099-01-01T00:00:00Z', '2026-01-02T03:04:05.000Z'],
  ])('is of the time of %s', async (_name, modified, time) => {
    const exports = path.join(directory, 'exports');
    mkdirSync(path.join(exports, 'npm'), { recursive: true });
    writeFileSync(path.join(exports, 'npm/a.json'), JSON.stringify({ ...lodash, modified: '2019-01-01T00:00:00Z' }));
    writeFileSync(path.join(exports, 'npm/b.json'), JSON.stringify({ ...lodash, id: 'GHSA-b', modified }));
    writeFileSync(path.join(exports, 'epss_scores-current.csv.gz'), gzipSync(epss));
    await update({ kind: 'directory', directory: exports });
    const opened = store();
    expect(storeTime(opened.information)).toBe(time);
    opened.close();
  });

  test('says so where it has nothing, or not what was asked for', async () => {
    const empty = { kind: 'directory', directory } as const;
    await expect(update(empty)).rejects.toMatchObject({ message: 'there are no advisories here', exitCode: 2 });
    await expect(update(empty, ['npm'])).rejects.toMatchObject({
      message: 'there are no advisories of npm here',
      exitCode: 2,
    });
  });
});

test('advisories from their publisher are of when they were read, however long none has changed', () => {
  const source = { newest: '2020-01-01T00:00:00Z', fetched: '2026-01-02T03:04:05Z' };
  expect(dataTime(source, true)).toBe(source.fetched);
  expect(dataTime(source, false)).toBe(source.newest);
});

describe('a damaged store', () => {
  test.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length - 10), /ends too early/],
    ['empty', () => Buffer.alloc(0), /ends too early/],
    ['something else', (bytes: Buffer) => Buffer.alloc(bytes.length, 32), /no advisory store/],
    ['changed in its index', (bytes: Buffer) => flip(bytes, bytes.length - 1100), /damaged/],
  ])('is an error with a remedy when it is %s', async (_name, damage, message) => {
    await update();
    const file = path.join(directory, 'store/advisories.db');
    writeFileSync(file, damage(readFileSync(file)));
    expect(() => {
      const opened = store();
      opened.verify();
    }).toThrow(message);
  });

  test('is noticed in the block that is read', async () => {
    await update();
    const file = path.join(directory, 'store/advisories.db');
    const bytes = readFileSync(file);
    writeFileSync(file, flip(bytes, bytes.indexOf('Command Injection')));
    const opened = store();
    const [record] = opened.recordsOf('npm', 'lodash');
    expect(() => record && opened.detailsOf(record)).toThrow(/damaged/);
    opened.close();
  });
});

function flip(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}
