import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { command as audit } from '../../src/cli/commands/audit.ts';
import { command } from '../../src/cli/commands/ci.ts';
import { commands } from '../../src/cli/generated.ts';
import { parseArguments } from '../../src/cli/parse-arguments.ts';
import { readSeal, seal } from '../../src/core/seal.ts';
import { actions } from '../../src/pipelines/github.ts';
import { auditStep, commentStep, imageStep } from '../../src/pipelines/shell-steps.ts';
import { runCommand } from '../cli/run-command.ts';
import { plimsollCalls, scriptsOf } from './generated-scripts.ts';

const githubFile = '.github/workflows/plimsoll.yml';
const bin = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../.cache/bin');
const actionlint = path.join(bin, 'actionlint');
const schemas = path.join(bin, 'check-jsonschema');
const jenkinsModel = fileURLToPath(new URL('../../scripts/jenkins-model', import.meta.url));
/** Under CI=true nothing is skipped: a part that is missing fails then. */
const lacks = (isThere: boolean) => !isThere && process.env.CI !== 'true';
const missing = lacks(existsSync(actionlint));
const reason = 'actionlint is missing: scripts/system-parts actionlint';
const noSchemas = lacks(existsSync(schemas));
const noJenkins = lacks(spawnSync(jenkinsModel, ['ready']).status === 0);
const files = {
  github: githubFile,
  gitlab: '.gitlab-ci.yml',
  jenkins: 'Jenkinsfile',
  azure: 'azure-pipelines.yml',
} as const;

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

const prune = ['--prune', 'registry.example.com/shop/*'];

const twoBuilds = `services:
  web: {build: ., image: "registry.example/shop/web:1"}
  job: {build: {context: "it's a job", target: run}, image: registry.example/shop/job}
`;
function putTwoBuilds(): void {
  put('compose.yaml', twoBuilds);
  put("it's a job/Dockerfile", 'FROM alpine:3.22 AS run\nRUN true\nFROM run\n');
}

