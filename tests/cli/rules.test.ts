import { describe, expect, test } from 'vitest';
import { command } from '../../src/cli/commands/rules.ts';
import { runCommand } from './run-command.ts';

describe('what can be repaired is said of each rule', () => {
  test.each([
    ['cache/keep-to-lock-file', 'safe'],
    ['cache/copy-manifests-first', 'safe,review'],
    ['cache/base-digest', 'online'],
    ['cache/git-clone', '-'],
  ])('rules lists %s with %s', async (rule, expected) => {
    const { stdout } = await runCommand(command, '.', [rule]);
    expect(stdout.split('\n').find((line) => line.startsWith(`${rule} `))).toContain(`  ${expected} `);
  });
});
