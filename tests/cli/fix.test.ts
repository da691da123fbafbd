import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { command } from '../../src/cli/commands/fix.ts';
import { runCommand } from './run-command.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'plimsoll fix '));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const fixable = 'FROM debian:12\nRUN apt-get update && apt-get install -y curl\nUSER 10001\n';
const repaired =
  'FROM debian:12\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\nUSER 10001\n';
const only = ['--rule', 'layers/package-cache-left'];
const refused = 'FROM debian:12\nNONSENSE here\n';

function write(files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    writeFileSync(path.join(directory, name), content);
  }
}
const read = (name: string) => readFileSync(path.join(directory, name));
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'core.autocrlf=false', ...args], {
    cwd: directory,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe'],
  });
const fix = (args: readonly string[], more?: Parameters<typeof runCommand>[3]) =>
  runCommand(command, directory, args, more);

describe('plimsoll fix', () => {
  test('a repair of a base that an overlay could not be merged with any more is taken back', async () => {
    const container = (probes: string) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: registry.example.com/shop/web:1.4.2
          ports: [{containerPort: 8080}]
${probes}`;
    const base = container('');
    write({
      'base/kustomization.yaml': 'resources: [web.yaml]\n',
      'base/web.yaml': base,
      'staging/kustomization.yaml': 'resources: [../base]\n',
      'production/kustomization.yaml': 'resources: [../base]\npatches: [path: probes.yaml]\n',
      'production/probes.yaml': container(`          readinessProbe: {httpGet: {path: /ready, port: 8080}}
          livenessProbe: {httpGet: {path: /live, port: 8080}}
`),
    });
    const { stdout } = await fix(['--rule', 'monitoring/probes', '--review', '--write', '--allow-dirty', '--json']);
    expect(read('base/web.yaml').toString()).toBe(base);
    expect(JSON.parse(stdout)).toMatchObject({ withdrawn: [{ rule: 'monitoring/probes' }] });
    const named = await fix(['--rule', 'monitoring/probes', '--review', '--write', '--allow-dirty']);
    expect(named.stdout).toBe('nothing was written\n');
    expect(named.stderr).toMatch(/^plimsoll: base\/web\.yaml:\d+: «.+» \(monitoring\/probes\) was taken back: \S/m);
  });

  test('shows what it would do and writes nothing in a pipe', async () => {
    write({ Dockerfile: fixable });
    const { code, stdout } = await fix(only);
    expect(code).toBe(0);
    expect(stdout).toContain('+ RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*');
    expect(stdout).toContain('layers/package-cache-left');
    expect(stdout).toContain('plimsoll fix --rule layers/package-cache-left --write');
    expect(read('Dockerfile').toString()).toBe(fixable);
  });

  test('--write repairs, and a second run has nothing to do', async () => {
    write({ Dockerfile: fixable });
    expect((await fix(['--write', ...only])).code).toBe(0);
    expect(read('Dockerfile').toString()).toBe(repaired);
    const again = await fix(['--write', ...only]);
    expect(again.stdout).toBe('nothing was written\n');
    expect(readdirSync(directory)).toEqual(['Dockerfile']);
  });

  test.each([[['--diff', '--json']], [['--interactive', '--json']]])(
    '%j cannot be asked for together',
    async (flags) => {
      write({ Dockerfile: fixable });
      await expect(fix(flags, { typed: [] })).rejects.toThrow(`${flags[0]} and --json cannot be asked for together`);
    },
  );

  test('repairs every one of many files', async () => {
    const names = Array.from({ length: 40 }, (_, at) => `${at}/Dockerfile`);
    write(Object.fromEntries(names.map((name) => [name, fixable])));
    expect((await fix(['--write', ...only])).code).toBe(0);
    for (const name of names) expect(read(name).toString(), name).toBe(repaired);
  });

  test.each([
    ['something to repair', fixable, 1],
    ['nothing to repair', repaired, 0],
  ])('--check with %s', async (_, text, expected) => {
    write({ Dockerfile: text });
    expect((await fix(['--check', ...only])).code).toBe(expected);
    expect(read('Dockerfile').toString()).toBe(text);
  });

  test('standard input comes out repaired', async () => {
    expect((await fix(['-', ...only], { input: fixable })).stdout).toBe(repaired);
  });

  test.each([
    [['--check'], fixable, 1, 'layers/package-cache-left'],
    [['--check'], repaired, 0, 'nothing to repair'],
    [['--diff'], fixable, 0, 'diff --git a/Dockerfile b/Dockerfile\n--- a/Dockerfile\n+++ b/Dockerfile\n'],
    [['--diff', '--stdin-path', 'a/b.Dockerfile'], fixable, 0, '+++ b/a/b.Dockerfile\n'],
    [['--check'], refused, 2, 'Mend that first'],
    [['--diff'], refused, 2, ''],
    [['--check'], '\0\x01\0', 2, 'nothing to repair'],
    [['--diff'], '\0\x01\0', 2, ''],
    [['--json'], fixable, 0, '"plimsoll-fix-report"'],
  ] as const)('standard input with %j is judged as a file is', async (flags, input, expected, shown) => {
    const { code, stdout } = await fix(['-', ...only, ...flags], { input });
    expect(code).toBe(expected);
    expect(stdout).toContain(shown);
    if (input === repaired) expect((await fix(['-', ...only, '--diff'], { input })).stdout).toBe('');
  });

  test.each([
    [['Dockerfile'], 2],
    [['.'], 0],
    [['a.Dockerfile', 'Dockerfile'], 2],
    [['a.Dockerfile', 'Dockerfile.j2'], 0],
  ] as const)('--check of %j with a file that BuildKit refuses', async (paths, expected) => {
    write({ Dockerfile: refused, 'a.Dockerfile': repaired, 'Dockerfile.j2': 'FROM {{ base }}\nRUN true\n' });
    expect((await fix(['--check', ...paths, ...only])).code).toBe(expected);
  });

  test('what is offered next is what was asked, not all of this directory', async () => {
    write({ 'a b/Dockerfile': fixable });
    expect((await fix(['a b', ...only])).stdout).toContain(
      "plimsoll fix 'a b' --rule layers/package-cache-left --write",
    );
  });

  test.each(['--builder', '--timeout', '--no-run', '--keep-images'])(
    '%s is refused without --prove: nothing would be built',
    async (flag) => {
      write({ Dockerfile: fixable });
      const value = flag.startsWith('--no-') || flag.startsWith('--keep') ? [] : ['5'];
      await expect(fix([flag, ...value])).rejects.toThrow(`${flag} has no effect without --prove`);
    },
  );

  test('standard input with nothing to repair comes out as it is, byte for byte', async () => {
    const bytes = Buffer.from('\ufeffFROM scratch\r\n# caf\u00e9\r\nCOPY a /', 'utf8');
    expect((await fix(['-'], { input: bytes })).bytes).toEqual(bytes);
  });

  test('keeps mode, byte order mark, line ends and what links point with', async () => {
    write({ 'real/Dockerfile': `\ufeff${fixable.replaceAll('\n', '\r\n')}` });
    chmodSync(path.join(directory, 'real/Dockerfile'), 0o640);
    symlinkSync('real/Dockerfile', path.join(directory, 'Dockerfile.link'));
    expect((await fix(['--write', ...only, 'Dockerfile.link'])).code).toBe(0);
    expect(read('real/Dockerfile').toString()).toBe(`\ufeff${repaired.replaceAll('\n', '\r\n')}`);
    expect(statSync(path.join(directory, 'real/Dockerfile')).mode & 0o777).toBe(0o640);
    expect(readdirSync(directory).sort()).toEqual(['Dockerfile.link', 'real']);
  });

  test('a file that BuildKit refuses is left alone and named', async () => {
    write({ Dockerfile: `${fixable}NONSENSE here\n`, 'b.Dockerfile': fixable });
    const { stdout } = await fix(['--write', ...only]);
    expect(read('Dockerfile').toString()).toBe(`${fixable}NONSENSE here\n`);
    expect(read('b.Dockerfile').toString()).toBe(repaired);
    expect((await fix(only)).stdout).toMatch(/left alone\s+Dockerfile: BuildKit refuses this file: line 4/);
    expect(stdout).toContain('wrote b.Dockerfile');
  });

  test('a file that BuildKit refuses is named, too, when nothing in it would be repaired', async () => {
    write({ Dockerfile: 'FROM debian:12\nNONSENSE here\n' });
    const { stdout } = await fix([]);
    expect(stdout).toMatch(/left alone\s+Dockerfile: BuildKit refuses this file: line 2/);
    expect(stdout).not.toContain('left for you');
    expect((await fix(['--write'])).stderr).toContain('plimsoll: Dockerfile: BuildKit refuses this file: line 2');
  });

  test('a template is named as one, and not as a file to mend', async () => {
    write({ 'Dockerfile.template': 'FROM node:{{ env.variant }}\nRUN npm ci\n', 'b.Dockerfile': fixable });
    const { stdout } = await fix([]);
    expect(stdout).toMatch(/left alone\s+Dockerfile\.template: a template engine fills in this file first/);
    expect(stdout).not.toContain('Mend that first');
  });

  test('an ignore comment protects its instruction', async () => {
    const text = fixable.replace('RUN', '# plimsoll ignore=layers/package-cache-left\nRUN');
    write({ Dockerfile: text });
    expect((await fix(['--write', ...only])).code).toBe(0);
    expect(read('Dockerfile').toString()).toBe(text);
  });
});

describe('files that git has and has not', () => {
  test('a file with uncommitted changes is refused unless told', async () => {
    write({ Dockerfile: fixable, 'b.Dockerfile': fixable });
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'a');
    write({ Dockerfile: `# changed\n${fixable}` });
    const { code, stderr } = await fix(['--write', ...only]);
    expect(code).toBe(2);
    expect(stderr).toContain('plimsoll: Dockerfile: the file has changes that are not committed');
    expect(read('Dockerfile').toString()).toBe(`# changed\n${fixable}`);
    expect(read('b.Dockerfile').toString()).toBe(repaired);
    expect((await fix(['--write', '--allow-dirty', ...only])).code).toBe(0);
    expect(read('Dockerfile').toString()).toBe(`# changed\n${repaired}`);
  });
});

