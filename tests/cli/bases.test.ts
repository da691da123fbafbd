import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { command } from '../../src/cli/commands/bases.ts';
import { runCommand } from './run-command.ts';

const validate = new Ajv2020({ strict: true, allowUnionTypes: true, strictRequired: false, allErrors: true }).compile(
  JSON.parse(readFileSync('schemas/bases.schema.json', 'utf8')),
);

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-bases-'));
  mkdirSync(path.join(directory, '.git'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const write = (files: Readonly<Record<string, string>>) => {
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(directory, name), text);
};
const bases = (...args: string[]) => runCommand(command, directory, args);

describe('plimsoll bases without a network', () => {
  test('tells what needs none, and names what is unknown', async () => {
    write({
      Dockerfile: 'FROM node:16.1.0\nFROM k8s.gcr.io/pause\nFROM ${BASE}\n',
      'compose.yaml': 'services:\n  a: {image: "centos:7"}\n',
    });
    const { code, stdout } = await bases('--offline');
    expect(code).toBe(1);
    expect(stdout.replace(/, \d+ days ago/g, '').split('\n')).toEqual([
      expect.stringMatching(
        /^compose\.yaml:2:\d+: error bases\/ending: centos:7: support for CentOS 7 ended on 2024-06-30 \(/,
      ),
      expect.stringContaining('compose.yaml:2:'),
      'compose.yaml:2:14: unknown bases/newer: centos:7: no registry was asked (--offline)',
      'Dockerfile:2:6: warning bases/deprecated: k8s.gcr.io/pause: the registry is frozen since 3 April 2023; take registry.k8s.io.',
      'Dockerfile:1:6: warning bases/ending: node:16.1.0: support for Node.js 16 ended on 2023-09-11 (https://github.com/nodejs/Release).',
      'Dockerfile:1:6: unknown bases/newer: node:16.1.0: no registry was asked (--offline)',
      'Dockerfile:3:6: unknown bases/image: ${BASE}: a variable in it has no default',
      '',
    ]);
  });

  test('prints what its schema says, for a repository of everything and for none', async () => {
    expect(JSON.parse((await bases('--offline', '--json')).stdout)).toSatisfy(
      validate,
      JSON.stringify(validate.errors),
    );
    write({ Dockerfile: `FROM debian:8@sha256:${'a'.repeat(64)}\nFROM vault:1.0.0\nFROM \${X}\n` });
    const { stdout } = await bases('--offline', '--json');
    const report = JSON.parse(stdout);
    expect(report).toSatisfy(validate, JSON.stringify(validate.errors));
    expect(report.images.map(({ image }: { image: string }) => image.slice(0, 9))).toEqual(['debian:8@', 'vault:1.0']);
  });

  test.each([
    ['# plimsoll ignore=bases/ending -- a museum\n', 0],
    ['# plimsoll ignore=maintenance/end-of-life-base\n', 0],
    ['# plimsoll ignore=bases/newer\n', 1],
    ['# plimsoll ignore=bases/* until=2020-01-01\n', 1],
  ])('a comment takes the exit code with it: %s', async (comment, code) => {
    write({ Dockerfile: `${comment}FROM node:16\n` });
    expect((await bases('--offline')).code).toBe(code);
  });

  test('says on standard error that something was looked at, where there is nothing to tell', async () => {
    write({ Dockerfile: 'FROM scratch\n' });
    const name = path.basename(directory);
    expect(await bases('--offline')).toMatchObject({ stdout: '', stderr: `${name}: no image is named here\n` });
    expect((await bases('--offline', '--quiet')).stderr).toBe('');
    expect((await bases('--offline', '--only', 'nod')).stderr).toContain(
      'nod: no image that is named here is called so',
    );
  });

  test.each([
    [['--fail-on', 'never'], 0],
    [['--fail-on', 'error'], 0],
    [['--only', 'node'], 1],
    [['--only', 'nod*'], 1],
    [['--only', 'ode'], 0],
  ])('%s ends with %s', async (flags, code) => {
    // Built on, and nothing of it ships.
    write({ Dockerfile: 'FROM node:16 AS build\nFROM scratch\nCOPY --from=build /a /a\n' });
    expect((await bases('--offline', ...flags)).code).toBe(code);
  });

  test('a copy of an image ends when that does', async () => {
    write({
      Dockerfile: 'FROM registry.internal/mirror/node:16\n',
      'plimsoll.yaml': 'bases: {mirrors: {registry.internal/mirror: docker.io}}\n',
    });
    const { stdout } = await bases('--offline');
    expect(stdout).toContain(
      'error bases/ending: registry.internal/mirror/node:16 (a copy of docker.io/node): support for Node.js 16 ended on 2023-09-11',
    );
  });

  test('hostile names are printable', async () => {
    write({ 'compose.yaml': 'services:\n  a: {image: "x\\u001b[31m${Y}"}\n' });
    const { stdout } = await bases('--offline');
    expect(stdout).toBe('compose.yaml:2:14: unknown bases/image: x\\x1b[31m${Y}: a variable in it has no default\n');
  });
});

test.each([
  ['bases: {allowed: {node: "new"}}', 'a range of versions is needed here'],
  ['bases: {mirrors: {registry.example/mirror: "docker.io/"}}', 'what has copies and what they are copies of'],
  ['bases: {mirrors: {registry.example/mirror: [docker.io]}}', 'what has copies and what they are copies of'],
  ['bases: {days: many}', 'bases: days is a whole number'],
  ['bases: {allow: {}}', 'there is no key «allow»'],
])('plimsoll.yaml with %s is refused', async (text, message) => {
  write({ 'plimsoll.yaml': text });
  await expect(bases('--offline')).rejects.toThrow(message);
});
