import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { buildkitProgress } from '../../../src/prove/builders/buildkit-progress.ts';
import { findBuilder, parseBuilderChoice } from '../../../src/prove/builders/find-builder.ts';
import { namedContextFlags } from '../../../src/prove/builders/named-contexts.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'builder-choice-'));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

test.each([
  ['docker', { kind: 'docker', where: undefined }],
  ['docker:unix:///run/docker.sock', { kind: 'docker', where: 'unix:///run/docker.sock' }],
  ['buildkitd:tcp://127.0.0.1:1234', { kind: 'buildkitd', where: 'tcp://127.0.0.1:1234' }],
  ['buildx:my-builder', { kind: 'buildx', where: 'my-builder' }],
])('%s chooses a builder', (text, choice) => {
  expect(parseBuilderChoice(text)).toEqual(choice);
});

test.each(['', 'kaniko', 'docker:', 'Docker', 'unix:///run/docker.sock'])('«%s» chooses none', (text) => {
  expect(() => parseBuilderChoice(text)).toThrow(/--builder takes a kind/);
});

test('of a builder that is asked for and is not there, no other takes the place', async () => {
  const looking = findBuilder(parseBuilderChoice('buildah'), { PATH: directory }, new AbortController().signal);
  await expect(looking).rejects.toMatchObject({
    exitCode: 3,
    message: 'The builder buildah does not answer. Looked for buildah: buildah is not on PATH.',
  });
});

test('a directory that is not absolute on PATH gives no program', async () => {
  writeFileSync(path.join(directory, 'buildah'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  const relative = path.relative(process.cwd(), directory);
  const looking = findBuilder(parseBuilderChoice('buildah'), { PATH: relative }, new AbortController().signal);
  await expect(looking).rejects.toThrow(/buildah is not on PATH/);
});

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;

function layout(...tags: (string | undefined)[]): string {
  const manifests = tags.map((tag, at) => ({
    digest: digest(String(at)),
    ...(tag !== undefined && { annotations: { 'org.opencontainers.image.ref.name': tag } }),
  }));
  writeFileSync(path.join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
  return directory;
}

test.each([
  ['the only image', () => layout(undefined), '', digest('0')],
  ['the one of a tag', () => layout('a', 'b'), ':b', digest('1')],
  ['the latest', () => layout('a', 'latest'), '', digest('1')],
  ['the one of a digest', () => layout('a', 'b'), `@${digest('f')}`, digest('f')],
  ['a digest goes before a tag', () => layout('a', 'b'), `:a@${digest('f')}`, digest('f')],
])('a named context of a layout: %s', (_, made, which, found) => {
  const place = made();
  expect(namedContextFlags(new Map([['base', `oci-layout://${place}${which}`]]))).toEqual([
    '--oci-layout',
    `named0=${place}`,
    '--opt',
    `context:base=oci-layout://named0@${found}`,
  ]);
});

test('a layout that does not say which image is meant is told of', () => {
  const place = layout('a', 'b');
  expect(() => namedContextFlags(new Map([['base', `oci-layout://${place}`]]))).toThrow(/which of its images/);
  expect(() => namedContextFlags(new Map([['base', `oci-layout://${place}:c`]]))).toThrow(/which of its images/);
});

test('directories are sent, images and addresses are named', () => {
  const contexts = new Map([
    ['lib', '/src/lib'],
    ['base', 'docker-image://alpine:3.22'],
    ['other', 'https://example.com/x.git#main'],
  ]);
  expect(namedContextFlags(contexts)).toEqual([
    ...['--local', 'named0=/src/lib', '--opt', 'context:lib=local:named0'],
    ...['--opt', 'context:base=docker-image://alpine:3.22'],
    ...['--opt', 'context:other=https://example.com/x.git#main'],
  ]);
});

// Names as https://github.com/moby/buildkit/blob/v0.32.2/frontend/dockerfile/dockerfile2llb/convert.go gives them.
test.each([
  ['[2/3] RUN make', undefined, 'RUN make'],
  ['[build 2/3] RUN make', 'build', 'RUN make'],
  ['[linux/arm64 build 2/3] RUN make', 'build', 'RUN make'],
  ['[linux/amd64->arm64 build 2/3] RUN make', 'build', 'RUN make'],
  ['[linux/arm64 2/3] RUN make', undefined, 'RUN make'],
  ['[internal] load build context', undefined, undefined],
  ['[context base] load from client', undefined, undefined],
  ['exporting to image', undefined, undefined],
])('a vertex «%s»', (name, stage, instruction) => {
  const reader = buildkitProgress();
  reader.line(`#7 ${name}`);
  expect(reader.result().steps).toMatchObject([{ name, stage, instruction }]);
});

test('a step whose result nobody needed any more is neither cached nor failed', () => {
  const reader = buildkitProgress();
  for (const line of ['#7 [a 2/2] RUN make', '#8 [b 2/2] RUN test', '#8 DONE 2.0s', '#7 CANCELED']) reader.line(line);
  const { steps, failed } = reader.result();
  expect(steps.map(({ cached, seconds }) => [cached, seconds])).toEqual([
    [false, undefined],
    [false, 2],
  ]);
  expect(failed).toBeUndefined();
});

test('named contexts count as context, the Dockerfile does not', () => {
  const reader = buildkitProgress();
  for (const line of [
    '#1 [internal] load build definition from Dockerfile',
    '#1 transferring dockerfile: 500B done',
    '#2 [internal] load .dockerignore',
    '#2 transferring context: 34B done',
    '#3 [internal] load build context',
    '#3 transferring context: 1.20MB 0.3s',
    '#3 transferring context: 2.50MB 0.6s done',
    '#4 [context lib] load from client',
    '#4 transferring lib: 1.00kB done',
  ])
    reader.line(line);
  expect(reader.result().contextBytes).toBe(2_501_000);
});
