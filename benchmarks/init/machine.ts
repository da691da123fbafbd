import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface Ran {
  readonly status: number;
  readonly output: string;
  readonly errors: string;
}

/** Runs a program to its end, half an hour at most. */
export function run(command: string, args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const env = { ...process.env, DOCKER_BUILDKIT: '1', DOCKER_CONFIG: '/nonexistent' };
    execFile(
      command,
      args,
      { encoding: 'utf8', maxBuffer: 1 << 28, env, timeout: 1_800_000 },
      (error, output, errors) => {
        const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        resolve({ status, output, errors });
      },
    );
  });
}

let socket: string | undefined;

/** Docker of the tests' own engine, which is started where it does not run. */
export function docker(...args: readonly string[]): Promise<Ran> {
  socket ??= execFileSync('scripts/engine', ['up'], { encoding: 'utf8' }).trim();
  return run(process.env.PLIMSOLL_DOCKER ?? '/usr/bin/docker', ['-H', `unix://${socket}`, ...args]);
}

/** The beginning of what a program said, on one line. */
export function firstWords(text: string): string {
  return text.replace(/\s+/g, ' ').trim().slice(0, 300);
}

/** An empty database of a server of its own on loopback: `user:password@host:port/name`. */
export async function startPostgres(): Promise<{ readonly address: string; stop(): Promise<void> }> {
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : [];
  const bin = path.join('/usr/lib/postgresql', versions.sort().at(-1) ?? '', 'bin');
  if (versions.length === 0) throw new Error('PostgreSQL is missing: apt-get install postgresql');
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-postgres-'));
  const port = await freePort();
  // The server refuses to run as root.
  const asPostgres = (...args: string[]) =>
    execFileSync('runuser', ['-u', 'postgres', '--', ...args], { stdio: 'ignore' });
  execFileSync('chown', ['postgres', directory]);
  asPostgres(path.join(bin, 'initdb'), '-D', path.join(directory, 'data'), '-A', 'trust', '-U', 'app', '-E', 'UTF8');
  const options = `-p ${port} -k ${directory} -c listen_addresses=127.0.0.1 -c fsync=off`;
  asPostgres(
    path.join(bin, 'pg_ctl'),
    '-D',
    path.join(directory, 'data'),
    '-w',
    '-l',
    path.join(directory, 'log'),
    '-o',
    options,
    'start',
  );
  asPostgres(path.join(bin, 'createdb'), '-h', '127.0.0.1', '-p', String(port), '-U', 'app', 'app');
  return {
    address: `app:app@127.0.0.1:${port}/app`,
    async stop() {
      spawnSync('runuser', [
        '-u',
        'postgres',
        '--',
        path.join(bin, 'pg_ctl'),
        '-D',
        path.join(directory, 'data'),
        '-m',
        'immediate',
        'stop',
      ]);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
