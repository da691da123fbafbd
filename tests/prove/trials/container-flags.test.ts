import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { TrialPlan } from '../../../src/prove/trial.ts';
import { containerFlags } from '../../../src/prove/trials/internal/container-flags.ts';
import { hideValues } from '../../../src/prove/trials/internal/hide-values.ts';

const plan = (more: Partial<TrialPlan>): TrialPlan => ({
  kind: 'service',
  ports: [],
  requests: [],
  commands: [],
  runs: [],
  environment: new Map(),
  command: undefined,
  arguments: undefined,
  workingDirectory: undefined,
  files: new Map(),
  security: undefined,
  startSeconds: 1,
  graceSeconds: 1,
  notes: [],
  ...more,
});

const security = (addCapabilities: readonly string[]): TrialPlan['security'] => ({
  user: undefined,
  nonRoot: false,
  readOnlyRoot: false,
  dropCapabilities: ['ALL'],
  addCapabilities,
  noNewPrivileges: false,
  writable: [],
});

test.each<[readonly string[], readonly string[], string | undefined]>([
  [['NET_BIND_SERVICE'], ['NET_BIND_SERVICE'], undefined],
  [['ALL'], [], 'It is tried without the capability ALL.'],
  [['chown', 'SYS_ADMIN', 'sys_module'], ['chown'], 'It is tried without the capabilities SYS_ADMIN and sys_module.'],
])('of the capabilities %j that a manifest asks for a trial gives %j', (asked, given, note) => {
  const { flags, notes } = containerFlags(plan({ security: security(asked) }), '/nowhere');
  expect(flags.flatMap((flag, at) => (flag === '--cap-add' ? [flags[at + 1]] : []))).toEqual(given);
  expect(notes).toEqual(note ? [note] : []);
});

test('values of variables are in no argument', () => {
  const { flags, environment } = containerFlags(
    plan({ environment: new Map([['API_TOKEN', 'hunter2hunter2']]) }),
    '/x',
  );
  expect(flags.join(' ')).not.toContain('hunter2');
  expect(environment.get('API_TOKEN')).toBe('hunter2hunter2');
});

test.each<[string, string, string, string]>([
  ['a variable with the name of a secret', 'API_TOKEN=abcdefgh', 'token abcdefgh!', 'token ***!'],
  ['the password of an address', 'DATABASE_URL=postgres://shop:hunter22@db/shop', 'as hunter22 at db', 'as *** at db'],
  ['a value with quotes, printed as JSON', 'APP_SECRET=ab"cd"efgh', '{"s":"ab\\"cd\\"efgh"}', '{"s":"***"}'],
  ['one line of several', 'TLS_KEY=first line\nsecond line', 'x second line y', 'x *** y'],
  ['what is no secret', 'GREETING=good morning', 'good morning', 'good morning'],
])('%s', (_, variable, line, shown) => {
  const [name = '', value = ''] = variable.split(/=(.*)/s);
  expect(hideValues({ environment: new Map([[name, value]]) })(line)).toBe(shown);
});

test('what comes from the environment of plimsoll is never shown, whatever it is called', () => {
  const hide = hideValues({ environment: new Map([['FOO', 'hidden']]), fromHost: new Set(['FOO']) });
  expect(hide('foo is hidden')).toBe('foo is ***');
});

test('a secret under a name that the engine’s client reads is in a file, not in its arguments', () => {
  const top = mkdtempSync(path.join(tmpdir(), 'plimsoll-flags-'));
  try {
    const environment = new Map([
      ['REGISTRY_PASSWORD', 'hunter2 hunter2'],
      ['HTTP_PROXY', 'http://proxy:1'],
    ]);
    const { flags } = containerFlags(plan({ environment }), path.join(top, 'files'));
    expect(flags.join(' ')).not.toContain('hunter2');
    expect(flags).toContain('HTTP_PROXY=http://proxy:1');
    expect(readFileSync(flags[flags.indexOf('--env-file') + 1] ?? '', 'utf8')).toBe(
      'REGISTRY_PASSWORD=hunter2 hunter2\n',
    );
  } finally {
    rmSync(top, { recursive: true, force: true });
  }
});