describe('plimsoll ci init', () => {
  it.each(['github', 'gitlab', 'jenkins', 'azure'])(
    'writes once for %s, and a second run takes its choices and changes nothing',
    async (system) => {
      const first = await ci(system, ...all, ...named);
      expect(first.code).toBe(0);
      const [file] = JSON.parse((await ci(system, '--json')).stdout).files;
      expect(file).toMatchObject({ action: 'same' });
      expect(file.text).toContain(` $ plimsoll ci init ${system} ${[...all, ...named].join(' ')}\n`);
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
    expect(again.code).toBe(1);
    expect((await ci('github', '--scanner', 'trivy', '--force')).code).toBe(0);
    expect(text(githubFile)).toContain('timeout-minutes: 15');
  });

  it('keeps what stands between its marks when it writes a newer version', async () => {
    await ci('github');
    const own = '  # plimsoll:keep jobs\n  mine:\n    runs-on: ubuntu-24.04\n    steps: [{run: make}]\n';
    put(githubFile, text(githubFile).replace('  # plimsoll:keep jobs\n', own));
    expect((await ci('github', '--scanner', 'grype')).stdout).toContain('updated');
    expect(parse(text(githubFile)).jobs).toMatchObject({ mine: { steps: [{ run: 'make' }] }, image: {} });
  });

  it('brings up to date what an older version wrote, and says with --check that it would', async () => {
    await ci('github');
    const now = text(githubFile);
    const condition = "github.ref == format('refs/heads/{0}', github.event.repository.default_branch)";
    const older = readSeal(now).text.replaceAll(condition, 'github.ref_name == github.event.repository.default_branch');
    expect(older).not.toBe(readSeal(now).text);
    put(githubFile, seal(githubFile, older));
    expect((await ci('github', '--check')).code).toBe(1);
    expect((await ci('github')).stdout).toContain('updated');
    expect(text(githubFile)).toBe(now);
  });

  it('lets the runs of a branch on Azure wait for each other, as the history of one of two would be lost', async () => {
    await ci('azure');
    expect(parse(text('azure-pipelines.yml')).trigger).toMatchObject({ batch: 'true' });
  });

  describe.each(Object.entries(files))('changes by hand for %s', (system, file) => {
    const edits: Readonly<Record<string, (written: string) => string>> = {
      'a comment': (written) => written.replace('\n\n', '\n\n# mine\n'),
      'other quotes': (written) => written.replace(/"\$WORK"/, "'$WORK'"),
      'a step that is gone': (written) => written.replace(/^.*fixes\.patch.*\n/m, ''),
      'a job that is called something else': (written) => written.replaceAll('review', 'weekly'),
      'other line ends and a comment': (written) => `# mine\n${written}`.replaceAll('\n', '\r\n'),
      'no digest': (written) => written.replace(/^.*plimsoll:digest.*\n/m, ''),
      'half a region': (written) => written.replace('plimsoll:end', 'end'),
    };
    it.each(Object.keys(edits))('%s: nothing of it is lost, and nothing is written twice', async (name) => {
      await ci(system);
      const mine = edits[name]?.(text(file)) ?? '';
      expect(mine).not.toBe(text(file));
      put(file, mine);
      const before = readdirSync(directory, { recursive: true });
      for (const args of [[], ['--scanner', 'grype'], ['--scanner', 'grype'], []]) {
        const { code } = await ci(system, ...args);
        if (args.length > 0) expect(code).toBe(1);
        expect(text(file)).toBe(mine);
      }
      expect(readdirSync(directory, { recursive: true })).toEqual(before);
    });

    it('keeps each region through other choices, line ends too, and a second run changes nothing', async () => {
      await ci(system);
      const written = text(file);
      const marks = written.match(/^.*[^«]plimsoll:keep.*$/gm) ?? [];
      expect(marks.length).toBeGreaterThan(0);
      let own = written;
      for (const [at, mark] of marks.entries())
        own = own.replace(mark, `${mark}\n${/^ */.exec(mark)}${system === 'jenkins' ? '//' : '#'} mine ${at}`);
      put(file, own.replaceAll('\n', '\r\n'));
      expect((await ci(system, '--scanner', 'trivy', ...prune)).code).toBe(0);
      const newer = text(file);
      expect(newer.replaceAll('\r\n', '')).not.toContain('\n');
      for (const at of marks.keys()) expect(newer.split(`mine ${at}\r\n`)).toHaveLength(2);
      expect(newer).toContain('--scanner trivy');
      expect((await ci(system)).code).toBe(0);
      expect(text(file)).toBe(newer);
    });
  });

  it('goes on with a workflow that was renamed, where GitHub would run both', async () => {
    await ci('github', '--scanner', 'trivy');
    const renamed = '.github/workflows/images.yml';
    put(renamed, text(githubFile));
    rmSync(path.join(directory, githubFile));
    put('.github/workflows/mine.yml', 'name: mine\n');
    expect((await ci('github', '--scanner', 'grype')).stdout).toContain(`${renamed}  updated`);
    expect(existsSync(path.join(directory, githubFile))).toBe(false);
    expect(text(renamed)).toContain('Grype');
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
        hasBudget: false,
      },
      {
        id: 'web',
        image: 'registry.example/shop/web',
        context: '.',
        dockerfile: './Dockerfile',
        target: null,
        hasBudget: false,
      },
    ]);
    const one = JSON.parse((await ci('github', ...named, '--json', '--dry-run')).stdout);
    expect(one.builds.map(({ id }: { id: string }) => id)).toEqual(['web']);
  });

  it.each([
    [['drone'], 'no pipeline can be written for «drone»'],
    [['github', '--image', 'x$(id)'], '--image takes the name'],
    [['github', '--image', 'web:1'], '--image takes the name'],
    [['github', '--image', "web';id;'"], '--image takes the name'],
    [['github', '--scanner', 'clair', '--image', 'web'], 'Clair reads images of registries only'],
    [['github', '--prune', 'x$(id)'], '--prune takes'],
    [['github', '--prune', 'web'], '--prune takes'],
    [['github', '--package', "x'y"], '--package takes'],
    [['gitlab', '--package', 'x$(id)'], '--package takes'],
    [['github', '--package', '-g'], '--package takes'],
    [['github', '--package', 'https://me:secret@example.com/p.tgz'], 'a password'],
    [['azure', '--package', 'https://example.com/p.tgz'], '--package is for github and gitlab'],
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

  it('prints what its schema says, whatever becomes of the file', async () => {
    const schema = JSON.parse(readFileSync(new URL('../../schemas/ci.schema.json', import.meta.url), 'utf8'));
    const validate = new Ajv2020({ allErrors: true, strict: false }).compile(schema);
    const actions: string[] = [];
    const expectSchema = async (...args: readonly string[]) => {
      const shown = JSON.parse((await ci(...args, '--json')).stdout);
      expect(validate(shown), JSON.stringify(validate.errors)).toBe(true);
      actions.push(shown.files[0].action);
    };
    putTwoBuilds();
    for (const system of ['github', 'gitlab', 'jenkins', 'azure', 'kubernetes'])
      await expectSchema(system, '--dry-run');
    await expectSchema('github', ...all, ...prune, '--package', 'https://example.com/p.tgz');
    await expectSchema('github');
    await expectSchema('github', '--scanner', 'trivy', '--dry-run');
    put(githubFile, text(githubFile).replace('timeout-minutes: 15', 'timeout-minutes: 5'));
    await expectSchema('github');
    await expectSchema('github', '--scanner', 'trivy');
    expect([...new Set(actions)]).toEqual(['create', 'same', 'update', 'kept', 'changed']);
    expect(validate({ ...JSON.parse((await ci('github', '--json')).stdout), more: 1 })).toBe(false);
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
      expect(jobs[job].permissions).toEqual({ contents: 'read', actions: 'read', 'security-events': 'write' });
    expect(jobs.comment.permissions).toEqual({ 'pull-requests': 'write' });
    expect(jobs.review.permissions).toEqual({ contents: 'read', actions: 'read' });
    expect(jobs.bases.permissions).toEqual({ contents: 'write', 'pull-requests': 'write' });
  });

  it('names the package where there are no variables, and remembers it', async () => {
    const address = 'https://example.com/plimsoll-1.0.0.tgz?a=b';
    await ci('github', '--package', address);
    expect(parse(text(githubFile)).env.PLIMSOLL_PACKAGE).toBe(`\${{ vars.PLIMSOLL_PACKAGE || '${address}' }}`);
    expect((await ci('github', '--check')).code).toBe(0);
    await ci('gitlab', '--package', address);
    expect(parse(text('.gitlab-ci.yml'))['.plimsoll'].variables).toEqual({ PLIMSOLL_PACKAGE: address });
  });

  it('says in one line what to do where no package is named', async () => {
    await ci('github');
    const [install = ''] = scriptsOf('github', text(githubFile));
    const { status, stderr } = spawnSync('sh', ['-e', '-c', install], { encoding: 'utf8' });
    expect({ status, lines: stderr.trim().split('\n').length }).toEqual({ status: 2, lines: 1 });
    expect(stderr).toContain('--package');
  });

  it('runs for a push to the default branch, whatever its name', async () => {
    await ci('github');
    const { on, jobs } = parse(text(githubFile));
    expect(on.push).toBeNull();
    const isDefaultBranch = "github.ref == format('refs/heads/{0}', github.event.repository.default_branch)";
    for (const job of ['audit', 'image']) expect(jobs[job].if).toContain(isDefaultBranch);
    const keep = jobs.audit.steps.find(({ name }: { name?: string }) => name === 'Keep the history');
    expect(keep.if).toContain(`github.event_name != 'pull_request' && ${isDefaultBranch}`);
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
      'plimsoll-comment',
      'plimsoll-build-job',
      'plimsoll-image-job',
      'plimsoll-build-web',
      'plimsoll-image-web',
      'plimsoll-review',
      'plimsoll-bases',
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

/** Published schemas, as check-jsonschema of PyPI brings them: of GitLab, of Azure Pipelines and of GitHub. */
const published = {
  github: ['--builtin-schema', 'vendor.github-workflows'],
  gitlab: ['--builtin-schema', 'vendor.gitlab-ci', '--data-transform', 'gitlab-ci'],
  azure: [
    '--builtin-schema',
    'vendor.azure-pipelines',
    '--data-transform',
    'azure-pipelines',
    '--regex-variant',
    'nonunicode',
  ],
} as const;

const choices = [[], ['--scanner', 'trivy', ...prune], [...all, ...named, ...prune]];

describe('the published schema', () => {
  it.skipIf(noSchemas).each([
    ['github', 'runs-on:', 'run-on:'],
    ['gitlab', 'expire_in: 1 week', 'expire_at: 1 week'],
    ['azure', 'testResultsFormat: JUnit', 'testResultsFormat: Junk'],
  ] as const)('takes what is written for %s (check-jsonschema: scripts/system-parts)', async (system, right, wrong) => {
    putTwoBuilds();
    put('plimsoll.yaml', 'sizeBudgets: {Dockerfile: 300MB}\n');
    const check = () =>
      spawnSync(schemas, [...published[system], path.join(directory, files[system])], { encoding: 'utf8' });
    for (const args of choices) {
      await ci(system, '--force', ...args);
      const checked = check();
      expect(checked, checked.stdout.slice(-600)).toMatchObject({ status: 0 });
    }
    put(files[system], text(files[system]).replace(right, wrong));
    expect(check().status).toBe(1);
  });
});

describe('the Jenkinsfile', () => {
  const check = (...names: readonly string[]) =>
    spawnSync(jenkinsModel, ['check', ...names.map((name) => path.join(directory, name))], { encoding: 'utf8' });

  it.skipIf(noJenkins)('is what declarative syntax takes (scripts/system-parts jenkins)', async () => {
    putTwoBuilds();
    put('plimsoll.yaml', 'sizeBudgets: {Dockerfile: 300MB}\n');
    for (const [at, args] of choices.entries()) {
      await ci('jenkins', '--force', ...args);
      put(`${at}/Jenkinsfile`, text('Jenkinsfile'));
    }
    expect(check('0/Jenkinsfile', '1/Jenkinsfile', '2/Jenkinsfile')).toMatchObject({ stdout: '', status: 0 });
  });

  it.skipIf(noJenkins)('would not be taken with other words: it is no accident', async () => {
    const mistakes: readonly (readonly [string, string, string])[] = [
      ['agent any', 'agent all', 'takes any, none or a body'],
      ["stage('Audit')", 'stage(Audit)', 'needs a name'],
      ["REPORTS = 'plimsoll-reports-audit'", 'def reports = 1', 'environment takes NAME = value'],
      ['skipMarkingBuildUnstable: true', "skipMarkingBuildUnstable: 'yes'", 'does not take skipMarkingBuildUnstable'],
      ['changeRequest()', 'changeRequested()', 'is no condition'],
      ['post {', 'afterwards {', 'stands in no'],
      ['pipeline {', 'pipeline {\n  if (true) { agent any }', 'takes no statement of Groovy'],
      ["sh '''", 'sh(', 'startup failed'],
    ];
    await ci('jenkins');
    const names = mistakes.map(([right, wrong], at) => {
      put(`wrong${at}/Jenkinsfile`, text('Jenkinsfile').replace(right, wrong));
      return `wrong${at}/Jenkinsfile`;
    });
    const { stdout } = check(...names);
    for (const [at, [, , message]] of mistakes.entries()) {
      const said = stdout.slice(stdout.indexOf(names[at] ?? '?')).split('/Jenkinsfile:')[1] ?? '';
      expect(said).toContain(message);
    }
  });

  it('asks for no more than its own plug-ins and no action that is not pinned', async () => {
    await ci('jenkins', ...all, ...named);
    const images = text('Jenkinsfile').match(/_IMAGE = '.*'/g) ?? [];
    expect(images).toHaveLength(2);
    for (const image of images) expect(image).toMatch(/:v?\d+\.\d+\.\d+'$/);
  });
});

describe.each(['github', 'gitlab', 'jenkins', 'azure'] as const)('the scripts for %s', (system) => {
  const scripts = async (...args: readonly string[]) => {
    putTwoBuilds();
    put('plimsoll.yaml', 'sizeBudgets: {Dockerfile: 300MB}\n');
    await ci(system, '--force', ...args);
    return scriptsOf(system, text(files[system]));
  };

  it('call plimsoll only with what it takes', async () => {
    const calls = (await scripts(...all, ...prune)).flatMap(plimsollCalls);
    const names = new Set(calls.map(([name, form]) => (name === 'ci' ? `ci ${form}` : name)));
    expect([...names].sort()).toEqual([
      'audit',
      'bases',
      'bisect-size',
      'ci comment',
      'db',
      'fix',
      'image',
      'prune',
      'review',
    ]);
    for (const [name, ...args] of calls) {
      const known = commands.find((each) => each.name === name);
      const loaded = await known?.load();
      // A variable stands for what the shell would put in: for a severity, one of them.
      const filled = args.map((each) => (each === '$PLIMSOLL_FAIL_ON' ? 'error' : each));
      expect(() => loaded && parseArguments(loaded, filled), [name, ...args].join(' ')).not.toThrow();
      expect(loaded, name).toBeDefined();
      // What a request goes into is no run of the branch.
      if (name === 'audit' && args[0] === '$WORK/before') expect(args).toContain('--no-record');
    }
  });

  it('leave it to plimsoll.yaml when the audit fails, where the variable is not set', async () => {
    const audits = (await scripts()).join('\n').match(/plimsoll audit --quiet .*/g) ?? [];
    expect(audits).toHaveLength(2);
    for (const call of audits)
      for (const [value, words] of [
        ['', 'code=0'],
        ['note', 'code=0 --fail-on note'],
      ] as const) {
        const flag = /\$\{PLIMSOLL_FAIL_ON.*?\}/.exec(call)?.[0];
        const { stdout } = spawnSync('sh', ['-c', `echo code=0 ${flag}`], {
          encoding: 'utf8',
          env: { PLIMSOLL_FAIL_ON: value },
        });
        expect(stdout.trim()).toBe(words);
        expect(call.replace(flag ?? '', '')).not.toContain('--fail-on');
      }
  });

  it('hold no value of the project', async () => {
    const written = await scripts(...all, ...prune);
    expect(written.length).toBeGreaterThan(9);
    for (const script of written) expect(script).not.toMatch(/\$\{\{|registry\.example|it's a job/);
  });

  it('ask for the size budget where there is one, with the history that tells the commit', async () => {
    expect((await scripts()).filter((script) => script.includes('plimsoll bisect-size')).length).toBeGreaterThan(0);
    put('plimsoll.yaml', 'failOn: error\n');
    await ci(system, '--force');
    expect(text(files[system])).not.toContain('bisect-size');
  });

  it.skipIf(lacks(existsSync(path.join(bin, 'shellcheck'))))('are what ShellCheck takes', async () => {
    for (const script of await scripts(...all, ...prune)) {
      const { stdout, status } = spawnSync(
        path.join(bin, 'shellcheck'),
        ['--shell=sh', '--exclude=SC2154,SC2016', '-'],
        {
          input: script,
          encoding: 'utf8',
        },
      );
      expect(stdout).toBe('');
      expect(status).toBe(0);
    }
  });
});

describe('the review of a cluster', () => {
  const file = 'deploy/plimsoll-review.yaml';

  it('calls plimsoll only with what it takes, and keeps the image that was put between its marks', async () => {
    expect((await ci('kubernetes')).code).toBe(0);
    const job = parseAllDocuments(text(file))
      .map((each) => each.toJS())
      .find(({ kind }) => kind === 'CronJob');
    for (const { args } of job.spec.jobTemplate.spec.template.spec.containers) {
      const [name, ...rest] = args;
      const loaded = await commands.find((each) => each.name === name)?.load();
      expect(loaded && parseArguments(loaded, rest)).toBeDefined();
    }
    put(file, text(file).replaceAll('image: registry.example/', 'image: registry.shop.example/'));
    expect(JSON.parse((await ci('kubernetes', '--json')).stdout).files[0].action).toBe('same');
    await expect(ci('kubernetes', '--scanner', 'trivy')).rejects.toThrow('no choices');
  });

  it('is what our own audit takes', async () => {
    await ci('kubernetes');
    const { stdout } = await runCommand(audit, directory, ['deploy', '--format', 'plain', '--fail-on', 'never']);
    expect(stdout).toBe('');
  });
});

describe('the bundled action', () => {
  const file = fileURLToPath(new URL('../../action.yml', import.meta.url));
  const { runs } = parse(readFileSync(file, 'utf8'));
  const steps: readonly { uses?: string; run?: string }[] = runs.steps;

  it.skipIf(noSchemas)('is what the published schema of actions takes', () => {
    const { status, stdout } = spawnSync(schemas, ['--builtin-schema', 'vendor.github-actions', file], {
      encoding: 'utf8',
    });
    expect(status, stdout).toBe(0);
  });

  it('runs what the generated workflow runs, by the same pinned actions', () => {
    const text = readFileSync(file, 'utf8');
    const uses = text.match(/(?<=uses: ).*/g) ?? [];
    expect(uses).toEqual([actions.node, actions.sarif]);
    const scripts = steps.flatMap(({ run }) => run ?? []).map((script) => script.replace(/^ +/gm, ''));
    for (const step of [auditStep('--format github --also sarif="$WORK/audit/audit.sarif"'), commentStep])
      expect(scripts.join('\n')).toContain(step.map((line) => line.trimStart()).join('\n'));
    for (const script of scripts) expect(script).not.toContain('${{');
  });

  it('comments only where the token may write', () => {
    const comment: { if: string } | undefined = runs.steps.find(
      ({ name }: { name?: string }) => name === 'Say what changed',
    );
    expect(comment?.if).toContain('github.event.pull_request.head.repo.full_name == github.repository');
  });
});

describe('the step that looks into an image', () => {
  it('gives plimsoll the reports that there are, and the pushed image to Clair, in any shell', () => {
    put('bin/plimsoll', '#!/bin/sh\nprintf "%s\\n" "$@"\n');
    spawnSync('chmod', ['+x', path.join(directory, 'bin/plimsoll')]);
    put('w/grype.json', '{}');
    put('w/trivy.json', '');
    const run = () =>
      spawnSync('sh', ['-e', '-u', '-c', imageStep(['trivy', 'grype', 'clair'], '--sarif').join('\n')], {
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
