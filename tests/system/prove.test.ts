import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Builders, docker, root, startBuilders } from './prove-builds.ts';

// plimsoll prove and plimsoll fix --prove as a user calls them, with real engines, on a small application.

let builders: Builders;
let directory: string;

beforeAll(() => {
  builders = startBuilders(false);
  directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-prove-'));
}, 600_000);

afterAll(() => {
  builders?.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** A copy of the application, with how it is tried. busybox's httpd does not stop at SIGTERM: it is not waited for. */
function application(name: string, base = 'busybox:latest'): string {
  const copy = path.join(directory, name);
  cpSync(path.join(root, 'tests/system/builds/busybox-httpd'), copy, { recursive: true });
  rmSync(path.join(copy, 'case.json'));
  // The one that Buildah's storage has.
  const file = path.join(copy, 'Dockerfile');
  writeFileSync(file, readFileSync(file, 'utf8').replace('busybox:1', base));
  writeFileSync(path.join(copy, 'plimsoll.yaml'), 'prove:\n  graceSeconds: 1\n  requests:\n    - path: /index.html\n');
  return copy;
}

function start(args: readonly string[], environment: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, [path.join(root, 'dist/cli/main.js'), ...args], {
    env: { ...process.env, ...builders.environment, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function ended(
  child: ChildProcess,
): Promise<{ readonly code: number | null; readonly output: string; readonly errors: string }> {
  const texts = { output: '', errors: '' };
  child.stdout?.on('data', (text) => {
    texts.output += text;
  });
  child.stderr?.on('data', (text) => {
    texts.errors += text;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...texts })));
}

/** Images and containers that a process left in the engine: their names have its number. */
function left({ pid }: ChildProcess): string[] {
  const call = (...args: string[]) =>
    spawnSync(docker, ['-H', builders.environment.DOCKER_HOST ?? '', ...args], { encoding: 'utf8' }).stdout.split('\n');
  const names = [...call('images', '--format', '{{.Repository}}'), ...call('ps', '--all', '--format', '{{.Names}}')];
  return names.filter((name) => name.includes(`-${pid}-`));
}

it.each(['docker', 'buildah'])(
  '%s: builds and runs both, and finds the same program',
  async (builder) => {
    const copy = application(builder);
    const before = readFileSync(path.join(copy, 'Dockerfile'), 'utf8');
    const child = start(['prove', copy, '--json', '--builder', builder, '--network', 'host']);
    const { code, output, errors } = await ended(child);
    expect(code, errors).toBe(0);
    const [proof] = JSON.parse(output).proofs;
    expect(proof).toMatchObject({
      verdict: 'proved',
      withdrawn: [],
      evidence: {
        builder: { kind: builder },
        behaviour: { verdict: 'same', differences: [] },
        tree: { undeclared: 0 },
        builds: 5,
        before: { layers: 2, rebuild: { changedFile: 'www/index.html' } },
      },
    });
    expect(proof.evidence.fixes.map(({ rule }: { readonly rule: string }) => rule)).toContain('security/copy-not-add');
    expect(readFileSync(path.join(copy, 'Dockerfile'), 'utf8')).toBe(before);
    expect(readdirSync(path.join(copy, '.plimsoll/evidence'))).toHaveLength(2);
    expect(left(child)).toEqual([]);
  },
  120_000,
);

it('fix --prove --write writes what passed', async () => {
  const copy = application('write', 'busybox:1');
  const { code, errors } = await ended(
    start(['fix', copy, '--prove', '--write', '--builder', 'docker', '--allow-dirty']),
  );
  expect(code, errors).toBe(0);
  expect(readFileSync(path.join(copy, 'Dockerfile'), 'utf8')).toContain('COPY www /www');
}, 120_000);

it('an engine that is not there: exit code 3, what was looked for, and nothing written', async () => {
  const copy = application('nowhere');
  const { code, errors } = await ended(
    start(['prove', copy, '--builder', 'docker'], { DOCKER_HOST: 'unix:///nonexistent.sock' }),
  );
  expect(code).toBe(3);
  expect(errors).toMatch(/docker does not answer/);
  expect(existsSync(path.join(copy, '.plimsoll/evidence'))).toBe(false);
});

it('an interruption: says that nothing is proved, writes nothing half, ends with 130', async () => {
  const copy = application('interrupted');
  writeFileSync(path.join(copy, 'Dockerfile'), 'FROM busybox:1\nADD www /www\nRUN sleep 300\n');
  const child = start(['fix', copy, '--prove', '--write', '--allow-dirty', '--builder', 'docker', '--network', 'host']);
  const result = ended(child);
  const log = path.join(copy, '.plimsoll/logs');
  while (
    !existsSync(log) ||
    !readdirSync(log).some((name) => readFileSync(path.join(log, name), 'utf8').includes('sleep'))
  )
    await new Promise((resolve) => setTimeout(resolve, 100));
  child.kill('SIGINT');
  const { code, output } = await result;
  expect(code).toBe(130);
  expect(output).toMatch(/Interrupted.*\n\s*Nothing is proved/);
  expect(readFileSync(path.join(copy, 'Dockerfile'), 'utf8')).toContain('ADD www');
  expect(left(child)).toEqual([]);
  expect(spawnSync('pgrep', ['-f', 'sleep 300']).status, 'the step is still running').not.toBe(0);
}, 60_000);

// What goes wrong with the original itself: each says what and that this is not proved, ends by itself, leaves no image and no container, and touches no file.
it.each([
  {
    what: 'a build that hangs ends with its time',
    text: 'FROM busybox:1\nADD www /www\nRUN sleep 301\nCMD ["httpd", "-f", "-p", "8080", "-h", "/www"]\n',
    flags: ['--timeout', '4'],
    code: 1,
    says: /The build took longer than 4 s and was ended, at «RUN sleep 301».*Nothing is proved/,
  },
  {
    what: 'a base that no registry gives is a system that is missing',
    text: 'FROM 127.0.0.1:9/none/base:1\nADD www /www\nCMD ["httpd", "-f", "-p", "8080", "-h", "/www"]\n',
    flags: [],
    code: 3,
    says: /cannot be reached.*Nothing is proved/s,
  },
  {
    what: 'a container that never gets healthy: that is said of the original, and its health is not proved',
    text: 'FROM busybox:1\nADD www /www\nHEALTHCHECK --interval=1s CMD test -e /never\nCMD ["httpd", "-f", "-p", "8080", "-h", "/www"]\n',
    flags: [],
    code: 0,
    says: /Not proved: HEALTHCHECK.*since the original fails at it/s,
  },
])(
  '$what',
  async ({ what, text, flags, code: expected, says }) => {
    const copy = application(what.replaceAll(' ', '-'), 'busybox:1');
    writeFileSync(path.join(copy, 'Dockerfile'), text);
    writeFileSync(path.join(copy, 'plimsoll.yaml'), 'prove:\n  startSeconds: 3\n  graceSeconds: 1\n');
    const child = start(['prove', copy, '--builder', 'docker', '--network', 'host', ...flags]);
    const { code, output, errors } = await ended(child);
    expect(output.replace(/\s+/g, ' '), errors).toMatch(says);
    expect(code, output).toBe(expected);
    expect(readFileSync(path.join(copy, 'Dockerfile'), 'utf8')).toBe(text);
    expect(left(child)).toEqual([]);
    expect(spawnSync('pgrep', ['-f', 'sleep 301']).status, 'the step is still running').not.toBe(0);
  },
  120_000,
);
