import { readFileSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { buildahProgress } from '../../../src/prove/builders/buildah-progress.ts';
import { buildkitProgress } from '../../../src/prove/builders/buildkit-progress.ts';
import { classicProgress } from '../../../src/prove/builders/classic-progress.ts';
import { explainFailure } from '../../../src/prove/builders/explain-failure.ts';
import { bytesOf, type OnStep, type ProgressReader } from '../../../src/prove/builders/progress.ts';

// What the builders printed of one Dockerfile: without a cache, with it after a change of a.txt, and of one whose second RUN ends with 3.

const readers = {
  'buildkit-0.8': buildkitProgress,
  'buildkit-0.32': buildkitProgress,
  classic: classicProgress,
  'buildah-1.28': buildahProgress,
} as const;

type Recorded = keyof typeof readers;

function read(
  builder: Recorded,
  kind: 'cold' | 'warm' | 'failed',
  onStep?: OnStep,
): ReturnType<ProgressReader['result']> {
  const reader: ProgressReader = readers[builder](onStep);
  const text = readFileSync(path.join(import.meta.dirname, 'recorded', `${builder}-${kind}.txt`), 'utf8');
  for (const line of text.trimEnd().split('\n'))
    reader.line(stripVTControlCharacters(line), /^The command '/.test(line));
  return reader.result();
}

/** Instructions as `stage: text`, a star before those from the cache. */
function shown(builder: Recorded, kind: 'cold' | 'warm' | 'failed'): string[] {
  return read(builder, kind).steps.flatMap(({ instruction, stage, cached }) =>
    instruction === undefined ? [] : [`${cached ? '*' : ''}${stage ?? '-'}: ${instruction}`],
  );
}

const run = 'RUN echo hello && echo w >/w';

test('the steps that BuildKit carries out have their stages, and say which came from the cache', () => {
  expect(shown('buildkit-0.8', 'cold')).toEqual([
    '*build: FROM docker.io/library/busybox',
    `build: ${run}`,
    'build: COPY a.txt /a.txt',
    'build: RUN cat /a.txt',
    'stage-1: COPY --from=build /w /w',
    'stage-1: RUN sleep 1',
  ]);
  // The base image is a named context here, which is no instruction.
  expect(shown('buildkit-0.32', 'warm')).toEqual([
    `*build: ${run}`,
    'build: COPY a.txt /a.txt',
    'build: RUN cat /a.txt',
    '*stage-1: COPY --from=build /w /w',
    '*stage-1: RUN sleep 1',
  ]);
});

test('the classic builder and Buildah tell of every instruction', () => {
  const warm = [
    'build: FROM busybox AS build',
    `*build: ${run}`,
    'build: COPY a.txt /a.txt',
    'build: RUN cat /a.txt',
    'stage-1: FROM busybox',
    '*stage-1: COPY --from=build /w /w',
    '*stage-1: ENV A=b',
    '*stage-1: RUN sleep 1',
    '*stage-1: CMD ["cat", "/w"]',
  ];
  expect(shown('classic', 'warm')).toEqual(warm);
  expect(shown('buildah-1.28', 'warm')).toEqual(warm);
  expect(shown('classic', 'cold')).toEqual(warm.map((line) => line.replace('*', '')));
  expect(shown('buildah-1.28', 'cold')).toEqual(warm.map((line) => line.replace('*', '')));
});

test.each([
  ['buildkit-0.8', 132],
  ['buildkit-0.32', 132],
  ['classic', 4096],
  ['buildah-1.28', undefined],
] as const)('%s sent its context', (builder, bytes) => {
  expect(read(builder, 'cold').contextBytes).toBe(bytes);
});

test('BuildKit says how long a step took', () => {
  const sleeps = read('buildkit-0.32', 'cold').steps.find(({ instruction }) => instruction === 'RUN sleep 1');
  expect(sleeps?.seconds).toBeGreaterThanOrEqual(1);
  expect(sleeps?.seconds).toBeLessThan(5);
});

test('where the builder does not say, the time is that between its lines', () => {
  let now = 0;
  const reader = buildahProgress(undefined, undefined, () => now);
  for (const [at, line] of [
    [0, 'STEP 1/2: FROM busybox'],
    [1000, 'STEP 2/2: RUN make'],
    [4500, '--> 0918bccae57'],
  ] as const) {
    now = at;
    reader.line(line);
  }
  expect(reader.result().steps.map(({ seconds }) => seconds)).toEqual([1, 3.5]);
});

test.each(Object.keys(readers))('%s tells which step failed and what it printed', (name) => {
  const builder = Object.keys(readers).find((each): each is Recorded => each === name);
  const { failed, tail } = read(builder ?? 'classic', 'failed');
  expect(failed?.instruction).toBe('RUN echo last words >&2; exit 3');
  expect(tail.at(-1)).toContain('last words');
});

test.each(Object.keys(readers))('%s: the failure is a sentence with the exit code', (name) => {
  const builder = Object.keys(readers).find((each): each is Recorded => each === name);
  const failure = explainFailure({
    builder: 'The builder',
    end: { how: 'exit', code: 1, why: undefined, seconds: 1 },
    progress: read(builder ?? 'classic', 'failed'),
    answers: true,
    timeoutSeconds: 60,
    logFile: '/log',
    hide: (text) => text,
  });
  expect(failure.why).toBe('failed');
  expect(failure.message).toMatch(/^«RUN echo last words >&2; exit 3» failed with exit code 3: last words/);
});

test('images that steps made are known, those of FROM and of the cache are not among them', () => {
  const reader = classicProgress();
  const text = readFileSync(path.join(import.meta.dirname, 'recorded/classic-warm.txt'), 'utf8');
  for (const line of text.split('\n')) reader.line(line);
  expect(reader.made()).toEqual(['c8310e9edcd4', '3514dce353de']);
});

test('an identifier behind a step’s last words without a line end is seen', () => {
  const reader = buildahProgress();
  for (const line of ['STEP 1/1: RUN cat /a.txt', 'changed--> d267a42ea6a']) reader.line(line);
  expect(reader.made()).toEqual(['d267a42ea6a']);
});

test('how a step of BuildKit ended is seen behind its last words without a line end', () => {
  const reader = buildkitProgress();
  for (const line of [
    '#8 [3/4] RUN mvn -q package',
    '#8 0.845 warning#8 DONE 13.3s',
    '#9 [4/4] RUN false',
    '#9 0.1 says #9 of it',
    '#9 0.2 last#9 ERROR: executor failed running [/bin/sh -c false]: exit code: 1',
  ])
    reader.line(line);
  const { steps, failed, tail } = reader.result();
  expect(steps.map(({ seconds }) => seconds)).toEqual([13.3, undefined]);
  expect(failed?.instruction).toBe('RUN false');
  expect(tail).toEqual(['says #9 of it', 'last']);
});

test('progress counts what ended, of all that is known', () => {
  const told: string[] = [];
  read('buildkit-0.8', 'cold', (step, done, of) => told.push(`${done}/${of} ${step.name}`));
  expect(told[0]).toBe('0/4 [build 1/4] FROM docker.io/library/busybox');
  // Both stages begin with the same FROM, which BuildKit tells of once.
  expect(told.at(-1)).toMatch(/^[56]\/7 /);
  const classic: string[] = [];
  read('classic', 'cold', (_step, done, of) => classic.push(`${done}/${of}`));
  expect([classic[0], classic.at(-1)]).toEqual(['0/9', '9/9']);
});

test.each([
  ['26B', 26],
  ['3.072kB', 3072],
  ['1.2MB', 1_200_000],
  ['1.09GB', 1_090_000_000],
  ['MB', undefined],
  ['1.2 MB', undefined],
] as const)('%s is %s bytes', (text, bytes) => {
  expect(bytesOf(text)).toBe(bytes);
});
