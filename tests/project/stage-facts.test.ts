import { describe, expect, test } from 'vitest';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';
import {
  baseImageOf,
  externalBase,
  finalUser,
  imageInstructions,
  lastInstruction,
  stageChain,
  workingDirectory,
} from '../../src/project/stage-facts.ts';

function read(...lines: readonly string[]) {
  const dockerfile = parseDockerfile({ path: 'Dockerfile', text: `${lines.join('\n')}\n`, encoding: 'utf-8' });
  const stage = dockerfile.final;
  if (stage === undefined) throw new Error('no stage');
  return { dockerfile, stage };
}

describe('what a stage stands on', () => {
  const { stage } = read(
    'FROM node:22-slim AS base',
    'USER node',
    'FROM base AS next',
    'ENV A=1',
    'FROM next',
    'CMD ["x"]',
  );

  test('is found through the stages between', () => {
    expect(stageChain(stage).map(({ index }) => index)).toEqual([2, 1, 0]);
    expect(externalBase(stage)).toEqual({ kind: 'image', reference: 'node:22-slim', complete: true });
    expect(baseImageOf(stage).runtime?.name).toBe('node');
  });

  test('gives its instructions first', () => {
    expect(imageInstructions(stage).map(({ name }) => name)).toEqual(['USER', 'ENV', 'CMD']);
    expect(lastInstruction(stage, 'USER')?.value.value).toBe('node');
    expect(lastInstruction(stage, 'VOLUME')).toBeUndefined();
  });

  test('is unknown where a variable hides it', () => {
    expect(baseImageOf(read('ARG BASE', 'FROM $BASE').stage).distribution).toBe('unknown');
    expect(baseImageOf(read('ARG V=22', 'FROM node:$V').stage).runtime?.version).toBe('22');
  });
});

describe('as whom a container runs', () => {
  test.each([
    ['the base image decides', ['FROM debian:12'], '0', true],
    ['the base image has a user', ['FROM gcr.io/distroless/static-debian12:nonroot'], expect.any(String), false],
    ['the base image is not known', ['FROM example.com/base:1'], undefined, undefined],
    ['the last USER decides', ['FROM debian:12', 'USER app', 'USER root'], 'root', true],
    ['the group does not count', ['FROM debian:12', 'USER 0:0'], '0', true],
    ['zeros are root', ['FROM debian:12', 'USER 000'], '000', true],
    ['a variable with a value', ['FROM debian:12', 'ARG UID=1000', 'USER ${UID}:${UID}'], '1000', false],
    ['a variable without a value', ['FROM debian:12', 'ARG UID', 'USER $UID'], undefined, undefined],
    ['a stage below decides', ['FROM debian:12 AS base', 'USER app', 'FROM base'], 'app', false],
    ['scratch is root', ['FROM scratch'], '0', true],
  ])('%s', (_title, lines, user, isRoot) => {
    const { dockerfile, stage } = read(...lines);
    const found = finalUser(dockerfile, stage);
    expect(found.user).toEqual(user);
    expect(found.isRoot).toBe(isRoot);
  });
});

describe('the directory in which an instruction works', () => {
  test.each([
    ['nothing sets one', ['FROM debian:12'], '/', false],
    ['the image sets one', ['FROM golang:1.23'], '/go', false],
    ['the image is not known', ['FROM example.com/base:1'], undefined, false],
    ['paths add up', ['FROM debian:12', 'WORKDIR /a', 'WORKDIR b/../c'], '/a/c', true],
    ['a stage below sets it', ['FROM debian:12 AS base', 'WORKDIR /srv', 'FROM base'], '/srv', true],
    ['relative to an image that is not known', ['FROM example.com/base:1', 'WORKDIR app'], undefined, true],
    ['a variable', ['FROM debian:12', 'ENV HOME=/home/app', 'WORKDIR $HOME'], '/home/app', true],
    ['a variable without value', ['FROM debian:12', 'ARG DIR', 'WORKDIR $DIR'], undefined, true],
    ['a later WORKDIR does not count', ['FROM debian:12', 'RUN x', 'WORKDIR /late'], '/', false, 'RUN'],
  ])('%s', (_title, lines, path, isSet, name = 'CMD') => {
    const { dockerfile, stage } = read(...lines, 'CMD ["x"]');
    const instruction = stage.instructions.find((each) => each.name === name);
    if (instruction === undefined) throw new Error(`no ${name}`);
    const found = workingDirectory(dockerfile, stage, instruction);
    expect(found.path).toBe(path);
    expect(found.instruction !== undefined).toBe(isSet);
  });
});
