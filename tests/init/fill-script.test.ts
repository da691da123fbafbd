import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { writeDeployment } from '../../src/init/writers/deployment.ts';
import { plansOf } from './plans-of.ts';

let root = '';
const from = () => path.join(root, 'image');
const to = () => path.join(root, 'volume');

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'plimsoll-fill-'));
  mkdirSync(path.join(from(), 'a list'), { recursive: true });
  mkdirSync(to());
  writeFileSync(path.join(from(), 'a list/first.json'), 'all of it');
  writeFileSync(path.join(from(), '.hidden'), 'all of it');
});
afterEach(() => rmSync(root, { recursive: true }));

/** The command of the Deployment, with directories of this machine in the place of the last two words. */
function command(): string[] {
  const [plan] = plansOf({
    'requirements.txt': 'flask==3.1.3\n',
    'shop/__init__.py':
      'import os\nfrom flask import Flask\napp = Flask(__name__)\nos.makedirs(os.path.join(os.path.dirname(__file__), "lists"))\n',
    'shop/lists/first.json': '{}',
  });
  const { spec } = parse(plan ? writeDeployment(plan) : '').spec.template;
  return [...spec.initContainers[0].command.slice(0, -2), from(), to()];
}

test('the init container copies what is missing, and leaves what is there', () => {
  writeFileSync(path.join(to(), '.hidden'), 'changed');
  const [program = '', ...words] = command();
  execFileSync(program, words);
  expect(readFileSync(path.join(to(), 'a list/first.json'), 'utf8')).toBe('all of it');
  expect(readFileSync(path.join(to(), '.hidden'), 'utf8')).toBe('changed');
  expect(readdirSync(to()).sort()).toEqual(['.hidden', 'a list']);
});

test('a file of which half was copied when the container was ended is copied by the next start', () => {
  const cutOff = path.join(root, 'cp');
  writeFileSync(
    cutOff,
    '#!/bin/sh\nfor last do :; done\n[ ! -d "$last" ] || last=$last/.hidden\nprintf half >"$last"\nkill -9 $PPID\n',
  );
  chmodSync(cutOff, 0o755);
  const [program = '', ...words] = command();
  const ended = spawnSync(program, words, { env: { ...process.env, PATH: `${root}:${process.env.PATH}` } });
  expect(ended.status).not.toBe(0);
  execFileSync(program, words);
  expect(readFileSync(path.join(to(), 'a list/first.json'), 'utf8')).toBe('all of it');
  expect(readFileSync(path.join(to(), '.hidden'), 'utf8')).toBe('all of it');
  expect(readdirSync(to()).sort()).toEqual(['.hidden', 'a list']);
});
