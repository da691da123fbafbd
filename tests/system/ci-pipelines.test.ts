import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { token } from '../pipelines/comment-server.ts';
import {
  type GithubEvent,
  type GithubPlace,
  type GithubWorkflow,
  keepArtifact,
  keptArtifacts,
  runGithubJob,
} from '../pipelines/github-runner.ts';
import { gitIn, putProgram, runShell } from '../pipelines/workplace.ts';
import {
  branchesIn,
  type CiRequest,
  changed,
  clean,
  makeRequest,
  mustBreakBudget,
  mustHaveCommented,
  onMain,
  onRequest,
  runPlimsollIn,
  useCiRequests,
  withoutAdvisories,
} from './ci-request.ts';
import { hasSkopeo } from './image-stores.ts';
import { archiveWriter } from './layered-archive.ts';
import { hasRegistry, startRealRegistry } from './real-registry.ts';
import { pushTagged } from './tagged-images.ts';

/**
 * What is generated, run: the scripts of pushes, requests and schedules with the package as npm packs it, in a real clone, with the variables that each system
 * sets. For the systems stands what works out their conditions, calls the scripts and keeps artifacts and caches; for their APIs a server on loopback.
 */

const ci = useCiRequests();
let place: CiRequest;
let root: string;
let server: CiRequest['server'];
let archive: string;
beforeEach(() => {
  place = ci.current();
  ({ root, server, archive } = place);
});
const git = (...args: readonly string[]) => gitIn(place.repository, ...args);
const run = (shell: readonly string[], cwd: string, variables: Readonly<Record<string, string>>) =>
  runShell(place, shell.slice(0, -1), shell.at(-1) ?? '', { cwd, variables });
const read = (file: string) => readFileSync(path.join(place.repository, file), 'utf8');

test('GitHub: push, request, request of a fork, schedule', { timeout: 120_000 }, async () => {
  // Forks are given no variables: the package stands in the file.
  makeRequest(place, 'github', '--package', `file:${archive}`);
  const workflow: GithubWorkflow = parse(read('.github/workflows/plimsoll.yml'));
  const image = archiveWriter(path.join(root, 'layers'))('repository:ci-1', { app: { data: 1000 } });
  const github: GithubPlace = { ...place, api: `${server.url}/api/v3`, token, image };
  const job = (name: string, event: GithubEvent) => runGithubJob(github, workflow, name, event);
  const push: GithubEvent = { name: 'push', branch: 'main' };
  const request: GithubEvent = { name: 'pull_request', branch: 'request' };
  const stores = () => keptArtifacts(place).filter(({ name }) => name === 'plimsoll-history');
  const newest = () =>
    path.join(root, 'artifacts', String(stores().at(-1)?.workflow_run.id), 'plimsoll-history/history.db');

  // Another branch is audited by its request. The first run of the default branch begins the history.
  expect(await job('audit', { name: 'push', branch: 'request' })).toBeUndefined();
  expect(await job('audit', push)).toMatchObject({ codes: { 'Take the history': 0, Audit: 0 }, failed: false });
  expect(branchesIn(newest())).toEqual(['main']);
  // A tag may be called like the default branch, and whoever starts the workflow may name it.
  expect(await job('audit', { ...push, isTag: true })).toBeUndefined();
  expect(await job('audit', { name: 'workflow_dispatch', branch: 'main', isTag: true })).toBeDefined();
  expect(stores()).toHaveLength(1);

  onRequest(place);
  expect(await job('audit', request)).toMatchObject({
    codes: { 'Take the history': 0, Audit: 1, 'Show what changed': 0 },
  });
  mustBreakBudget(place, read('plimsoll-reports/audit.sarif'));
  expect(readFileSync(path.join(root, 'summary.md'), 'utf8')).toContain('`Dockerfile:3`');
  const comment = await job('comment', request);
  expect(comment, JSON.stringify(comment)).toMatchObject({ codes: { 'Say what changed': 0 } });
  expect(server.reviewComments).toMatchObject([
    { path: 'Dockerfile', line: 3, body: expect.stringContaining('RUN apk add --no-cache curl') },
  ]);
  await mustHaveCommented(place, 'plimsoll-reports', () => job('comment', request));
  expect(server.reviewComments).toHaveLength(1);
  expect(stores()).toHaveLength(1);

  // A fork is held against it as well, and neither comments nor writes; what it calls the same is not taken by anybody.
  const fork: GithubEvent = { name: 'pull_request', branch: 'main', isFork: true };
  expect(await job('audit', fork)).toMatchObject({ codes: { Audit: 1 } });
  mustBreakBudget(place, read('plimsoll-reports/audit.sarif'));
  expect(await job('comment', fork)).toBeUndefined();
  expect(stores()).toHaveLength(1);
  const theirs = path.join(root, 'theirs/history.db');
  mkdirSync(path.dirname(theirs));
  writeFileSync(theirs, 'no history at all');
  keepArtifact(place, fork, 'plimsoll-history', [theirs]);

  onMain(place);
  const weekly: GithubEvent = { name: 'schedule', branch: 'main' };
  expect(await job('audit', weekly)).toMatchObject({ codes: { Audit: 0 } });
  expect(branchesIn(newest())).toEqual(['main', 'main']);
  expect(await job('review', push)).toBeUndefined();
  const review = await job('review', weekly);
  expect(review?.codes, JSON.stringify(review?.logs)).toMatchObject({ 'Take the history': 0, 'Show it': 0 });
  expect(read('plimsoll-reports/review.md')).toContain('against run 1');
  expect(branchesIn(newest())).toHaveLength(2);

  // The image is recorded by its name, in a store of its own.
  withoutAdvisories(place);
  const looked = await job('image', push);
  expect(looked?.codes, JSON.stringify(looked?.logs)).toMatchObject({ 'Take the history': 0 });
  expect(looked?.codes['Look into the image']).toBeLessThan(2);
  for (const report of ['image.html', 'image.sarif'])
    expect(existsSync(path.join(place.repository, 'plimsoll-reports', report))).toBe(true);
  const own = keptArtifacts(place).find(({ name }) => name === 'plimsoll-history-repository');
  expect(branchesIn(path.join(root, 'artifacts', String(own?.workflow_run.id), own?.name ?? '', 'history.db'))).toEqual(
    ['main'],
  );
});

