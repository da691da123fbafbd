import { describe, expect, test } from 'vitest';
import { sliceRange } from '../../src/core/text.ts';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';

const read = (text: string) => parseDockerfile({ path: 'a/Dockerfile', text, encoding: 'utf-8' });

test('a Dockerfile is its artifact', () =>
  expect(read('FROM a')).toMatchObject({
    kind: 'dockerfile',
    path: 'a/Dockerfile',
    text: 'FROM a',
    encoding: 'utf-8',
  }));

test('everything is computed once', () => {
  const dockerfile = read('FROM a\nRUN b');
  expect(dockerfile.syntax).toBe(dockerfile.syntax);
  expect(dockerfile.instructions).toBe(dockerfile.instructions);
  expect(dockerfile.stages).toBe(dockerfile.stages);
  expect(dockerfile.commands).toBe(dockerfile.commands);
  expect(dockerfile.lines).toBe(dockerfile.lines);
});

describe('instructions by name', () => {
  test('in order, with their stages, triggers included', () => {
    const { instructionsNamed } = read('FROM a AS x\nRUN 1\nONBUILD RUN 2\nFROM b\nrun 3\n');
    expect(instructionsNamed('RUN').map(({ instruction, stage }) => [instruction.line, stage?.index])).toEqual([
      [2, 0],
      [3, 0],
      [5, 1],
    ]);
    expect(instructionsNamed('FROM').map(({ stage }) => stage?.name)).toEqual(['x', undefined]);
    expect(instructionsNamed('CMD')).toEqual([]);
  });
});

describe('scripts', () => {
  test.each([
    ['RUN', 'FROM a\nRUN b', 'b'],
    ['CMD', 'FROM a\nCMD b', 'b'],
    ['ENTRYPOINT', 'FROM a\nENTRYPOINT ["b"]', 'b'],
    ['HEALTHCHECK', 'FROM a\nHEALTHCHECK CMD b', 'b'],
    ['ONBUILD', 'FROM a\nONBUILD RUN b', 'b'],
  ])('of %s', (_, text, program) => {
    const dockerfile = read(text);
    const last = dockerfile.instructions.at(-1) ?? expect.unreachable();
    expect(dockerfile.script(last)?.commands.map(({ name }) => name)).toEqual([program]);
    expect(dockerfile.script(last)).toBe(dockerfile.script(last));
  });

  test.each(['COPY a b', 'HEALTHCHECK NONE', 'ONBUILD'])('%s runs nothing', (text) => {
    const dockerfile = read(`FROM a\n${text}`);
    expect(dockerfile.script(dockerfile.instructions[1] ?? expect.unreachable())).toBeUndefined();
  });

  test.each([
    ['sh is the default', 'FROM a\nRUN b', 'posix'],
    ['bash', 'FROM a\nSHELL ["/bin/bash", "-c"]\nRUN b', 'bash'],
    ['PowerShell', 'FROM a\nSHELL ["powershell", "-Command"]\nRUN b', 'powershell'],
    ['pwsh by path', 'FROM a\nSHELL ["C:\\\\x\\\\pwsh.exe"]\nRUN b', 'powershell'],
    ['cmd', 'FROM a\nSHELL ["cmd", "/S", "/C"]\nRUN b', 'cmd'],
    ['another program', 'FROM a\nSHELL ["/usr/bin/python3", "-c"]\nRUN b', 'unknown'],
    ['SHELL of the base stage', 'FROM a AS x\nSHELL ["bash", "-c"]\nFROM x\nRUN b', 'bash'],
    ['not of another stage', 'FROM a\nSHELL ["bash", "-c"]\nFROM c\nRUN b', 'posix'],
    [
      'not of a later SHELL of the base stage’s child',
      'FROM a AS x\nRUN y\nFROM x\nRUN b\nSHELL ["bash", "-c"]',
      'posix',
    ],
    ['a Windows image', 'FROM mcr.microsoft.com/windows/servercore:ltsc2022\nRUN b', 'cmd'],
    ['an image on Windows with a shell of its own', 'FROM golang:1.22-windowsservercore\nRUN b', 'unknown'],
    ['ASP.NET on Windows', 'FROM microsoft/aspnet:4.7\nRUN b', 'unknown'],
    ['the first ASP.NET Core, on Debian', 'FROM microsoft/aspnet:1.0.0-rc1-update1\nRUN b', 'posix'],
    ['ASP.NET Core, whose name begins as one on Windows', 'FROM microsoft/aspnetcore:2.0\nRUN b', 'posix'],
  ])('dialect: %s', (_, text, dialect) => {
    const dockerfile = read(text);
    const run = dockerfile.instructionsNamed('RUN').at(-1) ?? expect.unreachable();
    expect(dockerfile.script(run.instruction)?.dialect).toBe(dialect);
  });
});

describe('commands', () => {
  const text = 'FROM a\nRUN apk add b && \\\n curl c\nCMD curl d\nONBUILD RUN curl e\n';

  test('of every RUN in order, with ranges in the file', () => {
    const { commands } = read(text);
    expect(commands.map(({ command }) => sliceRange(text, command.range))).toEqual(['apk add b', 'curl c', 'curl e']);
    expect(commands.map(({ stage }) => stage?.index)).toEqual([0, 0, 0]);
  });

  test('by name, in order whatever the order of names', () => {
    const { commandsNamed } = read(text);
    expect(commandsNamed('curl', 'apk', 'curl').map(({ command }) => command.name)).toEqual(['apk', 'curl', 'curl']);
    expect(commandsNamed('npm')).toEqual([]);
  });
});
