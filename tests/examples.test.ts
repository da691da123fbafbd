import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from './free-port.ts';

interface Example {
  readonly name: string;
  /** Commands that make the copied application ready to run. */
  readonly prepare: readonly (readonly [string, ...string[]])[];
  readonly start: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
}

const examples: readonly Example[] = [
  {
    name: 'shop-node',
    prepare: [
      ['npm', 'ci', '--no-audit', '--no-fund'],
      ['npm', 'test'],
    ],
    start: ['node', 'dist/server.js'],
    environment: { JWT_SECRET: 'for-this-test' },
  },
  {
    name: 'carts-node',
    prepare: [
      ['npm', 'ci', '--no-audit', '--no-fund'],
      ['npm', 'test'],
    ],
    start: ['node', 'dist/server.js'],
    environment: {},
  },
  {
    name: 'orders-python',
    prepare: [
      ['python3', '-m', 'pip', 'install', '--quiet', '--target', 'packages', '-r', 'requirements.txt'],
      ['python3', '-m', 'unittest', 'discover', 'tests'],
    ],
    start: ['python3', '-m', 'orders.app'],
    environment: {
      PYTHONPATH: `packages${path.delimiter}.`,
      ORDERS_API_TOKEN: 'for-this-test',
      ORDERS_DB: 'orders.sqlite3',
      ORDERS_LOG_FILE: 'logs/orders.log',
    },
  },
  {
    name: 'catalog-go',
    prepare: [
      ['go', 'test', './...'],
      ['go', 'build', '-o', 'catalog', '.'],
    ],
    start: ['./catalog'],
    environment: { CATALOG_TOKEN: 'for-this-test', CATALOG_FILE: 'products.json' },
  },
  {
    name: 'notes-compose',
    prepare: [],
    start: ['python3', 'api/app.py'],
    environment: { NOTES_EDITOR_PASSWORD: 'for-this-test' },
  },
];

let scratch = '';
const running: ChildProcess[] = [];

beforeAll(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-examples-'));
});
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(scratch, { recursive: true, force: true });
});

describe.each(examples)('$name', ({ name, prepare, start, environment }) => {
  test('is built, passes its own tests, answers and stops when told to', async () => {
    const directory = path.join(scratch, name);
    cpSync(path.join('examples', name), directory, { recursive: true });
    const env = { ...process.env, ...environment, PORT: String(await freePort()) };
    for (const [command, ...given] of prepare)
      execFileSync(command, given, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const child = spawn(start[0], start.slice(1), { cwd: directory, env, stdio: 'ignore' });
    running.push(child);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const response = await answer(`http://127.0.0.1:${env.PORT}/healthz`);
    expect(response).toEqual({ status: 'ok' });
    child.kill('SIGTERM');
    await ended;
  }, 180_000);
});

/** Asks until an answer comes, for at most twenty seconds. */
async function answer(url: string): Promise<unknown> {
  const end = Date.now() + 20_000;
  for (;;) {
    try {
      const response = await fetch(url);
      return await response.json();
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
