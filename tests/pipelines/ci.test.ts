import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { command } from '../../src/cli/commands/ci.ts';
import { imageStep } from '../../src/pipelines/shell-steps.ts';
import { runCommand } from '../cli/run-command.ts';

const bin = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../.cache/bin');
const actionlint = path.join(bin, 'actionlint');
const missing = !existsSync(actionlint) && process.env.CI !== 'true';
const reason = 'actionlint is missing: scripts/system-parts actionlint';
const githubFile = '.github/workflows/plimsoll.yml';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-ci-'));
  put('Dockerfile', 'FROM alpine:3.22\nCOPY a /a\n');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const ci = (...args: string[]) => runCommand(command, directory, ['init', ...args]);
function put(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
  writeFileSync(path.join(directory, file), text);
}
const text = (file: string) => readFileSync(path.join(directory, file), 'utf8');
const all = ['trivy', 'grype', 'snyk', 'clair'].flatMap((name) => ['--scanner', name]);
const named = ['--image', 'registry.example/shop/web'];

const twoBuilds = `services:
  web: {build: ., image: "registry.example/shop/web:1"}
  job: {build: {context: "it's a job", target: run}, image: registry.example/shop/job}
`;
function putTwoBuilds(): void {
  put('compose.yaml', twoBuilds);
  put("it's a job/Dockerfile", 'FROM alpine:3.22 AS run\nRUN true\nFROM run\n');
}

