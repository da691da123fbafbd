import { execFileSync } from 'node:child_process';
import {
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
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { detectApplications } from '../../src/init/detect.ts';
import { detectors } from '../../src/init/detectors.ts';
import { patchOf } from '../../src/init/diff.ts';
import { type FileChange, plannedFiles } from '../../src/init/files.ts';
import { openRepository } from '../../src/init/repository.ts';
import { repositoryRoot } from '../../src/init/root.ts';
import { writeFiles } from '../../src/init/write.ts';
import { addToDependabot } from '../../src/init/writers/dependabot.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'plimsoll-init-files-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  }
}

function changes(force = false): FileChange[] {
  const repository = openRepository(root);
  const existing = { dockerfiles: [], manifests: false };
  const { plans } = detectApplications(repository, {
    detectors,
    choices: {},
    today: '2026-11-26',
    within: '',
    existing,
  });
  return plannedFiles(repository, plans, { force, manifests: true });
}

const application = {
  'go.mod': 'module example.com/orders\n\ngo 1.26\n',
  'main.go': 'package main\n\nfunc main() {\n\tkey := os.Getenv("API_KEY")\n\thttp.ListenAndServe(":8080", nil)\n}\n',
};

const text = (file: string) => readFileSync(path.join(root, file), 'utf8');

describe('files that exist', () => {
  test('are kept', () => {
    put({ ...application, Dockerfile: 'FROM scratch\n', 'k8s/service.yaml': 'mine\n' });
    writeFiles(root, changes());
    expect(text('Dockerfile')).toBe('FROM scratch\n');
    expect(text('k8s/service.yaml')).toBe('mine\n');
    expect(text('k8s/deployment.yaml')).toContain('kind: Deployment');
  });

  test('are replaced with --force, and keep their mode', () => {
    put({ ...application, Dockerfile: 'FROM scratch\n' });
    execFileSync('chmod', ['640', path.join(root, 'Dockerfile')]);
    writeFiles(root, changes(true));
    expect(text('Dockerfile')).toContain('FROM golang:');
    expect(statSync(path.join(root, 'Dockerfile')).mode & 0o777).toBe(0o640);
  });

  test('are not overwritten when they appear between plan and writing, and what was written before is taken away', () => {
    put(application);
    const planned = changes();
    put({ 'k8s/deployment.yaml': 'mine\n' });
    expect(() => writeFiles(root, planned)).toThrow('this file cannot be written');
    expect(text('k8s/deployment.yaml')).toBe('mine\n');
    expect(readdirSync(root).sort()).toEqual(['go.mod', 'k8s', 'main.go']);
  });

  test('are not written through a symbolic link', () => {
    const elsewhere = mkdtempSync(path.join(tmpdir(), 'plimsoll-init-elsewhere-'));
    put(application);
    symlinkSync(elsewhere, path.join(root, 'k8s'));
    expect(() => writeFiles(root, changes())).toThrow('symbolic link');
    expect(readdirSync(elsewhere)).toEqual([]);
    rmSync(elsewhere, { recursive: true });
  });
});

describe('.gitignore', () => {
  test.each([
    ['gets a line for the filled-in Secret', 'bin/\n', 'bin/\n\n# Secrets with their values\n/k8s/secret.yaml\n'],
    ['keeps its line ends', 'bin/\r\n', 'bin/\r\n\r\n# Secrets with their values\r\n/k8s/secret.yaml\r\n'],
    ['gets a last line that is whole', 'bin/', 'bin/\n\n# Secrets with their values\n/k8s/secret.yaml\n'],
    ['is left alone when it covers the Secret', 'secret.yaml\n', 'secret.yaml\n'],
  ])('%s', (_, before, after) => {
    put({ ...application, '.gitignore': before });
    writeFiles(root, changes());
    expect(text('.gitignore')).toBe(after);
  });
});

describe('the patch', () => {
  test.each([
    ['of new files', undefined],
    ['of a longer file', 'bin/\nlog/\n'],
    ['of a file without an end of line', 'bin/'],
  ])('%s is what git apply writes', (_, gitignore) => {
    put({ ...application, ...(gitignore !== undefined && { '.gitignore': gitignore }) });
    const planned = changes();
    execFileSync('git', ['init', '--quiet'], { cwd: root });
    execFileSync('git', ['apply'], { cwd: root, input: patchOf(planned) });
    for (const change of planned) expect(text(change.path)).toBe(change.text);
  });
});

