import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { command } from '../../src/cli/commands/fix.ts';
import { runCommand } from './run-command.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'plimsoll secrets '));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const value = 'tide-and-anchor-41';

function pod(name: string, image = 'postgres:17', namespace = 'shop'): string {
  return `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
  containers:
    - name: ${name}
      image: ${image}
      env:
        - name: POSTGRES_PASSWORD
          value: ${value}
`;
}

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    writeFileSync(path.join(directory, name), content);
  }
}
const read = (name: string) => readFileSync(path.join(directory, name), 'utf8');
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
    cwd: directory,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe'],
  });
function commit(): void {
  git('init', '-q');
  git('add', '--all', '--force');
  git('commit', '-q', '--message', 'x');
}
const fix = (...args: string[]) =>
  runCommand(command, directory, ['--review', '--rule', 'secrets/plain-env-secret', ...args]);

describe('a secret that is moved out of a manifest', () => {
  test('is in a file that git ignores and nobody else reads, and in no other', async () => {
    write({ 'k8s/db.yaml': pod('db'), 'k8s/.gitignore': '!*.yaml', '.gitignore': '*.yaml\n' });
    commit();
    expect((await fix('--write')).code).toBe(0);
    expect(read('k8s/db-secret.local.yaml')).toContain(`POSTGRES_PASSWORD: "${value}"`);
    expect(statSync(path.join(directory, 'k8s/db-secret.local.yaml')).mode & 0o077).toBe(0);
    git('check-ignore', '--quiet', 'k8s/db-secret.local.yaml');
    git('add', '--all');
    expect(git('diff', '--cached', '--name-only').trim().split('\n')).toEqual([
      'k8s/.gitignore',
      'k8s/db-secret.yaml.template',
      'k8s/db.yaml',
    ]);
    expect(git('diff', '--cached').replace(/^-.*$/gm, '')).not.toContain(value);
    expect((await fix('--write')).stdout).toContain('nothing was written');
  });

  test('has a line in one .gitignore for all workloads', async () => {
    write({ 'a.yaml': pod('a'), 'b/b.yaml': pod('b') });
    commit();
    expect((await fix('--write')).stdout).toContain('2 fixes');
    expect(read('.gitignore')).toBe('# Secrets with their values\n*-secret.local.yaml\n');
    expect(git('status', '--short', '--untracked-files=all')).not.toContain('.local.yaml');
  });

  test.each(['--json', '--color=always', '--diff'])('is shown by no output: %s', async (flag) => {
    write({ 'db.yaml': pod('db') });
    const { stdout, stderr } = await fix(flag);
    expect(stdout + stderr).not.toContain(value);
    if (flag === '--diff') expect(stderr).toContain('not in the patch');
  });

  test('becomes a file for an image that reads files', async () => {
    write({ 'db.yaml': pod('db') });
    expect((await fix('--write', '--secrets-as', 'files')).code).toBe(0);
    expect(read('db.yaml')).toContain('name: POSTGRES_PASSWORD_FILE');
    expect(read('db.yaml')).toContain('secretName: db-secret');
    expect(read('db-secret.local.yaml')).toContain(value);
  });

  test('asks whether an image that is not known reads files', async () => {
    write({ 'db.yaml': pod('db', 'example.com/db:2') });
    const { stdout } = await fix('--json', '--secrets-as', 'files');
    expect(stdout).toContain('Does the program in example.com/db:2 read POSTGRES_PASSWORD_FILE?');
  });
});

const compose = `services:
  db:
    image: postgres:17
    environment:
      - "POSTGRES_PASSWORD=tide and $$anchor"
      - PORT=5432
`;

