import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { BuildRequest } from '../../../src/prove/build.ts';
import { argumentFlags, secretFlags } from '../../../src/prove/builders/client-flags.ts';
import { hideValues } from '../../../src/prove/builders/hide-values.ts';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'hide-values-'));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

function request(asked: Partial<BuildRequest>): BuildRequest {
  return {
    context: directory,
    dockerfile: path.join(directory, 'Dockerfile'),
    target: undefined,
    platform: undefined,
    network: 'default',
    arguments: new Map(),
    contexts: new Map(),
    secrets: [],
    cache: 'none',
    tag: 't',
    logFile: path.join(directory, 'log'),
    timeoutSeconds: 1,
    ...asked,
  };
}

test.each([
  ['an argument', '#5 0.5 token s3cr3t!', '#5 0.5 token •••'],
  ['twice', 's3cr3t!s3cr3t!', '••••••'],
  ['as JSON', '"s3cr3t!"', '"•••"'],
  ['nothing', '#5 DONE 1.0s', '#5 DONE 1.0s'],
])('%s', (_, line, hidden) => {
  const hide = hideValues(request({ arguments: new Map([['TOKEN', 's3cr3t!']]) }), {});
  expect(hide(line)).toBe(hidden);
});

test('a value that comes from the environment is hidden like one that is given', () => {
  const hide = hideValues(request({ arguments: new Map([['TOKEN', undefined]]) }), { TOKEN: 'from-outside' });
  expect(hide('echo from-outside')).toBe('echo •••');
});

test('a short value is hidden behind its name alone', () => {
  const hide = hideValues(request({ arguments: new Map([['DEBUG', '1']]) }), {});
  expect(hide('Step 1/1 : RUN DEBUG=1 make 1')).toBe('Step 1/1 : RUN DEBUG=••• make 1');
});

test('of a secret of several lines each is hidden, and one that is short only whole', () => {
  const file = path.join(directory, 'key');
  writeFileSync(file, '-----BEGIN KEY-----\nAAAABBBB\nCC\n');
  const hide = hideValues(request({ secrets: [{ id: 'key', from: { file } }] }), {});
  expect(hide('AAAABBBB CC')).toBe('••• CC');
  expect(hide('-----BEGIN KEY-----')).toBe('•••');
  writeFileSync(file, 'x');
  expect(hideValues(request({ secrets: [{ id: 'key', from: { file } }] }), {})('x y')).toBe('••• y');
});

test('what a value holds is no pattern', () => {
  const hide = hideValues(request({ arguments: new Map([['A', 'a.*c(']]) }), {});
  expect(hide('abbc a.*c(')).toBe('abbc •••');
});

test('a file that is not there is not the business of this', () => {
  const hide = hideValues(request({ secrets: [{ id: 'key', from: { file: path.join(directory, 'none') } }] }), {});
  expect(hide('as it is')).toBe('as it is');
});

test('values are given in the environment, not in flags that everybody sees', () => {
  const given = request({
    arguments: new Map([
      ['TOKEN', 's3cr3t!'],
      ['FROM_OUTSIDE', undefined],
    ]),
  });
  expect(argumentFlags(given)).toEqual({
    flags: ['--build-arg', 'TOKEN', '--build-arg', 'FROM_OUTSIDE'],
    variables: { TOKEN: 's3cr3t!' },
  });
});

test.each(['PATH', 'DOCKER_HOST', 'LD_PRELOAD', 'BUILDAH_ISOLATION', 'TAKEN'])(
  'an argument named %s does not change the client',
  (name) => {
    const secrets = [{ id: 's', from: { environment: 'TAKEN' } }];
    const { flags, variables } = argumentFlags(request({ arguments: new Map([[name, 'value']]), secrets }));
    expect(flags).toEqual(['--build-arg', `${name}=value`]);
    expect(variables).toEqual({});
  },
);

test('secrets are fields of a line of CSV', () => {
  const secrets = [
    { id: 'a', from: { file: '/with,comma "and" quote' } },
    { id: 'b', from: { environment: 'TOKEN' } },
  ];
  expect(secretFlags(request({ secrets }))).toEqual([
    '--secret',
    'id=a,"src=/with,comma ""and"" quote"',
    '--secret',
    'id=b,env=TOKEN',
  ]);
});

test('what no program can be given is refused', () => {
  expect(() => argumentFlags(request({ arguments: new Map([['A', 'a\0b']]) }))).toThrow(/no build argument/);
});
