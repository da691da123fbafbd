import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from '../../src/cli/commands/bisect-size.ts';
import { runCommand } from '../cli/run-command.ts';
import { smallHistory } from '../prove/bisect-size/small-history.ts';
import { type ContainerEngine, startContainerEngine } from './container-engine.ts';

// Planted causes in a small history, found with real builds by Docker Engine where files do not tell.

const docker = process.env.PLIMSOLL_DOCKER ?? '/usr/bin/docker';
const scratch = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-bisect-'));
const mine = `plimsoll-bisect-${process.pid}`;
const megabyte = 1_000_000;

interface Step {
  readonly commit: { readonly subject: string };
  readonly bytes: number;
  readonly causes: readonly {
    instruction: string;
    why: string;
    bytes: number;
    basis: string;
    files: readonly { path: string }[];
  }[];
}

describe.skipIf(!existsSync(docker))('what made an image grow', () => {
  let engine: ContainerEngine;
  let socket = '';
  const dockerfile = (base: number, size: number) =>
    `FROM ${mine}:${base}\nRUN mkdir -p /usr/lib && head -c ${size * megabyte} /dev/urandom > /usr/lib/packages\nCOPY . /srv\n`;
  const noise = randomBytes(9 * megabyte);
  const history = smallHistory({
    first: {
      Dockerfile: dockerfile(1, 1),
      '.dockerignore': '.git\ndumps\n',
      main: 'x',
      'dumps/yesterday': noise.subarray(0, 3 * megabyte),
    },
    'a model': { 'model.bin': noise.subarray(0, 4 * megabyte) },
    'the documentation': { 'README.md': 'hello\n' },
    'tidy the ignore file': { '.dockerignore': '.git\n' },
    'one package more': { Dockerfile: dockerfile(1, 6) },
    'a word more': { 'README.md': 'hello, world\n' },
    'a newer base': { Dockerfile: dockerfile(2, 6) },
  });
  const planted = [
    ['a newer base', `FROM ${mine}:2`, 7, 'build', undefined],
    ['one package more', 'RUN mkdir', 5, 'build', 'usr/lib/packages'],
    ['a model', 'COPY . /srv', 4, 'files', 'model.bin'],
    ['tidy the ignore file', 'COPY . /srv', 3, 'files', 'dumps/yesterday'],
  ] as const;

  beforeAll(async () => {
    engine = startContainerEngine(['busybox']);
    socket = spawnSync(path.resolve('scripts/engine'), ['up'], { encoding: 'utf8' }).stdout.trim();
    for (const [tag, bytes] of [
      [1, 1],
      [2, 8],
    ] as const) {
      const context = path.join(scratch, String(tag));
      spawnSync('mkdir', [context]);
      writeFileSync(path.join(context, 'base'), noise.subarray(0, bytes * megabyte));
      writeFileSync(path.join(context, 'Dockerfile'), 'FROM busybox:1.35\nCOPY base /base\n');
      await engine.build(context, `${mine}:${tag}`, { cache: true });
    }
  });
  afterAll(() => {
    if (socket !== '') spawnSync(docker, ['-H', `unix://${socket}`, 'rmi', `${mine}:1`, `${mine}:2`]);
    history.remove();
    rmSync(scratch, { recursive: true, force: true });
  });

  async function ask(...args: string[]): Promise<{
    code: number;
    report: { builds: number; gaps: readonly string[]; crossing: Step | null; growth: readonly Step[] };
  }> {
    const environment = { PATH: process.env.PATH, HOME: scratch, DOCKER_HOST: `unix://${socket}` };
    const { code, stdout, stderr } = await runCommand(
      command,
      history.directory,
      [...args, '--network', 'none', '--json', '--no-config'],
      {
        environment,
      },
    );
    expect(stderr).toBe('');
    return { code, report: JSON.parse(stdout) };
  }

  it('is found with its commit, instruction and files, and with no more builds than decide', async () => {
    const { code, report } = await ask('--since', 'HEAD~6');
    expect({ code, gaps: report.gaps }).toEqual({ code: 0, gaps: [] });
    expect(report.growth.map(({ commit }) => commit.subject)).toEqual(planted.map(([subject]) => subject));
    for (const [at, [subject, instruction, megabytes, basis, file]] of planted.entries()) {
      const step = report.growth[at];
      const [cause] = step?.causes ?? [];
      expect(cause?.instruction, subject).toContain(instruction);
      expect(cause?.basis, subject).toBe(basis);
      expect(Math.round((step?.bytes ?? 0) / megabyte), subject).toBe(megabytes);
      if (file !== undefined) expect(cause?.files[0]?.path, subject).toBe(file);
    }
    // Oldest and newest, and one between: all else is the sizes of files.
    expect(report.builds).toBe(3);
    const left = spawnSync(docker, ['-H', `unix://${socket}`, 'images', '-q', 'plimsoll-prove/*'], {
      encoding: 'utf8',
    });
    expect(left.stdout).not.toContain(`-${process.pid}-`);
  }, 120_000);

  it('is the commit that crossed a budget, and the gate closes', async () => {
    const { code, report } = await ask('--budget', '12MB');
    expect(code).toBe(1);
    expect(report.crossing?.commit.subject).toBe('one package more');
    expect((await ask('--budget', '50MB')).code).toBe(0);
  }, 120_000);
});