describe('a link to a file of another name', () => {
  beforeEach(() => {
    write({ 'real/file': fixable });
    symlinkSync('real/file', path.join(directory, 'Dockerfile'));
    git('init', '-q');
    git('add', '.');
    git('commit', '-qm', 'a');
  });

  test('is in the patch by the name of that file', async () => {
    const { bytes } = await fix(['--diff', ...only]);
    execFileSync('git', ['apply', '-'], { cwd: directory, input: bytes });
    expect(read('real/file').toString()).toBe(repaired);
  });

  test('is as dirty as that file', async () => {
    write({ 'real/file': `# changed\n${fixable}` });
    const { code, stderr } = await fix(['--write', ...only]);
    expect(code).toBe(2);
    expect(stderr).toContain('plimsoll: Dockerfile: the file has changes that are not committed');
    expect(read('real/file').toString()).toBe(`# changed\n${fixable}`);
  });
});

describe('--diff gives what git apply takes', () => {
  const latin1 = Buffer.concat([Buffer.from('# caf\xe9\n', 'latin1'), Buffer.from(fixable)]);
  test.each<[string, Readonly<Record<string, string | Uint8Array>>]>([
    ['a plain file', { Dockerfile: fixable }],
    ['carriage returns', { Dockerfile: fixable.replaceAll('\n', '\r\n') }],
    ['no newline at the end', { Dockerfile: fixable.slice(0, fixable.indexOf('\nUSER')) }],
    ['a byte order mark', { Dockerfile: `\ufeff${fixable}` }],
    ['another encoding', { Dockerfile: latin1 }],
    ['a blank in the path', { 'a b/Dockerfile': fixable }],
    ['letters beyond ASCII', { 'h\u00e4/\u65e5.Dockerfile': fixable }],
    ['a line end and quotes in the path', { 'a\n"b\\\t/Dockerfile': fixable }],
    [
      'two files and far apart places',
      {
        Dockerfile: `${fixable}${'# x\n'.repeat(30)}RUN apt-get update && apt-get install -y git\n`,
        'z.Dockerfile': fixable,
      },
    ],
  ])('%s', async (_, files) => {
    write(files);
    git('init', '-q');
    const { code, bytes } = await fix(['--diff', ...only]);
    expect(code).toBe(0);
    expect(bytes.length).toBeGreaterThan(0);
    writeFileSync(path.join(directory, '..', `${path.basename(directory)}.patch`), bytes);
    const patch = path.join(directory, '..', `${path.basename(directory)}.patch`);
    try {
      git('apply', patch);
    } finally {
      rmSync(patch);
    }
    const applied = Object.keys(files).map((name) => read(name));
    write(files);
    expect((await fix(['--write', '--allow-dirty', ...only])).code).toBe(0);
    expect(applied).toEqual(Object.keys(files).map((name) => read(name)));
    expect(applied).not.toEqual(Object.values(files).map((content) => Buffer.from(content)));
  });

  test('a new file', async () => {
    write({ Dockerfile: 'FROM node:20\nCOPY . .\n', '.env': 'A=1\n', 'package.json': '{}' });
    git('init', '-q');
    const { bytes } = await fix(['--diff', '--review', '--rule', 'context/missing-ignore-file']);
    expect(bytes.toString()).toContain('new file mode 100644\n--- /dev/null\n+++ b/.dockerignore\n');
    execFileSync('git', ['apply', '-'], { cwd: directory, input: bytes });
    const applied = read('.dockerignore');
    rmSync(path.join(directory, '.dockerignore'));
    await fix(['--write', '--review', '--allow-dirty', '--rule', 'context/missing-ignore-file']);
    expect(read('.dockerignore')).toEqual(applied);
  });

  test.each([
    ['before and after the change', 1],
    ['two lines away', 2],
    ['three lines away', 3],
  ])('lines around a change are left away where they hold a secret: %s', async (_, distance) => {
    const secret = (name: string) => `ENV ${name}_TOKEN=Zk3Xq9Lm2Pv8Rt5Wy1Nb\n`;
    const between = '# between\n'.repeat(distance - 1);
    const text = `FROM debian:12\n${secret('A')}${between}RUN apt-get update && apt-get install -y curl\nUSER 1\n${between}${secret('B')}`;
    write({ Dockerfile: text });
    git('init', '-q');
    const { stdout, bytes, stderr } = await fix(['--diff', ...only]);
    expect(stderr).toBe('');
    expect(stdout).not.toContain('Zk3X');
    execFileSync('git', ['apply', '-'], { cwd: directory, input: bytes });
    expect(read('Dockerfile').toString()).toBe(text.replace('curl', 'curl && rm -rf /var/lib/apt/lists/*'));
  });

  test('a switch with a telling name is no secret', async () => {
    const labels = 'app: cache';
    write({
      'deploy.yaml': [
        'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: cache\nspec:\n  selector:\n    matchLabels:',
        `      ${labels}\n  template:\n    metadata:\n      labels:\n        ${labels}\n    spec:\n      containers:`,
        '        - name: cache\n          image: redis:8.0.1\n',
      ].join('\n'),
    });
    const { stdout, stderr } = await fix(['--diff', '--review', '--rule', 'security/service-account-token']);
    expect(stdout).toContain('+      automountServiceAccountToken: false\n');
    expect(stderr).toBe('');
  });

  test('what a Dockerfile says is no command to a terminal or to what runs the pipeline', async () => {
    write({ Dockerfile: `FROM node:##vso[task.x]\x1b]0;evil\x07y\nRUN apt-get update\n` });
    const { stderr } = await fix(['--diff', ...only]);
    expect(stderr).toContain('Dockerfile: ');
    expect(stderr).not.toMatch(/##vso|[\x07\x1b]/);
  });

  test('lines with a secret are in no patch: the fix is named', async () => {
    const address = 'https://me:Zk3Xq9Lm2Pv8Rt5Wy1Nb@example.com/tool';
    write({ Dockerfile: fixable.replace('curl', `curl && curl -fsSLo /tool ${address}`) });
    const { stdout, stderr } = await fix(['--diff', ...only]);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /^plimsoll: \d+ fix(?:es are| is) not in the patch, whose lines would hold a secret: Dockerfile:\d/,
    );
    expect(stderr.match(/not in the patch/g)).toHaveLength(1);
    expect(`${(await fix(only)).stdout}`).not.toContain('Zk3Xq9Lm2Pv8Rt5Wy1Nb');
  });
});

