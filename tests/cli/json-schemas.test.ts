import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, test } from 'vitest';
import { command as init } from '../../src/cli/commands/init.ts';
import { isJsonObject } from '../../src/core/json-object.ts';
import { mostFields } from '../../src/observe/log-check/fields.ts';
import { applications } from '../init/applications.ts';
import { mirror } from '../vulnerabilities/exports.ts';
import { runCommand } from './run-command.ts';

const root = path.join(import.meta.dirname, '../..');
const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-schemas-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

type Name = 'db-status' | 'db-update' | 'init' | 'logs' | 'observe' | 'rules';

const ajv = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true, strictRequired: false });
const schemas = new Map<Name, ValidateFunction>();
function validator(name: Name): ValidateFunction {
  const known = schemas.get(name);
  if (known) return known;
  const validate = ajv.compile(JSON.parse(readFileSync(path.join(root, `schemas/${name}.schema.json`), 'utf8')));
  schemas.set(name, validate);
  return validate;
}

/** What the built command prints. An `init` that could not decide something ends with 2, and prints what it knows. */
function printed(cwd: string, args: readonly string[], input: string | Buffer = '') {
  const run = spawnSync(process.execPath, [path.join(root, 'dist/cli/main.js'), ...args, '--json'], { cwd, input });
  expect([0, 1, args[0] === 'init' ? 2 : 0], run.stderr.toString()).toContain(run.status);
  return JSON.parse(run.stdout.toString());
}

/** A copy of the value for each object in it, with a field more in that one. Names of fields of `maps` are anybody's. */
function* withOneMore(value: unknown, maps: readonly string[]): Generator<unknown> {
  if (Array.isArray(value))
    for (const [index, each] of value.entries())
      for (const copy of withOneMore(each, maps)) yield value.with(index, copy);
  if (!isJsonObject(value)) return;
  yield { ...value, more: 1 };
  for (const [key, each] of Object.entries(value))
    if (!maps.includes(key)) for (const copy of withOneMore(each, maps)) yield { ...value, [key]: copy };
}

/** `variables` of a stage's step are a map, those of an application are not: stages are left out with what is in them. */
const maps = ['environment', 'options', 'podLabels', 'selector', 'stages'];

/** It is what the schema says, and nothing in it could be left out at the top, or be more anywhere. */
function expectSchema(name: Name, value: unknown): void {
  const validate = validator(name);
  expect(validate(value), JSON.stringify(validate.errors?.slice(0, 5))).toBe(true);
  expect(value).toMatchObject({ format: `plimsoll-${name}`, version: 1 });
  if (!isJsonObject(value)) throw new Error(`${name} prints no object`);
  for (const key of Object.keys(value)) {
    const { [key]: _, ...rest } = value;
    expect(validate(rest), `without ${key}`).toBe(false);
  }
  for (const more of withOneMore(value, maps)) if (validate(more)) expect(more).toBe('refused');
}

function put(directory: string, files: Readonly<Record<string, string | Buffer>>): string {
  const top = path.join(scratch, directory);
  mkdirSync(top, { recursive: true });
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(top, file)), { recursive: true });
    writeFileSync(path.join(top, file), text);
  }
  return top;
}

/** What a terminal would take for a command, and what an object would take for its prototype. */
const odd = '\u001b[2J\u0007__proto__ «\u202e»';

describe('plimsoll rules --json', () => {
  test.each([[[]], [['--area', 'cache']], [['DL3007']]])('%j prints what its schema says', (args) => {
    expectSchema('rules', printed(scratch, ['rules', ...args]));
  });
});

describe('plimsoll db --json', () => {
  const exports = put('exports', Object.fromEntries(mirror()));
  test.each([
    ['all', []],
    ['one ecosystem', ['--ecosystem', 'npm']],
    [`a directory ${odd}`.replace('/', ''), []],
  ])('%s: what its schemas say', (name, more) => {
    const directory = ['--directory', path.join(scratch, `store ${name}`)];
    const update = () => printed(scratch, ['db', 'update', '--from', exports, ...more, ...directory]);
    expectSchema('db-update', update());
    expectSchema('db-update', update());
    const shown = printed(scratch, ['db', 'status', '--verify', ...directory]);
    expectSchema('db-status', shown);
    expect(shown.sources.some((source: { asOf: unknown }) => source.asOf === null)).toBe(true);
    expectSchema('db-status', printed(scratch, ['db', 'status', '--max-age', '0.0001', ...directory]));
  });

  test('a store with nothing in it', () => {
    const empty = put('empty-exports', { 'npm/all.zip': mirror().get('npm/all.zip') ?? '' });
    const directory = ['--directory', path.join(scratch, 'empty store')];
    expectSchema('db-update', printed(scratch, ['db', 'update', '--from', empty, '--ecosystem', 'npm', ...directory]));
    expectSchema('db-status', printed(scratch, ['db', 'status', ...directory]));
  });
});