describe('Dependabot', () => {
  test('is told of base images where there are pipelines', () => {
    put({ ...application, '.github/workflows/test.yml': 'on: push\n' });
    writeFiles(root, changes());
    expect(text('.github/dependabot.yml')).toContain('package-ecosystem: docker\n    directory: /\n');
  });

  test('is told of them beside what it knows, in its own indentation', () => {
    const before = 'version: 2\nupdates:\n- package-ecosystem: npm\n  directory: /\n';
    expect(addToDependabot(before, [''])).toContain('\n- package-ecosystem: docker\n  directory: /\n');
  });

  test('is left alone where other keys follow', () => {
    expect(addToDependabot('updates:\n  - package-ecosystem: npm\nversion: 2\n', [''])).toBeUndefined();
  });
});

test('a Dockerfile that is there says where its program listens and as whom it runs, and stays', () => {
  put({ ...application, Dockerfile: 'FROM scratch\n' });
  const repository = openRepository(root);
  const existing = { dockerfiles: [{ path: 'Dockerfile', context: '', port: 9000, user: 1234 }], manifests: false };
  const options = { detectors, choices: {}, today: '2026-11-26', within: '', existing };
  const { plans } = detectApplications(repository, options);
  const planned = plannedFiles(repository, plans, { force: false, manifests: true });
  expect(planned.map(({ path: file }) => file)).not.toContain('Dockerfile');
  expect(planned.map(({ path: file }) => file)).not.toContain('.dockerignore');
  const deployment = planned.find(({ path: file }) => file === 'k8s/deployment.yaml')?.text;
  expect(deployment).toContain('containerPort: 9000');
  expect(deployment).toContain('runAsUser: 1234');
});

test('a member of a workspace is built from the root of the workspace', () => {
  put({
    'package.json': '{"workspaces":["packages/*"]}',
    'package-lock.json': '{}',
    'packages/api/package.json': '{}',
  });
  expect(repositoryRoot(path.join(root, 'packages/api'))).toEqual({ root, within: 'packages/api' });
  expect(repositoryRoot(root)).toEqual({ root, within: '' });
});

test('what git ignores is not there', () => {
  put({ ...application, '.gitignore': 'web/\n', 'web/index.html': 'x' });
  expect(openRepository(root).files).not.toContain('web/index.html');
});

test('what git tracks is there, also where a line of .gitignore that is meant for the program covers its directory', () => {
  put({
    'go.mod': application['go.mod'],
    'cmd/orders/main.go': application['main.go'],
    'cmd/orders/local.txt': 'mine',
    '.gitignore': 'orders\n',
  });
  expect(openRepository(root).files).toEqual(['.gitignore', 'go.mod']);
  execFileSync('git', ['init', '--quiet'], { cwd: root });
  execFileSync('git', ['add', '--force', 'cmd/orders/main.go'], { cwd: root });
  expect(openRepository(root).files).toEqual(['.gitignore', 'cmd/orders/main.go', 'go.mod']);
});

test('addresses and paths of a developer’s machine are named as such, or left to the person', () => {
  put({
    'package.json': '{"scripts":{"start":"node server.js"},"dependencies":{"express":"^5.0.0"}}',
    'package-lock.json': '{}',
    'server.js': `const host = process.env.DB_HOST || 'localhost';
const file = process.env.SETTINGS_PATH;
const size = process.env.PAGE_SIZE;
require('express')().listen(3000);
`,
    '.env.example': 'SETTINGS_PATH=/etc/shop/settings.yml\nPAGE_SIZE=20\n',
  });
  const configuration = changes()
    .find(({ path: file }) => file === 'k8s/configmap.yaml')
    ?.text.split('\n');
  expect(configuration?.slice(-8)).toEqual([
    'data:',
    '  # Its default: server.js:1. That is the pod itself: name the service that is meant.',
    '  DB_HOST: "localhost"',
    '  # Its default: .env.example:2',
    '  PAGE_SIZE: "20"',
    '  # Optional: server.js:2',
    '  # SETTINGS_PATH: ""',
    '',
  ]);
});

