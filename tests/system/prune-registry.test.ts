import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command } from '../../src/cli/commands/prune.ts';
import { runCommand } from '../cli/run-command.ts';
import { indexOf, type Pusher, pusherTo } from './pushed-images.ts';
import { hasRegistry, type RealRegistry, startRealRegistry } from './real-registry.ts';

const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();

describe.skipIf(!hasRegistry)('prune registry, with docker-registry', () => {
  let registry: RealRegistry;
  let host: string;
  let push: Pusher;
  let directory: string;
  beforeAll(async () => {
    registry = await startRealRegistry({ deletion: true });
    host = `127.0.0.1:${registry.port}`;
    push = pusherTo(host);
    directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-prune-'));
  });
  afterAll(() => {
    registry.stop();
    rmSync(directory, { recursive: true });
  });
  const prune = (...args: string[]) => runCommand(command, directory, ['registry', host, '--no-config', ...args]);

  it('says for each image whether it is kept, and why', async () => {
    const old = await push.image('shop/web', { layers: ['base', 'old'], created: daysAgo(90) }, '1.0');
    await push.image('shop/web', { layers: ['base', 'new'], created: daysAgo(1) }, 'latest');
    const arm = await push.image('shop/web', { layers: ['base', 'arm'], created: daysAgo(80) });
    await push.manifest('shop/web', indexOf([arm]), 'multi');
    await push.image('shop/web', { layers: ['signature'] }, `${old.digest.replace(':', '-')}.sig`);
    await push.image('shop/web', { layers: ['nobody knows'] }, 'undated');
    const { code, stdout } = await prune('--keep-last', '1');
    expect(code).toBe(0);
    const reasons = stdout.split('\n').filter((line) => /^ {2}\w/.test(line));
    expect(reasons.map((line) => line.replaceAll(/sha256[-:][0-9a-f]+/g, '…'))).toEqual([
      '  kept   latest: the policy keeps the tag latest',
      '  kept   undated: nothing says when it was pushed or built',
      expect.stringMatching(
        /^ {2}delete 1\.0 \(\d+ B\): built on \S+, 90 days ago; no rule of the policy keeps it, and nothing that was asked needs it$/,
      ),
      expect.stringMatching(/^ {2}delete multi /),
      expect.stringMatching(/^ {2}delete ….sig \(\d+ B\): it refers to 1\.0, which is deleted$/),
      expect.stringMatching(/^ {2}delete … \(\d+ B\): only multi lists it, which is deleted$/),
    ]);
  });
});
