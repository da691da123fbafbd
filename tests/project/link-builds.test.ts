import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { composeBuilds } from '../../src/project/link-builds.ts';
import { loadProject } from '../../src/project/load-project.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'plimsoll-builds-'));
});
afterEach(() => rmSync(root, { recursive: true }));

test('a build argument without a value is the variable of its whole name, or unknown', async () => {
  writeFileSync(path.join(root, 'Dockerfile'), 'FROM debian:12\n');
  writeFileSync(path.join(root, '.env'), 'FOO=one\n');
  writeFileSync(
    path.join(root, 'compose.yaml'),
    'services:\n  web: {build: {context: ., args: [FOO, FOO-BAR, "FOO$$", OTHER]}}\n',
  );
  const { composeFiles } = await loadProject({ kind: 'directory', path: root }, { helm: false });
  const [build] = composeBuilds(composeFiles);
  expect([...(build?.arguments ?? [])]).toEqual([
    ['FOO', 'one'],
    ['FOO-BAR', undefined],
    ['FOO$$', undefined],
    ['OTHER', undefined],
  ]);
});
