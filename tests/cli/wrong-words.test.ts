import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { commands } from '../../src/cli/generated.ts';
import { runCommand } from './run-command.ts';

test.each([
  ['prune', [], 'prune needs to be told what to clear'],
  ['prune', ['regsitry', 'registry.example.com'], 'is «registry» meant?'],
  ['prune', ['images', 'registry.example.com', '--write'], 'not «images»'],
  ['ci', ['int', 'github'], 'not «int»; is «init» meant?'],
  ['ci', ['init', 'githb'], 'is «github» meant?'],
  ['respond', ['chek'], 'is «check» meant?'],
  ['completion', ['bsh'], 'is «bash» meant?'],
  ['image', ['dif', 'a', 'b'], 'is «diff» meant?'],
  ['trend', ['nowhere-at-all'], 'not «nowhere-at-all»'],
])('plimsoll %s %j says what was meant', async (name, words, message) => {
  const command = await commands.find((each) => each.name === name)?.load();
  if (!command) throw new Error(`there is no command ${name}`);
  await expect(runCommand(command, tmpdir(), words)).rejects.toThrow(message);
});