interface Step {
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The steps of the bundled action, run one after the other as GitHub does; gives the exit code of each that is run by itself. */
async function runAction(
  sources: string,
  archived: string,
  inputs: Readonly<Record<string, string>> = {},
): Promise<(number | null)[]> {
  const { runs }: { runs: { steps: readonly (Step & { name?: string; id?: string })[] } } = parse(
    readFileSync('action.yml', 'utf8'),
  );
  const [output, added] = [path.join(root, 'output'), path.join(root, 'added')];
  const codes: (number | null)[] = [];
  const known: Readonly<Record<string, () => string>> = {
    'inputs.package': () => archived,
    'inputs.fail-on': () => 'warning',
    'inputs.history': () => '',
    'inputs.token': () => token,
    'github.action_path': () => sources,
    'github.event_name': () => 'pull_request',
    'runner.temp': () => path.join(root, 'temp'),
    'steps.audit.outputs.code': () => /code=(\d+)\n$/.exec(readFileSync(output, 'utf8'))?.[1] ?? '',
  };
  for (const step of runs.steps) {
    if (step.run === undefined) continue;
    const own = Object.entries(step.env ?? {}).map(([key, value]) => [
      key,
      value.replace(
        /\$\{\{ (.*?) \}\}/g,
        (_, expression: string) => inputs[expression] ?? known[expression]?.() ?? expect.fail(expression),
      ),
    ]);
    const tools = existsSync(added) ? readFileSync(added, 'utf8').replaceAll('\n', ':') : '';
    const { code, log } = await run(['bash', '-e', '-o', 'pipefail', '-c', step.run], path.join(root, 'repository'), {
      PATH: `${tools}${process.env.PATH}`,
      GITHUB_ACTIONS: 'true',
      GITHUB_API_URL: `${server.url}/api/v3`,
      GITHUB_REPOSITORY: 'shop/web',
      GITHUB_REF: 'refs/pull/7/merge',
      GITHUB_STEP_SUMMARY: path.join(root, 'summary.md'),
      GITHUB_OUTPUT: output,
      GITHUB_PATH: added,
      ...(archived === '' && {
        npm_config_offline: 'false',
        npm_config_cache: path.join(process.env.HOME ?? '', '.npm'),
      }),
      ...Object.fromEntries(own),
    });
    codes.push(code);
    if (code !== 0 && !step.run.startsWith('exit')) throw new Error(log);
  }
  return codes;
}

test('the bundled action, with a package', { timeout: 120_000 }, async () => {
  makeRequest(place, 'github');
  onRequest(place);
  expect(await runAction('', archive)).toEqual([0, 0, 0, 1]);
  expect(server.reviewComments).toHaveLength(1);
  await mustHaveCommented(place, 'plimsoll-reports');
});

test('the bundled action takes what is given for what it is: nothing of it is run', { timeout: 120_000 }, async () => {
  makeRequest(place, 'github');
  onRequest(place);
  const hostile = `a 'b" $(touch ${root}/pwned) \`touch ${root}/pwned\`; touch ${root}/pwned\n|| touch ${root}/pwned`;
  const untouched = () => expect(existsSync(path.join(root, 'pwned'))).toBe(false);
  const history = path.join(root, `a 'b" $(touch pwned) \`touch pwned\`;\ntouch pwned`, 'history.db');
  expect(await runAction('', archive, { 'inputs.history': history })).toEqual([0, 0, 0, 1]);
  expect(branchesIn(history)).toHaveLength(1);
  expect(existsSync(path.join(place.repository, 'pwned'))).toBe(false);
  expect(await runAction('', archive, { 'inputs.fail-on': hostile })).toEqual([0, 0, 0, 2]);
  untouched();
  await expect(runAction('', archive, { 'inputs.token': hostile })).rejects.toThrow('plimsoll');
  untouched();
  await expect(runAction('', hostile)).rejects.toThrow('npm');
  untouched();
});

/** A minute each: the whole clone is installed and built. */
const isWhole = process.env.PLIMSOLL_HOOKS === 'all';

if (isWhole)
  test('the bundled action, from its sources', { timeout: 600_000 }, async () => {
    makeRequest(place, 'github');
    onRequest(place);
    const sources = path.join(root, 'sources');
    execFileSync('git', ['clone', '--quiet', path.resolve('.'), sources]);
    expect(await runAction(sources, '')).toEqual([0, 0, 0, 1]);
    expect(server.comments).toHaveLength(1);
  });

if (isWhole)
  test('the hooks of pre-commit, installed by it from the last commit', { timeout: 600_000 }, (context) => {
    const preCommit = path.resolve('.cache/bin/pre-commit');
    if (!existsSync(preCommit)) context.skip('pre-commit is missing: scripts/system-parts pre-commit');
    const directory = path.join(root, 'repository');
    const [sources, write] = [
      path.join(root, 'sources'),
      (text: string) => writeFileSync(path.join(directory, 'Dockerfile'), text),
    ];
    execFileSync('git', ['clone', '--quiet', path.resolve('.'), sources]);
    const revision = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: sources, encoding: 'utf8' }).trim();
    mkdirSync(directory);
    git('init', '--quiet');
    const hooks = [{ id: 'plimsoll-fix' }, { id: 'plimsoll-audit' }];
    const configuration = {
      default_language_version: { node: 'system' },
      repos: [{ repo: sources, rev: revision, hooks }],
    };
    writeFileSync(path.join(directory, '.pre-commit-config.yaml'), JSON.stringify(configuration));
    write(clean);
    git('add', '--all');
    git('commit', '--quiet', '--message', 'one');
    const hook = (text: string) => {
      write(text);
      git('add', '--all');
      return spawnSync(preCommit, ['run'], {
        cwd: directory,
        encoding: 'utf8',
        env: { ...process.env, PRE_COMMIT_HOME: path.join(root, 'home') },
      });
    };
    expect(hook(changed)).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('files were modified by this hook'),
    });
    expect(read('Dockerfile')).toBe(clean);
    expect(hook(`${clean}# said\n`)).toMatchObject({ status: 0 });
    expect(hook(clean.replace('3.22', 'latest'))).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('cache/image-tag'),
    });
  });