describe('plimsoll logs check --json', () => {
  const json = (line: object) => `${JSON.stringify({ time: '2026-11-27T10:00:00Z', level: 'info', ...line })}\n`;
  const times = ['2026-11-27T10:00:00', '2026-11-27 10:00:00', 1764237600, 1764237600123, '1764237600123456', 'now'];
  const fields = Object.fromEntries(Array.from({ length: mostFields + 1 }, (_, index) => [`f${index}`, index]));
  test.each<[what: string, log: string | Buffer]>([
    ['nothing', ''],
    ['empty lines', '\n\n\r\n'],
    ['a clean log', json({ msg: 'served', trace_id: 'abc' })],
    ['the frame of CRI', '2026-11-27T10:00:00Z stdout P ab\n2026-11-27T10:00:00Z stdout F c\n'],
    ['the frame of Docker', `${JSON.stringify({ log: 'a\n', stream: 'stdout', time: '2026-11-27T10:00:00Z' })}\n`],
    ['times of all forms', times.map((time) => json({ time, msg: 'a' })).join('')],
    ['an access log', '1.2.3.4 - - [27/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 1\n'],
    ['klog and logfmt', 'I1127 10:00:00.000000       1 main.go:1] up\nlevel=info msg=up ts=1\n'],
    ['a trace', 'java.lang.IllegalStateException: no\n\tat a.B.c(B.java:1)\n\tat a.B.d(B.java:2)\n'],
    ['JSON over lines, and cut', '{\n  "a": 1\n}\n{"a": tru\nlog: {"a":1}\n'],
    ['types that change', [1, 'a', {}, [], null, true].map((x) => json({ x, 'y.z': x })).join('')],
    ['more fields than are counted', json(fields)],
    [
      'deep, long, doubled, large',
      `${'{"a":'.repeat(60)}1${'}'.repeat(60)}\n{"a":1,"a":9007199254740993}\n${'x'.repeat(20_000)}\n`,
    ],
    ['names of all kinds', `${json({ [odd]: 1, '': 2, constructor: 3, '.a': 4, msg: odd })}{"__proto__":{"more":1}}\n`],
    ['a secret', json({ password: 'hunter2hunter2', msg: 'AKIAQWERTYUIOPASDFGH' })],
    ['no text', Buffer.from([0, 255, 10, 0x1b, 0x5b, 0x33, 0x31, 0x6d, 65, 10])],
  ])('%s: what its schema says', (_, log) => {
    expectSchema('logs', printed(scratch, ['logs', 'check'], log));
  });

  test('the kinds are those of docs/logs.md', () => {
    const { properties } = JSON.parse(readFileSync(path.join(root, 'schemas/logs.schema.json'), 'utf8'));
    const page = readFileSync(path.join(root, 'docs/logs.md'), 'utf8');
    const [, table = ''] = /## What is found\n([\s\S]*?)\n## /.exec(page) ?? [];
    const named = table.split('\n').flatMap((row) => row.split('|')[1]?.match(/(?<=`)[a-z0-9-]+(?=`)/g) ?? []);
    expect(properties.findings.items.properties.kind.enum.toSorted()).toEqual(named.toSorted());
  });
});

