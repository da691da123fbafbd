import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuiltImage, EngineAddress } from '../../src/prove/build.ts';
import { ownerName } from '../../src/prove/owner.ts';
import type { Runner, TrialPlan } from '../../src/prove/trial.ts';
import { compareTrials } from '../../src/prove/trials/compare-trials.ts';
import { openEngineRunner } from '../../src/prove/trials/engine-runner.ts';
import { type ContainerEngine, startContainerEngine } from './container-engine.ts';
import { engineSocket } from './engine-socket.ts';

let engine: ContainerEngine;
let address: EngineAddress;
let runner: Runner;
const made: string[] = [];
const never = new AbortController().signal;

beforeAll(() => {
  engine = startContainerEngine(['busybox']);
  address = {
    kind: 'docker',
    client: [process.env.PLIMSOLL_DOCKER ?? '/usr/bin/docker', '-H', `unix://${engineSocket()}`],
  };
}, 3_000_000);

afterAll(async () => {
  await runner?.close();
  if (made.length > 0) await client('image', 'rm', '-f', ...made);
});

async function build(dockerfile: string, files: Readonly<Record<string, string>> = {}): Promise<BuiltImage> {
  const context = mkdtempSync(path.join(tmpdir(), 'plimsoll-prove-trials-'));
  try {
    for (const [name, text] of Object.entries({ ...files, Dockerfile: dockerfile }))
      writeFileSync(path.join(context, name), text);
    const tag = `plimsoll-prove-trials:${made.length}`;
    made.push(tag);
    const { id, seconds } = await engine.build(context, tag, { cache: true });
    return { tag, id, seconds, source: `docker-daemon:${tag}`, steps: [], contextBytes: undefined, logFile: '' };
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}

const plan: TrialPlan = {
  kind: 'service',
  ports: [8080],
  requests: [],
  commands: [],
  runs: [],
  environment: new Map(),
  command: undefined,
  arguments: undefined,
  workingDirectory: undefined,
  files: new Map(),
  security: undefined,
  startSeconds: 5,
  graceSeconds: 1,
  notes: [],
};

const get = (where: string) =>
  ({
    from: 'configuration',
    method: 'GET',
    scheme: 'http',
    port: 8080,
    path: where,
    headers: new Map(),
    body: undefined,
  }) as const;

const page = { 'index.html': 'hello\n' };
const server = 'FROM busybox:1\nCOPY index.html /www/\nUSER 1000\nCMD ["httpd", "-f", "-p", "8080", "-h", "/www"]\n';

describe('trials with Docker Engine', () => {
  it('see start, answers, health, user and stop, and what two of the same program differ in', async () => {
    runner = await openEngineRunner(address);
    expect(runner.title).toMatch(/^Docker Engine \d+\./);
    const image = await build(
      `FROM busybox:1
COPY index.html now.cgi /www/
RUN mkdir /www/cgi-bin && mv /www/now.cgi /www/cgi-bin/ && chmod +x /www/cgi-bin/now.cgi
HEALTHCHECK CMD wget -qO- http://127.0.0.1:8080/index.html
CMD ["sh", "-c", "trap 'exit 0' TERM; httpd -f -p 8080 -h /www & wait"]
`,
      { ...page, 'now.cgi': '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\n$(cat /proc/uptime) for $GREETING"\n' },
    );
    const asked = {
      ...plan,
      requests: [get('/index.html'), get('/cgi-bin/now.cgi')],
      environment: new Map([['GREETING', 'two words']]),
    };
    const [one, two] = [await runner.try(image, asked, never), await runner.try(image, asked, never)];
    expect(one.observations.map(({ name, good, lines }) => [name, good, lines[0]])).toEqual([
      ['starts', true, 'runs and listens'],
      ['HEALTHCHECK', true, 'exit code 0'],
      ['GET :8080/index.html', true, 'status 200'],
      ['GET :8080/cgi-bin/now.cgi', true, 'status 200'],
      ['listens', true, '*:8080'],
      ['user', true, 'uid 0'],
      ['stops', true, 'stops at the signal'],
    ]);
    const { verdict, noise } = compareTrials(one, two, two);
    expect(verdict).toBe('same');
    expect(noise.map(({ name }) => name)).toContain('GET :8080/cgi-bin/now.cgi');
    const other = await runner.try(image, { ...asked, environment: new Map([['GREETING', 'you']]) }, never);
    expect(compareTrials(one, two, other).differences.map(({ name }) => name)).toEqual(['GET :8080/cgi-bin/now.cgi']);
  }, 120_000);

  it('of a page that counts its seconds find the counter, and nothing else of its line, to be noise', async () => {
    const counting = {
      'index.cgi':
        '#!/bin/sh\nprintf "Content-Type: text/plain\\n\\nup %s s, shop one\\n" $(($(date +%s) - $(cat /tmp/start)))\n',
      'start.sh': 'date +%s > /tmp/start\nexec httpd -f -p 8080 -h /www\n',
    };
    const text =
      'FROM busybox:1\nCOPY --chmod=755 index.cgi /www/cgi-bin/\nCOPY start.sh /\nUSER 1000\nCMD ["sh", "/start.sh"]\n';
    const image = await build(text, counting);
    const other = await build(text, { ...counting, 'index.cgi': counting['index.cgi'].replace('one', 'two') });
    runner ??= await openEngineRunner(address);
    const asked = { ...plan, requests: [get('/cgi-bin/index.cgi')] };
    const original = await runner.try(image, asked, never);
    const again = await runner.try(image, { ...asked, askedAfterSeconds: 1.5 }, never);
    const slow = await runner.try(image, { ...asked, askedAfterSeconds: 3.2 }, never);
    expect(compareTrials(original, again, slow)).toMatchObject({
      verdict: 'same',
      noise: [{ name: 'GET :8080/cgi-bin/index.cgi' }],
    });
    expect(compareTrials(original, again, await runner.try(other, asked, never)).verdict).toBe('different');
  }, 60_000);

  it('are made through published ports where a container cannot be entered, and with the rights of the manifest', async () => {
    const published = await openEngineRunner(address, 'published');
    const security = {
      user: '1000:1000',
      nonRoot: true,
      readOnlyRoot: true,
      dropCapabilities: ['ALL'],
      addCapabilities: [],
      noNewPrivileges: true,
      writable: ['/work'],
    };
    const asked = {
      ...plan,
      requests: [get('/a'), get('/w/b')],
      command: ['sh', '-c', 'touch /denied; id -u > /work/b; exec httpd -f -p 8080 -h /www'],
      files: new Map([['/www/a', 'of a ConfigMap\n']]),
      security,
    };
    try {
      const image = await build(`${server}USER root\nRUN ln -s /work /www/w\n`, page);
      const { observations } = await published.try(image, asked, never);
      const linesOf = (name: string) => observations.find((each) => each.name === name)?.lines;
      expect(linesOf('GET :8080/a')).toContain('of a ConfigMap');
      expect(linesOf('GET :8080/w/b')).toContain('1000');
      expect(linesOf('stops')).toEqual(['killed after 1 s']);
      const refused = await published.try(image, { ...asked, security: { ...security, user: undefined } }, never);
      expect(refused.observations[0]?.lines).toEqual(['refused: runAsNonRoot, and the user is root']);
    } finally {
      await published.close();
    }
    expect(await left()).toBe('');
  }, 120_000);

  it('of a program that ends see its output, and one that does not start is no proof', async () => {
    const image = await build('FROM busybox:1\nENTRYPOINT ["sh", "-c", "cat; echo $0; exit $1"]\nCMD ["words", "0"]\n');
    const run = (...args: string[]) => ({ arguments: args, entrypoint: undefined, input: undefined });
    const asked = { ...plan, kind: 'program' as const, runs: [run(), { ...run('x', '3'), input: 'read\n' }] };
    const trial = await runner.try(image, asked, never);
    expect(trial.observations.map(({ name, lines }) => [name, ...lines])).toEqual([
      ['runs', 'exit code 0'],
      ['runs: output', 'words'],
      ['runs: errors'],
      ['runs x 3', 'exit code 3'],
      ['runs x 3: output', 'read', 'x'],
      ['runs x 3: errors'],
    ]);
    const down = await runner.try(await build('FROM busybox:1\nCMD ["/absent"]\n'), plan, never);
    expect(compareTrials(down, down, down).verdict).toBe('unknown');
  }, 120_000);

  it('leave nothing when they are cancelled, and remove what a killed run left', async () => {
    const dead = ownerName().replace(/-\d+-/, '-4194303-');
    const leftover = ['create', '--name', `plimsoll-trial-${dead}`, '--label', 'dev.plimsoll.trial=left'];
    await client(...leftover, '--network=none', 'busybox:1', 'sleep', '600');
    // Proofs of other tests that begin now remove it, too.
    await client('start', `plimsoll-trial-${dead}`).catch(() => '');
    const controller = new AbortController();
    const own = await openEngineRunner(address);
    await expect
      .poll(() => client('ps', '-aq', '--filter', `name=plimsoll-trial-${dead}`), { timeout: 20_000 })
      .toBe('');
    const image = await build('FROM busybox:1\nCMD ["sleep", "600"]\n');
    setTimeout(() => controller.abort(new Error('enough')), 1_500);
    await expect(own.try(image, { ...plan, startSeconds: 60 }, controller.signal)).rejects.toThrow('enough');
    await own.close();
    expect(await left()).toBe('');
  }, 120_000);
});

/** What this process's trials have in the engine. */
function left(): Promise<string> {
  return client('ps', '-aq', '--filter', `name=plimsoll-trial-${ownerName()}-`);
}

async function client(...args: string[]): Promise<string> {
  const [program = '', ...flags] = address.client;
  return (await promisify(execFile)(program, [...flags, ...args])).stdout.trim();
}
