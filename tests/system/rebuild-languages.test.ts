import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isJsonObject, jsonObjectOf } from '../../src/core/json-object.ts';
import { normalPythonName, readRequirement } from '../../src/ecosystems/pip/requirement.ts';
import { fetchSource } from '../../src/maintain/rebuild/fetch-source.ts';
import { npmDependencies, npmTree } from '../../src/maintain/rebuild/npm-tree.ts';
import { pipTree } from '../../src/maintain/rebuild/pip-tree.ts';
import { noteRebuild } from './told-and-done.ts';

/* What is told of installs without a lock file, against the real npm and pip, both of the same minute. Needs their registries: `npm run test:rebuild`. */

const scratch = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-languages-'));
const ask = fetchSource({ fetch, timeoutSeconds: 120 });
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function run(program: string, args: readonly string[], cwd: string): string {
  const { PIP_FIND_LINKS: _, ...environment } = process.env;
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: environment,
  });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
  return stdout;
}

describe('npm without a lock file', () => {
  it.each([
    { express: '^4' },
    { react: '^18', 'react-dom': '^18', next: '^14' },
    { webpack: '^5', 'webpack-cli': '^5' },
    { jest: '^29' },
    { eslint: '^8', 'eslint-plugin-react': '^7' },
    { fastify: '^4', pino: '^8', undici: '^5' },
    { vite: '^5', vue: '^3', '@vitejs/plugin-vue': '^5' },
    { typescript: '5.4.x', '@nestjs/core': '^10', '@nestjs/common': '^10', rxjs: '^7' },
  ])(
    '%j',
    async (dependencies) => {
      const folder = mkdtempSync(path.join(scratch, 'npm-'));
      const text = JSON.stringify({ name: 'x', version: '1.0.0', dependencies });
      writeFileSync(path.join(folder, 'package.json'), text);
      run('npm', ['install', '--package-lock-only', '--ignore-scripts', '--silent', '--os=linux', '--cpu=x64'], folder);
      const lock = jsonObjectOf(JSON.parse(readFileSync(path.join(folder, 'package-lock.json'), 'utf8')));
      const real = Object.entries(jsonObjectOf(lock.packages)).flatMap(([at, value]) => {
        const { version, name, optional, os: systems, cpu, libc } = jsonObjectOf(value);
        const fits = [
          [systems, 'linux'],
          [cpu, 'x64'],
          [libc, 'glibc'],
        ].every(([list, own]) => !Array.isArray(list) || list.includes(own));
        if (at === '' || (optional === true && !fits)) return [];
        return [`${typeof name === 'string' ? name : at.replace(/^.*node_modules\//, '')}@${version}`];
      });
      const begun = performance.now();
      const question = npmDependencies(text, true);
      const tree = question && (await npmTree({ ...question, os: 'linux', cpu: 'x64' }, ask));
      const seconds = (performance.now() - begun) / 1000;
      const told = (tree?.packages ?? []).map(({ name, version }) => `${name}@${version}`);
      noteRebuild({
        tool: 'npm 11',
        scenario: JSON.stringify(dependencies),
        told: told.sort(),
        done: real.sort(),
        seconds,
      });
      expect(tree?.unknown).toBeUndefined();
      expect(told).toEqual(real);
    },
    120_000,
  );
});

describe('pip without a lock file', () => {
  it.each([
    [['flask>=2,<3', 'requests==2.31.0']],
    [['django~=4.2', 'psycopg2-binary', 'gunicorn']],
    [['fastapi', 'uvicorn[standard]', 'pydantic>=2']],
    [['pandas>=2,<2.3', 'numpy<2']],
    [['celery[redis]>=5.3']],
    [['boto3', 'urllib3<2']],
  ])(
    '%j',
    async (requirements) => {
      const args = [
        '-m',
        'pip',
        'install',
        '--dry-run',
        '--ignore-installed',
        '--quiet',
        '--report',
        '-',
        ...requirements,
      ];
      const report = jsonObjectOf(JSON.parse(run('python3', args, scratch)));
      const real = (Array.isArray(report.install) ? report.install : []).map((each) => {
        const { name, version } = jsonObjectOf(jsonObjectOf(each).metadata);
        return `${normalPythonName(String(name))}==${version}`;
      });
      const environment = report.environment;
      const python = isJsonObject(environment) ? String(environment.python_full_version) : '';
      const begun = performance.now();
      const read = requirements.flatMap((line) => readRequirement(line) ?? []);
      const tree = await pipTree({ requirements: read, python, machine: 'x86_64', installed: new Map() }, ask);
      const seconds = (performance.now() - begun) / 1000;
      const told = tree.packages.map(({ name, version }) => `${name}==${version}`);
      noteRebuild({ tool: 'pip', scenario: requirements.join(' '), told: told.sort(), done: real.sort(), seconds });
      expect(tree.unknown).toBeUndefined();
      expect(told).toEqual(real);
    },
    120_000,
  );
});