test('a variable with a default in one place alone is not set: elsewhere the program asks whether it is', () => {
  put({
    'package.json': '{"scripts":{"start":"node server.js"},"dependencies":{"express":"^5.0.0"}}',
    'package-lock.json': '{}',
    'settings.js': 'if (process.env.SETTINGS) check(process.env.SETTINGS);\n',
    'server.js': `const file = process.env.SETTINGS || 'settings.json';
const size = process.env.PAGE_SIZE || '20';
require('express')().listen(3000);
`,
  });
  const configuration = changes().find(({ path: file }) => file === 'k8s/configmap.yaml')?.text;
  expect(configuration).toContain('  PAGE_SIZE: "20"\n');
  expect(configuration).toContain('  # SETTINGS: ""\n');
});

describe('a program that keeps its data in files', () => {
  const keeping = {
    'requirements.txt': 'flask==3.1.0\n',
    'shop.py': `from flask import Flask

app = Flask(__name__)
app.config['SQLALCHEMY_DATABASE_URI'] = 'sqlite:///shop.db'
`,
  };
  const manifest = (name: string) => changes().find(({ path: file }) => file === `k8s/${name}.yaml`)?.text;

  test('has one pod, with a volume that outlives it', () => {
    put(keeping);
    expect(manifest('hpa')).toBeUndefined();
    expect(manifest('pdb')).toBeUndefined();
    const deployment = manifest('deployment') ?? '';
    expect(deployment).toContain('  replicas: 1\n');
    expect(deployment).toContain('    type: Recreate\n');
    expect(deployment).toContain('mountPath: /app/instance\n              subPath: app-instance\n');
    expect(deployment).toMatch(/persistentVolumeClaim:\n {12}claimName: (\S+)-data\n$/);
    expect(manifest('volume')).toContain('kind: PersistentVolumeClaim\n');
  });

  test('is known by the default of the variable that names the place', () => {
    put({
      'package.json': '{"scripts":{"start":"node server.js"},"dependencies":{"express":"^5.0.0"}}',
      'package-lock.json': '{}',
      'knexfile.js': "process.env.JWT_SECRET = 'for the tool';\n",
      'server.js': `const env = cleanEnv(process.env, { DB_FILENAME: str({ default: 'db/data' }), JWT_SECRET: str() });
require('express')().listen(3000);
`,
    });
    expect(manifest('deployment')).toContain(
      '# where DB_FILENAME points: server.js:1\n            - name: kept-data\n              mountPath: /app/db\n',
    );
    expect(changes().find(({ path: file }) => file === 'k8s/secret.yaml.template')?.text).toContain(
      '  # Required: server.js:1\n  JWT_SECRET: ""\n',
    );
  });

  test('is scaled where a variable names the database, and asks', () => {
    const text = keeping['shop.py'].replace("= 'sqlite", "= os.environ.get('DATABASE_URL') or 'sqlite");
    put({ ...keeping, 'shop.py': text });
    expect(manifest('hpa')).toContain('minReplicas: 2');
    expect(manifest('volume')).toBeUndefined();
    const dockerfile = changes()
      .find(({ path: file }) => file === 'Dockerfile')
      ?.text.replaceAll('\n# ', ' ');
    expect(dockerfile).toContain('goes with its pod, and each pod has its own');
  });
});

test.each([
  [
    'Maven',
    'pom.xml',
    '<project><parent><version>4.1.0</version></parent><artifactId>shop</artifactId><version>2.3.1</version><build><plugins><plugin><artifactId>spring-boot-maven-plugin</artifactId><version>9</version></plugin></plugins></build></project>',
  ],
  ['Gradle', 'build.gradle', "plugins {\n  id 'org.springframework.boot' version '3.5.0'\n}\nversion = '2.3.1'\n"],
])('the image of a %s project has the version of the project', (_, file, build) => {
  put({ [file]: build, 'src/main/java/shop/Main.java': 'package shop;\n' });
  const deployment = changes().find(({ path: each }) => each === 'k8s/deployment.yaml')?.text;
  expect(deployment).toMatch(/image: \S+:2\.3\.1\n/);
});