describe('a file that cannot be read as text is named, and stays as it is', () => {
  const binary = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 1, 2, 3, 0, 0]);
  test.each([[[]], [['--diff']], [['--write', '--allow-dirty']], [['--check']]])('%j', async (action) => {
    write({ Dockerfile: binary });
    const { code, stdout, stderr } = await fix(action);
    expect(code).toBe(0);
    expect((stdout + stderr).replace(/\s+/g, ' ')).toMatch(/left alone.*the file is binary and was not read/);
    expect(read('Dockerfile')).toEqual(binary);
  });
});

describe('--json', () => {
  const schema = JSON.parse(readFileSync(new URL('../../schemas/fix-report.schema.json', import.meta.url), 'utf8'));
  test.each([
    ['something to repair', fixable],
    ['nothing', 'FROM scratch\n'],
    ['a file that is left alone', `${fixable}NONSENSE\n`],
    ['a secret', `FROM debian:12\nENV API_TOKEN=Zk3Xq9Lm2Pv8Rt5Wy1Nb\n${fixable.slice(15)}`],
  ])('%s: as the schema says', async (_, text) => {
    write({ Dockerfile: text });
    const { stdout } = await fix(['--json', '--review', '--preset', 'all']);
    const validate = new Ajv2020({ allErrors: true, strict: false }).compile(schema);
    expect(validate(JSON.parse(stdout)), JSON.stringify(validate.errors)).toBe(true);
    expect(stdout).not.toContain('Zk3Xq9Lm2Pv8Rt5Wy1Nb');
  });
});

