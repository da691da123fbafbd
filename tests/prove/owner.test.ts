import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isLeftOver, ownerName, proofTag } from '../../src/prove/owner.ts';
import { makeScratch, removeLeftScratch } from '../../src/prove/scratch.ts';

let parent: string;

beforeEach(() => {
  parent = mkdtempSync(path.join(tmpdir(), 'owner-'));
});

afterEach(() => rmSync(parent, { recursive: true, force: true }));

/** The name as a process of this number would have it that ended. */
function nameOf(pid: number): string {
  return ownerName().replace(`-${process.pid}-`, `-${pid}-`);
}

function endedProcess(): number {
  return spawnSync('true').pid;
}

test('what a living process made is not left over', () => {
  expect(isLeftOver(ownerName())).toBe(false);
  expect(isLeftOver(proofTag('before'))).toBe(false);
  expect(isLeftOver(`/plimsoll-prove-${ownerName()}-x1`)).toBe(false);
});

test('what a process made that ended is', () => {
  expect(isLeftOver(nameOf(endedProcess()))).toBe(true);
  expect(isLeftOver(`localhost/plimsoll-prove/${nameOf(endedProcess())}:before-1a2b3c4d`)).toBe(true);
});

test('so it is when another process got its number since', () => {
  const child = spawn('sleep', ['30'], { stdio: 'ignore' });
  try {
    expect(isLeftOver(nameOf(child.pid ?? 0))).toBe(existsSync('/proc/self/stat'));
  } finally {
    child.kill();
  }
});

test.each([
  ['another machine', () => nameOf(endedProcess()).replace(/^[0-9a-f]{8}/, '00000000')],
  ['no owner', () => 'plimsoll-prove/something:1'],
  ['a longer mark', () => `a${nameOf(endedProcess())}`],
])('what may be of others is not: %s', (_, name) => {
  expect(isLeftOver(name())).toBe(false);
});

test('a tag is one that registries take, whatever the label is', () => {
  const tag = proofTag('Before: Größe/1');
  expect(tag).toMatch(/^plimsoll-prove\/[0-9a-f]{8}-\d+-[0-9a-z]+:[a-z0-9_.-]+$/);
  expect(proofTag('a')).not.toBe(proofTag('a'));
});

test('only directories of processes that ended are removed', () => {
  const own = makeScratch(parent);
  const left = path.join(parent, `plimsoll-prove-${nameOf(endedProcess())}-abcdef`);
  mkdirSync(path.join(left, 'deep'), { recursive: true });
  mkdirSync(path.join(parent, 'else'));
  removeLeftScratch([parent]);
  expect([own.directory, left, path.join(parent, 'else')].map((directory) => existsSync(directory))).toEqual([
    true,
    false,
    true,
  ]);
  own.remove();
  expect(existsSync(own.directory)).toBe(false);
});