describe('plimsoll init --json', () => {
  test.each(Object.entries(applications))('%s: what its schema says', async (name, { files }) => {
    const { stdout } = await runCommand(init, put(`init-${name}`, files), ['--dry-run', '--json']);
    expectSchema('init', JSON.parse(stdout));
  });

  test('written, again, by force, and beside what is there', () => {
    const directory = put('init-again', {});
    cpSync(path.join(root, 'examples/shop-node'), directory, {
      recursive: true,
      filter: (file) => !/\/(?:Dockerfile|deploy|compose\.yaml)$/.test(file),
    });
    put('init-again', { '.gitignore': 'node_modules\n' });
    const actions = [[], [], ['--force'], ['--no-manifests', '--dry-run']].flatMap((args) => {
      const shown = printed(directory, ['init', ...args]);
      expectSchema('init', shown);
      rmSync(path.join(directory, 'Dockerfile'), { force: true });
      put('init-again', { '.dockerignore': '# by hand\n' });
      return shown.files.map(({ action }: { action: string }) => action);
    });
    expect([...new Set(actions)].sort()).toEqual(['append', 'create', 'keep', 'replace']);
  });

  test.each([
    ['EXPOSE 70000/tcp 0\nUSER 0', 3000],
    [`EXPOSE 8080\nUSER ${'1'.repeat(400)}`, 8080],
    ['USER nobody\nEXPOSE $PORT', 3000],
  ])("a Dockerfile of the project's own: %j", (lines, port) => {
    const files = {
      'package.json': JSON.stringify({ scripts: { start: 'node a.js' } }),
      'a.js': 'require("http").createServer().listen(3000)\n',
      Dockerfile: `FROM node:24\nCOPY . .\n${lines}\nCMD ["node", "a.js"]\n`,
    };
    const shown = printed(put(`init-own-${port}-${lines.length}`, files), ['init', '--dry-run']);
    expectSchema('init', shown);
    expect(shown.applications[0]).toMatchObject({ run: { port }, existing: { dockerfile: 'Dockerfile' } });
  });

  test('what is not decided, and names of all kinds', () => {
    const shown = printed(
      put('init-odd', {
        'package.json': JSON.stringify({
          name: odd,
          scripts: { start: `node ${odd}.js` },
          dependencies: { [odd]: '1' },
        }),
        [`${odd.replace('/', '')}.js`]: 'process.env.__proto__; require("http").createServer().listen(3000)\n',
        'worker/go.mod': 'module example.com/tool\n\ngo 1.25\n',
        'worker/cmd/a/main.go': 'package main\n\nfunc main() {}\n',
        'worker/cmd/b/main.go': 'package main\n\nfunc main() {}\n',
      }),
      ['init', '--dry-run'],
    );
    expectSchema('init', shown);
    expect(shown.undecided).toHaveLength(1);
  });
});

describe('plimsoll observe --json', () => {
  test('nothing to observe', () => {
    const shown = printed(put('observe-nothing', {}), ['observe', '--dry-run']);
    expectSchema('observe', shown);
    expect(shown).toMatchObject({ written: false, workloads: [], choices: { quietHours: null, memoryScaled: [] } });
  });

  test('whatever becomes of the files', () => {
    const directory = put('observe-files', {});
    cpSync(path.join(root, 'examples/shop-node'), directory, { recursive: true });
    const actions = new Set<string>();
    const observe = (...args: readonly string[]) => {
      const shown = printed(directory, ['observe', ...args]);
      expectSchema('observe', shown);
      for (const { action } of shown.files) actions.add(action);
    };
    observe(
      '--stack',
      'full',
      '--quiet-hours',
      '22:00-07:00@Europe/Berlin+weekends',
      '--scale-memory',
      'shop',
      '--keda',
    );
    observe();
    for (const file of ['observe/base/prometheus/prometheus.yml', 'observe/base/kustomization.yaml']) {
      const there = readFileSync(path.join(directory, file), 'utf8');
      writeFileSync(path.join(directory, file), `${there}# by hand\n`);
    }
    observe('--part', 'prometheus', '--stack', 'operator', '--dry-run');
    observe('--part', 'prometheus', '--stack', 'full');
    observe('--stack', 'full', '--check');
    expect([...actions].sort()).toEqual(['changed', 'create', 'kept', 'same', 'stale', 'update', 'yours']);
  });

  test('workloads of all kinds, with labels and names of all kinds', () => {
    const labels = { app: 'a', __proto: 'x', [odd]: odd, team: 'web' };
    const template = (name: string, more: object = {}) => ({
      metadata: { labels: JSON.parse(`{"__proto__":"x","app":"a"}`), annotations: { 'prometheus.io/scrape': 'true' } },
      spec: {
        containers: [
          {
            name,
            image: `registry.example/${odd}`,
            ports: [
              { containerPort: 1e9 },
              { containerPort: 'http' },
              { name: odd, containerPort: 80, protocol: 'udp' },
            ],
            resources: { requests: { cpu: '1e400', memory: '-1' }, limits: { cpu: odd, memory: '1Gi' } },
          },
        ],
        ...more,
      },
    });
    const objects = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'Pod', 'Deployment'].map(
      (kind, index) => ({
        apiVersion: kind === 'Pod' ? 'v1' : kind.endsWith('b') ? 'batch/v1' : 'apps/v1',
        kind,
        metadata: { name: index === 6 ? odd : `w${index}`, namespace: 'shop', labels },
        spec:
          kind === 'Pod'
            ? template('c').spec
            : kind === 'CronJob'
              ? { schedule: '* * * * *', jobTemplate: { spec: { template: template('c') } } }
              : { replicas: index === 0 ? -3 : 2.5, selector: { matchLabels: labels }, template: template('c') },
      }),
    );
    const text = objects.map((each) => JSON.stringify(each)).join('\n---\n');
    const shown = printed(put('observe-odd', { 'all.yaml': text }), ['observe', '--dry-run']);
    expectSchema('observe', shown);
    expect(shown.workloads.length).toBeGreaterThan(4);
    expect(shown.unnamed.length).toBeGreaterThan(0);
  });
});