describe('a secret that is moved out of a Compose file', () => {
  test('is in a file that git ignores and Compose reads, as the container had it', async () => {
    write({ 'compose.yaml': compose, '.gitignore': '*.log' });
    commit();
    expect((await fix('--write')).code).toBe(0);
    expect(read('db.local.env')).toContain("\nPOSTGRES_PASSWORD='tide and $anchor'\n");
    expect(statSync(path.join(directory, 'db.local.env')).mode & 0o077).toBe(0);
    git('check-ignore', '--quiet', 'db.local.env');
    expect(read('compose.yaml')).toBe(
      'services:\n  db:\n    image: postgres:17\n    env_file:\n      - db.local.env\n    environment:\n      - PORT=5432\n',
    );
    expect((await fix('--write')).stdout).toContain('nothing was written');
  });

  test('is in no image, however the context is built', async () => {
    write({
      'compose.yaml': compose.replace('image: postgres:17', 'build: .'),
      Dockerfile: 'FROM postgres:17\nCOPY . /docker-entrypoint-initdb.d/\n',
    });
    commit();
    expect((await fix('--write')).code).toBe(0);
    const ignored = read('.dockerignore').split('\n');
    expect(ignored).toContain('.git');
    expect(ignored).toContain('**/*.local.env');
  });

  test('has a file of its own where another Compose file has a service of that name', async () => {
    const quick = compose.replace('tide and $$anchor', 'rope-and-sail-17');
    write({ 'docker-compose-quick.yml': quick, 'docker-compose.yml': compose, 'test/docker-compose.yml': quick });
    commit();
    expect((await fix('--write')).code).toBe(0);
    const files = ['docker-compose-quick.yml', 'docker-compose.yml', 'test/docker-compose.yml'].map((name) => {
      const [, file = ''] = /env_file:\n {6}- (.*)\n/.exec(read(name)) ?? [];
      expect(read(name)).not.toContain('POSTGRES_PASSWORD');
      return path.posix.join(path.posix.dirname(name), file);
    });
    const [first = '', second = '', third = ''] = files;
    expect(third).toBe('test/db.local.env');
    expect([first, second]).toContain('db.local.env');
    expect(read(first)).toContain('\nPOSTGRES_PASSWORD=rope-and-sail-17\n');
    expect(read(second)).toContain("\nPOSTGRES_PASSWORD='tide and $anchor'\n");
    const own = first === 'db.local.env' ? second : first;
    expect(read(own)).toMatch(/^# Variables of the service db of docker-compose\S*\.yml\./);
    for (const file of files) git('check-ignore', '--quiet', file);
    expect((await fix('--write')).stdout).toContain('nothing was written');
  });

  test('stays where its new file is there already, and nobody else has it', async () => {
    write({ 'compose.yaml': compose, 'db.local.env': 'A=1\n' });
    commit();
    expect((await fix('--write')).stdout).toContain('nothing was written');
  });
});

/** Of all that a value can be, what is hardest to hide. */
const hard = `apiVersion: v1
kind: ConfigMap
metadata: { name: shop }
data:
  DB_PASSWORD: correct horse battery # staple
  SIGNING_PRIVATE_KEY: |
    Kj8sd0QvT2nW5xYb9
    Zq4mLr7pXc1vB6nM3
  settings: DB_LOGIN_PASSWORD=orange-lantern-7
  app.properties: |
    level=3
    login.password=purple-lantern-7
---
apiVersion: v1
kind: Pod
metadata: { name: web }
spec:
  containers:
    - name: web
      image: example.com/web:1
      envFrom: [{ configMapRef: { name: shop } }]
      env:
        - name: ADMIN_PASSWORD
          value: "tide and
            anchor $$$$ 41"
        - name: TOKEN
          value: x
`;

describe('values with white space, line breaks and dollars', () => {
  test.each(['--json', '--color=always', '--diff'])('are shown by no output: %s', async (flag) => {
    write({ 'web.yaml': hard, 'compose.yaml': compose });
    const { stdout, stderr } = await fix(flag);
    expect(stdout + stderr).not.toMatch(/correct|horse|battery|Kj8|Zq4|tide|anchor|lantern/);
  });

  test('are in the Secret as the container had them', async () => {
    write({ 'web.yaml': hard });
    expect((await fix('--write')).code).toBe(0);
    expect(read('web-secret.local.yaml')).toContain('ADMIN_PASSWORD: "tide and anchor $$ 41"\n');
    expect(read('shop-secret.local.yaml')).toContain(
      'DB_PASSWORD: "correct horse battery"\n  SIGNING_PRIVATE_KEY: "Kj8sd0QvT2nW5xYb9\\nZq4mLr7pXc1vB6nM3\\n"\n',
    );
    expect(read('web.yaml')).toContain('envFrom: [{ configMapRef: { name: shop } }, {secretRef: {name: shop-secret}}]');
    expect((await fix('--write')).stdout).toContain('nothing was written');
  });
});

describe('nothing is written', () => {
  test('where git tracks the name that the Secret would get', async () => {
    write({ 'db.yaml': pod('db'), 'db-secret.local.yaml': '' });
    commit();
    rmSync(path.join(directory, 'db-secret.local.yaml'));
    const { code, stderr } = await fix('--write');
    expect(code).toBe(2);
    expect(stderr).toContain('git tracks db-secret.local.yaml');
    expect(read('db.yaml')).toBe(pod('db'));
    expect(existsSync(path.join(directory, 'db-secret.local.yaml'))).toBe(false);
  });

  test('of any secret where .gitignore may not be written', async () => {
    write({ 'a.yaml': pod('a'), 'b/b.yaml': pod('b'), '.gitignore': '*.log\n' });
    commit();
    write({ '.gitignore': '*.log\n*.tmp\n' });
    const { code } = await fix('--write');
    expect(code).toBe(2);
    for (const file of ['a-secret.local.yaml', 'b/b-secret.local.yaml'])
      expect(existsSync(path.join(directory, file))).toBe(false);
    expect(read('b/b.yaml')).toBe(pod('b'));
  });

  test('over a file that is there', async () => {
    write({ 'db.yaml': pod('db'), 'db-secret.local.yaml': 'mine\n', '.gitignore': '*.local.yaml\n' });
    expect((await fix('--write')).code).toBe(0);
    expect(read('db-secret.local.yaml')).toBe('mine\n');
    expect(read('db-env-secret.local.yaml')).toContain(value);
    expect(read('.gitignore')).toBe('*.local.yaml\n');
  });
});
