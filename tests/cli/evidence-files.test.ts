import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { evidenceDirectory, knownProofs, refuseElsewhere, writeEvidence } from '../../src/cli/evidence-files.ts';
import type { Evidence } from '../../src/core/evidence.ts';
import { sampleEvidence } from '../report/sample-evidence.ts';

const top = mkdtempSync(path.join(tmpdir(), 'plimsoll-evidence-'));
afterAll(() => rmSync(top, { recursive: true, force: true }));
let root = top;
let count = 0;
beforeEach(() => {
  root = path.join(top, String(count++));
  mkdirSync(root);
});

const digest = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const write = (file: string, text: string) => writeFileSync(path.join(root, file), text);

function evidenceOf(
  before: Record<string, string>,
  after: Record<string, string>,
  more: Partial<Evidence> = {},
): Evidence {
  const side = (files: Record<string, string>) => ({ files, context: undefined, image: undefined });
  return { ...sampleEvidence, digests: { before: side(before), after: side(after) }, ...more };
}

const proved = evidenceOf(
  { Dockerfile: digest('FROM a\n'), '.dockerignore': 'absent' },
  { Dockerfile: digest('FROM b\n'), '.dockerignore': digest('x\n') },
);

test('evidence and statement are written, and nothing else is left', () => {
  const file = writeEvidence(root, { ...proved, subject: { ...proved.subject, name: '../Shop/Web:1' } });
  expect(file).toMatch(/^\.plimsoll\/evidence\/shop-web-1-[0-9a-f]{8}\.json$/);
  expect(readdirSync(path.join(root, evidenceDirectory)).sort()).toEqual(
    [path.basename(file), path.basename(file).replace('.json', '.intoto.json')].sort(),
  );
});

test('a directory that cannot be made is told with what to do', () => {
  write('.plimsoll', '');
  expect(() => writeEvidence(root, proved)).toThrow(/cannot be written: this is no directory/);
});

test.each<[string, Record<string, string>, string | undefined]>([
  ['the texts are as before', { Dockerfile: 'FROM a\n' }, 'before'],
  ['the texts are as after', { Dockerfile: 'FROM b\n', '.dockerignore': 'x\n' }, 'after'],
  ['one text is another', { Dockerfile: 'FROM c\n' }, undefined],
  ['a text is there that was not', { Dockerfile: 'FROM a\n', '.dockerignore': 'y\n' }, undefined],
  ['a text is not there', {}, undefined],
])('where %s', (_, files, state) => {
  writeEvidence(root, proved);
  for (const [file, text] of Object.entries(files)) write(file, text);
  const { proofs, stale } = knownProofs(root);
  expect(proofs.map((each) => each.state)).toEqual(state ? [state] : []);
  expect(stale).toEqual(state ? [] : ['web/Dockerfile']);
});

test('of several that hold the newest counts; of another image its own', () => {
  write('Dockerfile', 'FROM a\n');
  writeEvidence(root, { ...proved, created: '2026-11-02T00:00:00.000Z', builds: 2 });
  writeEvidence(root, { ...proved, created: '2026-11-03T00:00:00.000Z', builds: 3 });
  writeEvidence(root, { ...proved, created: '2026-11-01T00:00:00.000Z', builds: 1 });
  writeEvidence(root, { ...proved, subject: { ...proved.subject, target: 'dev' }, builds: 9 });
  expect(
    knownProofs(root)
      .proofs.map(({ evidence }) => evidence.builds)
      .sort(),
  ).toEqual([3, 9]);
});

test('without evidence, or with files that are none, nothing is known', () => {
  expect(knownProofs(root)).toEqual({ proofs: [], stale: [] });
  mkdirSync(path.join(root, evidenceDirectory), { recursive: true });
  write(`${evidenceDirectory}/a.json`, '{}');
  write(`${evidenceDirectory}/b.json`, '\u0000');
  mkdirSync(path.join(root, evidenceDirectory, 'c.json'));
  expect(knownProofs(root)).toEqual({ proofs: [], stale: [] });
});

test('files elsewhere are not looked at, whatever the evidence names', () => {
  const outside = path.join(top, 'outside.txt');
  writeFileSync(outside, 'secret');
  symlinkSync(outside, path.join(root, 'link'));
  write('Dockerfile', 'FROM a\n');
  writeEvidence(root, evidenceOf({ Dockerfile: digest('FROM a\n'), '../outside.txt': digest('secret') }, {}));
  writeEvidence(root, evidenceOf({ Dockerfile: digest('FROM a\n'), link: digest('secret') }, {}));
  expect(existsSync(outside)).toBe(true);
  expect(knownProofs(root).proofs).toEqual([]);
});

test.skipIf(process.platform === 'win32')(
  'a pipe in the place of evidence, or of what it is about, is not waited for',
  () => {
    writeEvidence(root, evidenceOf({ Dockerfile: digest('FROM a\n') }, {}));
    execFileSync('mkfifo', [path.join(root, evidenceDirectory, 'a.json'), path.join(root, 'Dockerfile')]);
    expect(knownProofs(root).proofs).toEqual([]);
  },
);

test('evidence that is about no file that is there does not hold', () => {
  writeEvidence(root, evidenceOf({ 'no-such-file': 'absent' }, { 'no-such-file': 'absent' }));
  expect(knownProofs(root)).toEqual({ proofs: [], stale: ['web/Dockerfile'] });
});

test.each(['.plimsoll', '.plimsoll/evidence'])(
  'nothing is written through %s where it leads out of the project',
  (link) => {
    const elsewhere = mkdtempSync(path.join(top, 'elsewhere-'));
    mkdirSync(path.dirname(path.join(root, link)), { recursive: true });
    symlinkSync(elsewhere, path.join(root, link));
    expect(() => writeEvidence(root, proved)).toThrow(/leads out of the project/);
    expect(readdirSync(elsewhere)).toEqual([]);
  },
);

test('a link within the project is followed', () => {
  mkdirSync(path.join(root, 'kept'));
  symlinkSync('kept', path.join(root, '.plimsoll'));
  expect(() => refuseElsewhere(root, evidenceDirectory)).not.toThrow();
  expect(() => writeEvidence(root, proved)).not.toThrow();
});
