import { expect, test } from 'vitest';
import { listsOthersOnly } from '../../src/repairs/requirement-files.ts';

function listed(line: string): boolean {
  return listsOthersOnly({ paths: ['requirements.txt'], read: () => line }, '/app/requirements.txt');
}

test.each([
  'foo',
  'Foo.bar (>=1)',
  'foo[a, b]>=1,<2 ; x == "a"',
  'foo==1 # hi',
  'foo==1 \\\n  --hash=sha256:aa',
  'foo @ https://example.com/foo.zip ; python_version > "3"',
  '-e git+https://example.com/y#egg=z',
  'https://example.com/y.whl',
  '--find-links=https://example.com',
  '--index-url https://example.com/simple',
  '-i https://example.com/simple',
])('lists what others publish: %s', (line) => {
  expect(listed(line)).toBe(true);
});

test.each([
  '.',
  './foo',
  'libs/foo',
  '-e .',
  '-e ./foo',
  '--editable=.',
  'file:.',
  'foo @ file:///src/foo',
  'foo-1.0.tar.gz',
  'foo.zip',
  '-f ./wheels',
  'foo==$' + '{VERSION}',
  '-r other.txt',
])('may list the project: %s', (line) => {
  expect(listed(line)).toBe(false);
});