describe('plimsoll ci init', () => {
  it.each(['github', 'gitlab'])(
    'writes once for %s, and a second run takes its choices and changes nothing',
    async (system) => {
      const first = await ci(system, ...all, ...named);
      expect(first.code).toBe(0);
      const [file] = JSON.parse((await ci(system, '--json')).stdout).files;
      expect(file).toMatchObject({ action: 'same' });
      expect(file.text).toContain(`# $ plimsoll ci init ${system} ${[...all, ...named].join(' ')}\n`);
      expect((await ci(system, '--check')).code).toBe(0);
    },
  );

  it('writes nothing where it is told not to, and checks with exit code 1', async () => {
    expect((await ci('github', '--check')).code).toBe(1);
    expect((await ci('github', '--diff')).stdout).toContain(`+++ b/${githubFile}`);
    expect((await ci('github', '--dry-run')).stdout).toContain('would be written');
    expect(existsSync(path.join(directory, '.github'))).toBe(false);
  });

  it('leaves alone what was changed by hand, and replaces it when forced', async () => {
    await ci('github');
    put(githubFile, text(githubFile).replace('timeout-minutes: 15', 'timeout-minutes: 5'));
    const mine = text(githubFile);
    const again = await ci('github', '--scanner', 'trivy');
    expect(again.stdout).toContain('changed by hand, left alone');
    expect(again.stdout).toContain('+      - name: Trivy');
    expect(text(githubFile)).toBe(mine);
    await ci('github', '--scanner', 'trivy', '--force');
    expect(text(githubFile)).toContain('timeout-minutes: 15');
  });

  it('keeps what stands between its marks when it writes a newer version', async () => {
    await ci('github');
    const own = '  # plimsoll:keep jobs\n  mine:\n    runs-on: ubuntu-24.04\n    steps: [{run: make}]\n';
    put(githubFile, text(githubFile).replace('  # plimsoll:keep jobs\n', own));
    expect((await ci('github', '--scanner', 'grype')).stdout).toContain('updated');
    expect(parse(text(githubFile)).jobs).toMatchObject({ mine: { steps: [{ run: 'make' }] }, image: {} });
  });

  it('does not touch a file that it did not write', async () => {
    put(githubFile, 'name: mine\n');
    expect((await ci('github')).stdout).toContain('plimsoll did not write it');
    expect(text(githubFile)).toBe('name: mine\n');
    put('.gitlab-ci.yml', 'stages: [test]\n');
    expect((await ci('gitlab')).stdout).toContain('include: [{local: /.gitlab/plimsoll.yml}]');
    expect(text('.gitlab-ci.yml')).toBe('stages: [test]\n');
    expect(parse(text('.gitlab/plimsoll.yml'))).toHaveProperty('plimsoll-audit');
    expect((await ci('gitlab', '--check')).code).toBe(0);
  });

  it('takes builds and names from what the project says', async () => {
    putTwoBuilds();
    const { builds } = JSON.parse((await ci('github', '--json')).stdout);
    expect(builds).toEqual([
      {
        id: 'job',
        image: 'registry.example/shop/job',
        context: "./it's a job",
        dockerfile: "./it's a job/Dockerfile",
        target: 'run',
      },
      { id: 'web', image: 'registry.example/shop/web', context: '.', dockerfile: './Dockerfile', target: null },
    ]);
    const one = JSON.parse((await ci('github', ...named, '--json', '--dry-run')).stdout);
    expect(one.builds.map(({ id }: { id: string }) => id)).toEqual(['web']);
  });

  it.each([
    [['gitea'], 'no pipeline can be written for «gitea»'],
    [['github', '--image', 'x$(id)'], '--image takes the name'],
    [['github', '--image', 'web:1'], '--image takes the name'],
    [['github', '--image', "web';id;'"], '--image takes the name'],
    [['github', '--scanner', 'clair', '--image', 'web'], 'Clair reads images of registries only'],
    [['github', '--out', '../x.yml'], '--out takes'],
    [['github', '--out', 'x.sh'], '--out takes'],
  ])('refuses %j', async (args, message) => {
    await expect(ci(...args)).rejects.toThrow(message);
    expect(existsSync(path.join(directory, '.github'))).toBe(false);
  });

  it.each(['${{ secrets.TOKEN }}', '$(id)', 'a"b', '{{defaultContext}}', 'a\nb', 'a`id`', 'a;b'])(
    'refuses a build in the directory %j',
    async (name) => {
      put(`${name}/Dockerfile`, 'FROM alpine:3.22\n');
      await expect(ci('github')).rejects.toThrow('a pipeline cannot name this path');
    },
  );

  it('takes a name that is none, as one that a shell or GitHub would fill in, for no name', async () => {
    put('compose.yaml', 'services: {web: {build: ., image: "${{ secrets.TOKEN }}"}, x: {build: ., image: "a$(id)"}}\n');
    const { stdout } = await ci('github', '--json');
    const shown = JSON.parse(stdout);
    expect(JSON.stringify(shown.builds)).not.toMatch(/secrets|\$/);
  });

  it('refuses a line of choices that somebody wrote something else into', async () => {
    await ci('gitlab', '--scanner', 'trivy');
    put('.gitlab-ci.yml', text('.gitlab-ci.yml').replace('--scanner trivy', '--scanner $(id)'));
    await expect(ci('gitlab')).rejects.toThrow('cannot be read');
  });

  it('does not take the builds of its own pipeline for those of the project', async () => {
    putTwoBuilds();
    await ci('github');
    const { builds, files } = JSON.parse((await ci('github', '--json')).stdout);
    expect(builds).toHaveLength(2);
    expect(files[0].action).toBe('same');
  });

  it('is for the root of a repository', async () => {
    mkdirSync(path.join(directory, '.git'));
    put('sub/Dockerfile', 'FROM alpine:3.22\n');
    await expect(ci('github', 'sub')).rejects.toThrow('below it');
  });
});