describe('asking in a terminal', () => {
  test.each<[string, readonly string[], readonly string[], string]>([
    ['yes', ['y'], [], repaired],
    ['no', ['n'], [], fixable],
    ['an empty line', [''], [], fixable],
    ['the end of the input', [], [], fixable],
    ['one by one, accepted', ['o', 'a'], [], repaired],
    ['one by one, explained and skipped', ['o', 'e', 's'], [], fixable],
    ['--interactive, accepted', ['accept'], ['-i'], repaired],
    ['--interactive, quit', ['q'], ['-i'], fixable],
    ['--interactive, something else first', ['what', 'r'], ['-i'], repaired],
  ])('%s', async (_, typed, flags, expected) => {
    write({ Dockerfile: fixable });
    const { code } = await fix([...flags, ...only], { typed });
    expect(code).toBe(0);
    expect(read('Dockerfile').toString()).toBe(expected);
  });
});

describe('questions of fixes', () => {
  const asRoot =
    'FROM debian:12-slim\nRUN apt-get update && apt-get install -y --no-install-recommends tini\nCOPY shop /usr/local/bin/shop\nENTRYPOINT ["tini", "--"]\nCMD ["shop"]\n';

  test('are named after --review --write, each with its place, since nobody was asked them', async () => {
    write({ Dockerfile: asRoot, shop: '#!/bin/sh\n' });
    const { code, stdout } = await fix(['--write', '--review', '--rule', 'security/non-root-user']);
    expect(code).toBe(0);
    expect(read('Dockerfile').toString()).toContain('USER 10001');
    const [, questions = ''] = stdout.split('\nquestions of what was written\n');
    expect(questions).toMatch(/^ {2}Dockerfile:1: .+\n {4}\S/);
  });

  test('are counted where --review shows changes in their place', async () => {
    write({ Dockerfile: asRoot, shop: '#!/bin/sh\n' });
    const only = ['--rule', 'security/non-root-user'];
    const { stdout } = await fix([...only, '--review']);
    expect(stdout).toContain(
      '\n1 of these fixes has a question that nobody was asked yet.   plimsoll fix --rule security/non-root-user shows it\n',
    );
    expect((await fix(only)).stdout).toContain('Which files does shop write');
    for (const args of [only, [...only, '--review', '--quiet'], [...only, '--review', '--json']])
      expect((await fix(args)).stdout).not.toContain('nobody was asked');
  });

  test('are none after --write alone: what is safe has none', async () => {
    write({ Dockerfile: asRoot, shop: '#!/bin/sh\n' });
    const { stdout } = await fix(['--write']);
    expect(stdout).toContain('1 fix in 1 file');
    expect(stdout).not.toContain('questions of what was written');
  });

  test('name the program that an init starts, not the init', async () => {
    write({ Dockerfile: asRoot, shop: '#!/bin/sh\n' });
    const { stdout } = await fix(['--rule', 'security/non-root-user']);
    expect(stdout).toContain('Which files does shop write');
  });

  test.each([
    ['--rule', ['--rule', 'layers/package-cache-left'], false],
    ['no rule', [], true],
    ['the rule itself', ['--rule', 'security/*'], true],
  ])('of other rules are not shown: %s', async (_, flags, shown) => {
    write({ Dockerfile: asRoot, shop: '#!/bin/sh\n' });
    const { stdout } = await fix(flags);
    expect(stdout.includes('security/non-root-user')).toBe(shown);
    expect(stdout.includes('Which files does')).toBe(shown);
  });
});
