import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { command } from '../../src/cli/commands/prune.ts';
import { runCommand } from './run-command.ts';

const directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-prune-policy-'));
beforeAll(() =>
  writeFileSync(
    path.join(directory, 'plimsoll.yaml'),
    'prune:\n  engine:\n    keep: {last: 2, youngerThan: 3d, images: [shop/*]}\n    only: [ci/*]\n    untilFree: 20%\n',
  ),
);
afterAll(() => rmSync(directory, { recursive: true }));

/** The policy in the manifest for nodes: it has to stand in the command, as they have no file of it. */
async function policyWith(...args: string[]): Promise<string[]> {
  const call = ['engine', '--daemon-set', 'registry.example/plimsoll:1', ...args];
  const { stdout } = await runCommand(command, directory, call);
  return [...stdout.matchAll(/--(?:keep|only|until)[^'",\s]*/g)].map(([flag]) => flag);
}

it.each<[string, string[], string[]]>([
  [
    'by the configuration',
    [],
    ['--keep-last=2', '--keep-younger=4320m', '--keep-image=shop/*', '--only=ci/*', '--until-free=20%'],
  ],
  [
    'by flags that say more, and names that add up',
    ['--keep-last', '1', '--keep-younger', '0m', '--keep-image', 'x', '--only', 'y', '--until-free', '5GB'],
    [
      '--keep-last=1',
      '--keep-younger=0m',
      '--keep-image=shop/*',
      '--keep-image=x',
      '--only=y',
      '--until-free=5000000000',
    ],
  ],
  ['without the configuration', ['--no-config'], ['--keep-last=3', '--keep-younger=10080m']],
])('judges engines %s', async (_, args, expected) => {
  expect(await policyWith(...args)).toEqual(expected);
});

it('writes no policy for nodes that may delete the last image of a repository', async () => {
  await expect(policyWith('--keep-last', '0')).rejects.toMatchObject({
    remedy: expect.stringContaining('--keep-last 1 or more'),
  });
});
