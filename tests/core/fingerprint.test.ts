import { expect, test } from 'vitest';
import type { Finding } from '../../src/core/finding.ts';
import { fingerprints, reportFingerprints } from '../../src/core/fingerprint.ts';

function finding(line: number, column = 1, rule = 'size/a', path = 'Dockerfile'): Finding {
  const start = { line, column };
  const range = { start: line * 10, end: line * 10 + 3 };
  return {
    rule,
    area: 'size',
    severity: 'note',
    message: '',
    why: '',
    remedy: '',
    locations: [{ path, start, end: start, range }],
    peers: [],
  };
}

const excerpts = (...lines: string[]) =>
  new Map([['Dockerfile', new Map(lines.map((text, index) => [index + 1, text]))]]);

test('stays when lines are put in above and when the indentation changes', () => {
  const before = fingerprints([finding(1)], excerpts('RUN  make'));
  const after = fingerprints([finding(3)], excerpts('FROM a', '', '  RUN make\r'));
  expect(after).toEqual(before);
  expect(before[0]).toMatch(/^[0-9a-f]{16}:1$/);
});

test('differs by rule, path and line text', () => {
  const all = [
    fingerprints([finding(1)], excerpts('RUN make')),
    fingerprints([finding(1, 1, 'size/b')], excerpts('RUN make')),
    fingerprints([finding(1, 1, 'size/a', 'other')], excerpts('RUN make')),
    fingerprints([finding(1)], excerpts('RUN make all')),
  ].flat();
  expect(new Set(all).size).toBe(4);
});

test('numbers equal lines by their place, whatever the order of the report', () => {
  const text = excerpts('RUN make', 'RUN make');
  const [first, second] = fingerprints([finding(1), finding(2)], text);
  expect(first?.slice(0, 16)).toBe(second?.slice(0, 16));
  expect([first?.slice(16), second?.slice(16)]).toEqual([':1', ':2']);
  expect(fingerprints([finding(2), finding(1)], text)).toEqual([second, first]);
});

test('a finding keeps its number when a baseline hides the one before it', () => {
  const text = excerpts('RUN make', 'RUN make');
  const [first = '', second = ''] = fingerprints([finding(1), finding(2)], text);
  expect(
    reportFingerprints({
      findings: [finding(2)],
      suppressed: [{ finding: finding(1), by: 'baseline' }],
      excerpts: text,
    }),
  ).toEqual({ findings: [second], suppressed: [first] });
  expect(
    reportFingerprints({
      findings: [finding(2)],
      suppressed: [{ finding: finding(1), by: 'comment' }],
      excerpts: text,
    }),
  ).toEqual({ findings: [first], suppressed: [second] });
});
