import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
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
  ['prune', ['engine', 'dockr', '--repeat', '6h'], 'this names no engine: dockr; is «docker» meant?'],
  ['trend', ['nowhere-at-all'], 'not «nowhere-at-all»'],
])('plimsoll %s %j says what was meant', async (name, words, message) => {
  const command = await commands.find((each) => each.name === name)?.load();
  if (!command) throw new Error(`there is no command ${name}`);
  await expect(runCommand(command, tmpdir(), words)).rejects.toThrow(message);
});

test.each([
  ['init', 'plimsoll init shop'],
  ['observe', 'plimsoll observe shop'],
])('plimsoll %s --dry-run offers what writes the same', async (name, offered) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-words-'));
  try {
    mkdirSync(path.join(directory, 'shop'));
    writeFileSync(path.join(directory, 'shop/index.html'), '<p>hello</p>\n');
    const command = await commands.find((each) => each.name === name)?.load();
    if (!command) throw new Error(`there is no command ${name}`);
    const { stdout } = await runCommand(command, directory, ['shop', '--dry-run']);
    expect(stdout).toContain(`Nothing is written.   ${offered}   writes it`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