/** What is on a schedule, from the workflow for GitHub: the review, newer base images as a branch, and what could go from the registry. */
test('every week', { timeout: 120_000 }, async (context) => {
  if ((!hasRegistry || !hasSkopeo) && process.env.CI !== 'true')
    context.skip('docker-registry or skopeo is missing: scripts/system-parts registry skopeo');
  const registry = await startRealRegistry();
  try {
    const host = `127.0.0.1:${registry.port}`;
    await pushTagged(host, 'acme/app', [{ tag: '1.4.2' }, { tag: '1.4.10' }]);
    const directory = path.join(root, 'repository');
    mkdirSync(directory);
    git('init', '--quiet');
    const dockerfile = `FROM ${host}/acme/app:1.4.2\nUSER 10001\n`;
    writeFileSync(path.join(directory, 'Dockerfile'), dockerfile);
    runPlimsollIn(directory, 'ci', 'init', 'github', '--prune', host);
    git('add', '--all');
    git('commit', '--quiet', '--message', 'one');
    const origin = path.join(root, 'origin.git');
    execFileSync('git', ['clone', '--quiet', '--bare', directory, origin]);
    git('remote', 'add', 'origin', origin);
    // GitHub's own program: it says what it was called with, and that there is no pull request.
    const calls = path.join(root, 'gh.log');
    putProgram(place, 'gh', `#!/bin/sh\nprintf '%s\\n' "$*" >> '${calls}'\n`);
    const workflow: GithubWorkflow = parse(read('.github/workflows/plimsoll.yml'));
    const script = (job: string, word: string) =>
      workflow.jobs[job]?.steps.find((step) => step.run?.includes(word))?.run ?? '';
    const variables = {
      WORK: path.join(root, 'work'),
      REPORTS: 'plimsoll-reports',
      PLIMSOLL_FAIL_ON: 'warning',
      PRUNE_REGISTRY: host,
      GIT_USER: 'x-access-token',
      GIT_PASSWORD: token,
    };
    const step = (text: string) => run(['bash', '-e', '-c', text], directory, variables);
    expect(await step(script('review', 'npm install'))).toMatchObject({ code: 0 });

    // The tag is old: the review fails, and says so.
    const review = await step(script('review', 'plimsoll audit'));
    expect(review).toMatchObject({ code: 1, log: expect.stringContaining('1.4.10') });
    expect(read('plimsoll-reports/audit.html')).toContain('<!doctype html>');
    expect(read('plimsoll-reports/review.md')).toMatch(/^# /);
    rmSync(path.join(directory, 'plimsoll-reports'), { recursive: true });

    const update = script('bases', 'plimsoll bases');
    const inOrigin = (...args: readonly string[]) =>
      execFileSync('git', ['-C', origin, ...args], { encoding: 'utf8' }).trim();
    const first = await step(update);
    expect(first, first.log).toMatchObject({ code: 0 });
    expect(inOrigin('show', 'plimsoll/bases:Dockerfile')).toContain('app:1.4.10');
    expect(inOrigin('diff', '--name-only', 'main', 'plimsoll/bases')).toBe('Dockerfile');
    expect(readFileSync(calls, 'utf8')).toMatch(/pr create --head plimsoll\/bases --title Update /);
    const commit = inOrigin('rev-parse', 'plimsoll/bases');
    expect(await step(update)).toMatchObject({ code: 0, log: expect.stringContaining('has it already') });
    expect(inOrigin('rev-parse', 'plimsoll/bases')).toBe(commit);
    // Somebody goes on from it.
    git('branch', '--quiet', '--force', 'theirs', 'refs/remotes/origin/plimsoll/bases');
    git('checkout', '--quiet', 'theirs');
    git('commit', '--quiet', '--allow-empty', '--message', 'mine');
    git('push', '--quiet', 'origin', 'theirs:plimsoll/bases');
    git('checkout', '--quiet', 'main');
    expect(await step(update)).toMatchObject({ code: 0, log: expect.stringContaining('somebody else') });
    expect(inOrigin('log', '-1', '--format=%s', 'plimsoll/bases')).toBe('mine');

    // Without a kubeconfig nobody knows what runs: it is said what could go, and nothing does.
    const pruned = await step(script('prune', 'plimsoll prune'));
    expect(pruned, pruned.log).toMatchObject({ code: 0 });
    expect(read('plimsoll-reports/prune.txt')).toContain('acme/app');
    expect(existsSync(path.join(root, 'work/prune'))).toBe(false);
    const writing = await run(['bash', '-e', '-c', script('prune', 'plimsoll prune')], directory, {
      ...variables,
      PLIMSOLL_PRUNE: 'write',
    });
    expect(writing.code, writing.log).not.toBe(0);
  } finally {
    registry.stop();
  }
});
