import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { siftKnown } from '../../src/audit/baseline.ts';
import type { Finding } from '../../src/core/finding.ts';
import { fingerprints, formerFingerprints, lineFingerprint, reportFingerprints } from '../../src/core/fingerprint.ts';

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

test.each([
  ['FROM node:22 AS build', 'FROM node:22 AS builder'],
  ['FROM node:22 AS build', 'FROM node:22'],
  ['FROM build', 'FROM builder AS final'],
  ['FROM --platform=linux/amd64 build AS final', 'FROM --platform=linux/amd64 compile AS run'],
  ['COPY --from=build /app /app', 'COPY --from=builder /app /app'],
  ['COPY --chown=1:1 --from=build /app .', 'COPY --chown=1:1 --from=b-2 /app .'],
  ['RUN --mount=type=bind,from=build,target=/x make', 'RUN --mount=type=bind,from=other,target=/x make'],
])('stays when a stage gets another name: %s, %s', (before, after) => {
  expect(fingerprints([finding(1)], excerpts(after))).toEqual(fingerprints([finding(1)], excerpts(before)));
});

test.each([
  ['FROM node:22 AS build', 'FROM node:24-slim@sha256:aa AS build'],
  ['FROM registry.example:5000/node:22', 'FROM registry.example:5000/node:24'],
  ['COPY --from=nginx:1.27 /a /b', 'COPY --from=nginx:1.29 /a /b'],
  ['- image: shop/web:1.2.3', '- image: shop/web:1.2.4'],
  ['- {name: web, image: "shop/web:1.1"}', '- {name: web, image: "shop/web:1.2"}'],
  ['web: { image: shop/web:1.1, ports: [80] }', 'web: { image: shop/web:1.2, ports: [80] }'],
  ['image: "postgres:16.1"', 'image: "postgres:16.2@sha256:bb"'],
])('stays when an image gets another release: %s, %s', (before, after) => {
  expect(fingerprints([finding(1)], excerpts(after))).toEqual(fingerprints([finding(1)], excerpts(before)));
});

test.each([
  ['FROM node:22 AS build', 'FROM python:22 AS build'],
  ['FROM registry.example:5000/node:22', 'FROM registry.example:5001/node:22'],
  ['image: shop/web:1', 'image: shop/api:1'],
  ['RUN docker pull image: a:1', 'RUN docker pull image: a:2'],
  ['FROM shop/base', 'FROM shop/other'],
  ['COPY --from=build /a /b', 'COPY --from=build /a /c'],
  ['RUN curl https://a.example/?from=x', 'RUN curl https://a.example/?from=y'],
])('differs when the image or the rest of the line does: %s, %s', (before, after) => {
  expect(fingerprints([finding(1)], excerpts(after))).not.toEqual(fingerprints([finding(1)], excerpts(before)));
});

test('of the line alone it stays when the file moves, and differs by rule and text', () => {
  const text = (path: string, line: string) => new Map([[path, new Map([[1, line]])]]);
  const here = lineFingerprint(finding(1), text('Dockerfile', 'RUN make'));
  const moved = finding(1, 1, 'size/a', 'web/Dockerfile');
  expect(lineFingerprint(moved, text('web/Dockerfile', 'RUN  make'))).toBe(here);
  expect(lineFingerprint(moved, text('web/Dockerfile', 'RUN make all'))).not.toBe(here);
  expect(lineFingerprint(finding(1, 1, 'size/b'), text('Dockerfile', 'RUN make'))).not.toBe(here);
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

test('where the release is what is wrong, another tag makes another finding, and another digest does not', () => {
  const of = (line: string) => fingerprints([{ ...finding(1), judgesRelease: true }], excerpts(line));
  expect(of('FROM node:16')).not.toEqual(of('FROM node:18'));
  expect(of('FROM node:18@sha256:aa')).toEqual(of('FROM node:18@sha256:bb'));
});

test('a baseline of before hides what it hid: digits were made of the whole line', () => {
  const former = (line: string) =>
    createHash('sha256').update(`size/a\0Dockerfile\0${line}\0`).digest('hex').slice(0, 16);
  const text = excerpts('FROM node:18 AS build', 'RUN make', 'FROM node:18', 'FROM python:3.8');
  const all = [1, 2, 3, 4].map((line) => finding(line));
  const name = former('FROM node:18');
  expect(formerFingerprints(all, text)).toEqual([
    `${name}:1`,
    undefined,
    `${name}:2`,
    `${former('FROM python:3.8')}:1`,
  ]);
  const { kept } = siftKnown(all, text, new Set([`${name}:1`, `${former('FROM python:3.8')}:1`]));
  expect(kept.map(({ locations: [{ start }] }) => start.line)).toEqual([2, 3]);
});
