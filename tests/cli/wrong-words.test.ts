import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { commands } from '../../src/cli/generated.ts';
import { runCommand } from './run-command.ts';

/** A registry that has nothing. */
const registry = createServer((_, response) => response.writeHead(404).end());
const listening = new Promise<number>((resolve, reject) => {
  registry.listen(0, '127.0.0.1', () => {
    const address = registry.address();
    if (address === null || typeof address === 'string') reject(new Error('it listens at no port'));
    else resolve(address.port);
  });
});
afterAll(() => {
  registry.close();
});

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
  ['prune', ['regis', 'registry.example.com'], 'plimsoll prune registry --help'],
  ['prune', ['registry', 'registry.example.com', '--polcy', 'x'], 'plimsoll prune registry --help'],
  ['prune', ['--keep-last', '2', 'engine', '--polcy'], 'plimsoll prune engine --help'],
  ['prune', ['registry', 'registry.example.com', '--keep-last'], 'plimsoll prune registry --help'],
  ['ci', ['init', 'github', '--scaner', 'trivy'], 'plimsoll ci init --help'],
  ['prune', ['--polcy'], 'plimsoll prune --help'],
])('plimsoll %s %j refers to the help of the form', async (name, words, page) => {
  const command = await commands.find((each) => each.name === name)?.load();
  if (!command) throw new Error(`there is no command ${name}`);
  await expect(runCommand(command, tmpdir(), words)).rejects.toMatchObject({
    remedy: expect.stringContaining(`«${page}»`),
  });
});

test.each([
  ['web', 'A directory of this name is here: ./web names it. '],
  ['saved', 'A file of this name is here: ./saved names it. '],
  ['none', ''],
])('plimsoll image %s, which no engine and no registry has, names the path of that name', async (name, hint) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-words-'));
  try {
    const host = `127.0.0.1:${await listening}`;
    mkdirSync(path.join(directory, host, 'web'), { recursive: true });
    writeFileSync(path.join(directory, host, 'saved'), 'no archive\n');
    const args = [path.resolve('dist/cli/main.js'), 'image', '--plain-http', `${host}/${name}`];
    const failed = await promisify(execFile)(process.execPath, args, { cwd: directory }).catch((error) => error);
    expect(failed).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`No engine here has this image, and ${host} has no`),
    });
    expect(failed.stderr).toContain(`\n  ${hint.replace('./', `./${host}/`)}Check the name`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
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
