import { expect, test } from 'vitest';
import { isReason } from '../../src/core/reason.ts';

test.each([
  'the node agent mounts file systems',
  'kubelet',
  'see #512',
  '#512',
  'OPS-12',
  'https://example.com/why',
  'not needed behind the proxy',
  'benötigt von der Bibliothek',
  '需要',
])('«%s» is a reason', (words) => {
  expect(isReason(words)).toBe(true);
});

test.each([
  '',
  ' ',
  '-',
  '---',
  '42',
  'x',
  'no',
  'No!',
  'ok',
  'OK.',
  'yes',
  'n/a',
  'none',
  'required',
  'is needed here',
  'TODO',
  'true',
])('«%s» is none', (words) => {
  expect(isReason(words)).toBe(false);
});