describe('the workflow for GitHub', () => {
  it.skipIf(missing)(`is taken by actionlint (${reason})`, async () => {
    for (const args of [[], ['--scanner', 'trivy'], [...all, ...named]]) {
      await ci('github', '--force', ...args);
      if (args.length === 0) putTwoBuilds();
      const shellcheck = path.join(bin, 'shellcheck');
      const checked = spawnSync(
        actionlint,
        [...(existsSync(shellcheck) ? ['-shellcheck', shellcheck] : []), path.join(directory, githubFile)],
        { encoding: 'utf8', cwd: directory, timeout: 60_000 },
      );
      expect(checked).toMatchObject({ status: 0, stdout: '' });
    }
    // It is no accident that it is taken.
    put(githubFile, text(githubFile).replace('runs-on:', 'run-on:'));
    expect(spawnSync(actionlint, [path.join(directory, githubFile)], { cwd: directory }).status).toBe(1);
  });

  it('pins each action by commit with its version, and gives no job more than it needs', async () => {
    await ci('github', ...all, ...named);
    const uses = text(githubFile).match(/uses: .*/g) ?? [];
    expect(uses.length).toBeGreaterThan(8);
    for (const each of uses) expect(each).toMatch(/^uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    const { permissions, jobs } = parse(text(githubFile));
    expect(permissions).toEqual({});
    for (const job of ['audit', 'image'])
      expect(jobs[job].permissions).toEqual({ contents: 'read', 'security-events': 'write' });
  });

  it('has no value of a project in a script', async () => {
    await ci('github', ...all, ...named);
    const { jobs } = parse(text(githubFile));
    const scripts = [...jobs.audit.steps, ...jobs.image.steps].flatMap(({ run }: { run?: string }) => run ?? []);
    expect(scripts.length).toBeGreaterThan(6);
    for (const script of scripts) expect(script).not.toMatch(/\$\{\{|registry\.example/);
  });
});

/** https://docs.gitlab.com/ci/yaml/#job-keywords */
const jobKeywords = new Set(
  'after_script allow_failure artifacts before_script cache coverage dast_configuration dependencies environment extends hooks identity image inherit interruptible manual_confirmation needs pages parallel release resource_group retry rules run script secrets services stage start_in tags timeout trigger variables when'.split(
    ' ',
  ),
);
const artifactKeywords = new Set(
  'paths exclude expire_in expose_as name public access reports untracked when'.split(' '),
);

describe('the jobs for GitLab', () => {
  it('have the structure that is documented', async () => {
    putTwoBuilds();
    await ci('gitlab', ...all);
    const jobs: Record<string, Record<string, unknown>> = parse(text('.gitlab-ci.yml'));
    expect(Object.keys(jobs)).toEqual([
      '.plimsoll',
      '.plimsoll-install',
      'plimsoll-audit',
      'plimsoll-build-job',
      'plimsoll-image-job',
      'plimsoll-build-web',
      'plimsoll-image-web',
    ]);
    for (const [name, job] of Object.entries(jobs)) {
      expect(Object.keys(job).filter((key) => !jobKeywords.has(key))).toEqual([]);
      const { artifacts, extends: base, needs, variables, script } = job;
      expect(Object.keys(artifacts ?? {}).filter((key) => !artifactKeywords.has(key))).toEqual([]);
      if (base !== undefined) expect(jobs).toHaveProperty([String(base)]);
      if (!name.startsWith('.'))
        expect(script).toSatisfy((lines) => [lines].flat().every((line) => typeof line === 'string'));
      for (const need of [needs ?? []].flat()) expect(jobs).toHaveProperty([String(need)]);
      for (const value of Object.values(variables ?? {})) expect(typeof value).toBe('string');
    }
  });
});

describe('the step that looks into an image', () => {
  it('gives plimsoll the reports that there are, and the pushed image to Clair, in any shell', () => {
    put('bin/plimsoll', '#!/bin/sh\nprintf "%s\\n" "$@"\n');
    spawnSync('chmod', ['+x', path.join(directory, 'bin/plimsoll')]);
    put('w/grype.json', '{}');
    put('w/trivy.json', '');
    const run = () =>
      spawnSync('sh', ['-e', '-u', '-c', imageStep(['trivy', 'grype', 'clair'], undefined, '--sarif').join('\n')], {
        encoding: 'utf8',
        cwd: directory,
        env: {
          PATH: `${path.join(directory, 'bin')}:${process.env.PATH}`,
          WORK: 'w',
          REPORTS: 'r',
          DOCKERFILE: "./it's/Dockerfile",
          PLIMSOLL_FAIL_ON: 'error',
          CLAIR_URL: 'http://clair:6060',
        },
      }).stdout.split('\n');
    const first = run();
    expect(first.slice(0, 4)).toEqual(['image', 'w/image.tar', '--scanner-report', 'w/grype.json']);
    expect(first).toContain("./it's/Dockerfile");
    put('w/pushed', 'registry.example/web:ci-1');
    expect(run().slice(0, 4)).toEqual(['image', 'registry.example/web:ci-1', '--clair', 'http://clair:6060']);
  });
});
