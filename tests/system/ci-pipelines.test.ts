import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type CommentServer, startCommentServer, token } from '../pipelines/comment-server.ts';
import { hasSkopeo } from './image-stores.ts';
import { hasRegistry, startRealRegistry } from './real-registry.ts';
import { pushTagged } from './tagged-images.ts';

/**
 * What is generated for a pull request, run: the scripts of the audit and of the comment with the package as npm packs it, on a repository with a pull
 * request, as the system would run them. For the systems stands what calls the scripts and gives them their variables; for their APIs a server on loopback.
 */
const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-ci-run-'));
let archive = '';
const model = path.resolve('scripts/jenkins-model');

beforeAll(() => {
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', scratch], { stdio: 'pipe' });
  archive = path.join(scratch, readdirSync(scratch).find((name) => name.endsWith('.tgz')) ?? '');
}, 60_000);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const clean = 'FROM alpine:3.22\nUSER 10001\nRUN apk add --no-cache curl\n';
const changed = clean.replace('--no-cache ', '');
const patch = '@@ -1,3 +1,3 @@\n FROM alpine:3.22\n USER 10001\n-RUN apk add --no-cache curl\n+RUN apk add curl';

let root: string;
let server: CommentServer;
beforeEach(async () => {
  root = mkdtempSync(path.join(scratch, 'run-'));
  server = await startCommentServer(patch);
});
afterEach(() => server.close());

function git(...args: readonly string[]): string {
  return execFileSync(
    'git',
    ['-c', 'user.name=me', '-c', 'user.email=me@example.com', '-c', 'init.defaultBranch=main', ...args],
    {
      cwd: path.join(root, 'repository'),
      encoding: 'utf8',
    },
  ).trim();
}

function runPlimsollIn(cwd: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(process.execPath, [path.resolve('dist/cli/main.js'), ...args], {
    cwd,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
}

/** A repository whose work tree is the merge of a pull request into main; gives where the request began. */
function makeRequest(system: string): string {
  const directory = path.join(root, 'repository');
  mkdirSync(directory, { recursive: true });
  git('init', '--quiet');
  writeFileSync(path.join(directory, 'Dockerfile'), clean);
  runPlimsollIn(directory, 'ci', 'init', system);
  git('add', '--all');
  git('commit', '--quiet', '--message', 'one');
  const base = git('rev-parse', 'HEAD');
  git('update-ref', 'refs/remotes/origin/main', base);
  git('checkout', '--quiet', '-b', 'request');
  writeFileSync(path.join(directory, 'Dockerfile'), changed);
  git('commit', '--quiet', '--all', '--message', 'two');
  git('checkout', '--quiet', 'main');
  git('merge', '--quiet', '--no-ff', '--message', 'merge', 'request');
  return base;
}

const environment = (more: Readonly<Record<string, string>>) => ({
  PATH: `${path.join(root, 'global/bin')}:${process.env.PATH}`,
  HOME: root,
  npm_config_prefix: path.join(root, 'global'),
  npm_config_offline: 'true',
  npm_config_cache: path.join(root, 'npm'),
  PLIMSOLL_PACKAGE: archive,
  ...more,
});

/** As a runner does, but that it does not wait on the thread: the server that answers is on it. */
function run(
  shell: readonly string[],
  cwd: string,
  variables: Readonly<Record<string, string>>,
): Promise<{ code: number | null; log: string }> {
  return new Promise((resolve, reject) => {
    const [program = 'sh', ...args] = shell;
    const child = spawn(program, args, { cwd, env: environment(variables), stdio: ['ignore', 'pipe', 'pipe'] });
    let log = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (log += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, log }));
  });
}

interface Step {
  readonly run?: string;
  readonly bash?: string;
  readonly env?: Readonly<Record<string, string>>;
}
interface Job {
  readonly env?: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

const read = (file: string) => readFileSync(path.join(root, 'repository', file), 'utf8');

/** One comment with what is new, said once however often it runs; the fault's repair as a patch that applies. */
async function mustHaveCommented(reports: string, again?: () => Promise<unknown>): Promise<void> {
  expect(server.comments).toHaveLength(1);
  expect(server.comments[0]?.text).toContain('## Plimsoll: 1 new, 0 fixed');
  await again?.();
  expect(server.comments).toHaveLength(1);
  const directory = path.join(root, 'repository', reports);
  expect(readFileSync(path.join(directory, 'change.md'), 'utf8')).toContain('`Dockerfile:3`');
  git('apply', '--check', path.join(directory, 'fixes.patch'));
  expect(git('worktree', 'list').split('\n')).toHaveLength(1);
}

/** Expressions of GitHub that stand in the generated jobs, with what they are in a pull request. */
function onGithub(text: string): string {
  const known: Readonly<Record<string, string>> = {
    'github.workspace': path.join(root, 'repository'),
    "github.event_name == 'pull_request' && 'HEAD^1' || ''": 'HEAD^1',
    'vars.PLIMSOLL_PACKAGE': archive,
    'github.token': token,
    'vars.PLIMSOLL_FAIL_ON': 'warning',
    'runner.temp': path.join(root, 'temp'),
    'github.event.repository.default_branch || github.ref_name': 'main',
  };
  return text.replace(/\$\{\{ (.*?) \}\}/g, (_, expression: string) => {
    const value = known[expression];
    if (value === undefined) throw new Error(`nothing is known of ${expression}`);
    return value;
  });
}

/** A program of the system's, which has no run to tell of. */
function standIn(program: string): void {
  mkdirSync(path.join(root, 'global/bin'), { recursive: true });
  writeFileSync(path.join(root, 'global/bin', program), '#!/bin/sh\n', { mode: 0o755 });
}

test('GitHub', { timeout: 120_000 }, async () => {
  makeRequest('github');
  standIn('gh');
  const workflow: { env: Record<string, string>; jobs: Record<string, Job> } = parse(
    read('.github/workflows/plimsoll.yml'),
  );
  const job = async (name: string) => {
    const codes: (number | null)[] = [];
    for (const step of workflow.jobs[name]?.steps ?? []) {
      if (step.run === undefined) continue;
      const variables = { ...workflow.env, ...workflow.jobs[name]?.env, ...step.env };
      const filled = Object.fromEntries(Object.entries(variables).map(([key, value]) => [key, onGithub(value)]));
      const github = {
        GITHUB_ACTIONS: 'true',
        GITHUB_API_URL: `${server.url}/api/v3`,
        GITHUB_REPOSITORY: 'shop/web',
        GITHUB_REF: 'refs/pull/7/merge',
        GITHUB_STEP_SUMMARY: path.join(root, 'summary.md'),
      };
      const { code, log } = await run(['bash', '-e', '-c', step.run], path.join(root, 'repository'), {
        ...github,
        ...filled,
      });
      codes.push(code);
      if (code !== 0 && !step.run.includes('plimsoll audit')) throw new Error(log);
    }
    return codes;
  };
  // Installed, no history yet, audited with a finding, shown.
  expect(await job('audit')).toEqual([0, 0, 1, 0]);
  expect(readFileSync(path.join(root, 'summary.md'), 'utf8')).toContain('1 new, 0 fixed');
  expect(JSON.parse(read('plimsoll-reports/audit.sarif')).version).toBe('2.1.0');
  await job('comment');
  expect(server.reviewComments).toMatchObject([
    { path: 'Dockerfile', line: 3, body: expect.stringContaining('RUN apk add --no-cache curl') },
  ]);
  await mustHaveCommented('plimsoll-reports', () => job('comment'));
  expect(server.reviewComments).toHaveLength(1);
});

/** The steps of the bundled action, run one after the other as GitHub does; gives the exit code of each that is run by itself. */
async function runAction(sources: string, archived: string): Promise<(number | null)[]> {
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
    'steps.audit.outputs.code': () => /code=(\d+)/.exec(readFileSync(output, 'utf8'))?.[1] ?? '',
  };
  for (const step of runs.steps) {
    if (step.run === undefined) continue;
    const own = Object.entries(step.env ?? {}).map(([key, value]) => [
      key,
      value.replace(/\$\{\{ (.*?) \}\}/g, (_, expression: string) => known[expression]?.() ?? expect.fail(expression)),
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
  makeRequest('github');
  expect(await runAction('', archive)).toEqual([0, 0, 0, 1]);
  expect(server.reviewComments).toHaveLength(1);
  await mustHaveCommented('plimsoll-reports');
});

/** A minute each: the whole clone is installed and built. */
const isWhole = process.env.PLIMSOLL_HOOKS === 'all';

if (isWhole)
  test('the bundled action, from its sources', { timeout: 600_000 }, async () => {
    makeRequest('github');
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

test('GitLab', { timeout: 120_000 }, async () => {
  const base = makeRequest('gitlab');
  const jobs: Record<string, { script: readonly string[]; variables: Record<string, string> }> = parse(
    read('.gitlab-ci.yml'),
  );
  const before: readonly string[] = parse(read('.gitlab-ci.yml'))['.plimsoll-install'].before_script;
  const job = (name: string) => {
    const directory = path.join(root, 'repository');
    const gitlab: Record<string, string> = {
      GITLAB_CI: 'true',
      CI_API_V4_URL: `${server.url}/api/v4`,
      CI_MERGE_REQUEST_PROJECT_ID: 'shop/web',
      CI_MERGE_REQUEST_IID: '7',
      CI_MERGE_REQUEST_DIFF_BASE_SHA: base,
      CI_BUILDS_DIR: root,
      CI_JOB_ID: '1',
      CI_PROJECT_DIR: directory,
      PLIMSOLL_COMMENT_TOKEN: token,
    };
    const own = Object.entries(jobs[name]?.variables ?? {}).map(([key, value]) => [
      key,
      value.replace(/\$(\w+)/g, (_, of: string) => gitlab[of] ?? ''),
    ]);
    const variables = {
      PLIMSOLL_FAIL_ON: 'warning',
      ...gitlab,
      ...Object.fromEntries(own),
      ...(name === 'plimsoll-audit' && { PLIMSOLL_FAIL_ON: 'warning' }),
    };
    return run(['sh', '-e', '-c', [...before, ...(jobs[name]?.script ?? [])].join('\n')], directory, variables);
  };
  expect((await job('plimsoll-audit')).code).toBe(1);
  expect(JSON.parse(read('plimsoll-reports-audit/code-quality.json'))).toMatchObject([
    { location: { path: 'Dockerfile', lines: { begin: 3 } } },
  ]);
  expect(await job('plimsoll-comment')).toMatchObject({ code: 0 });
  await mustHaveCommented('plimsoll-reports-audit', () => job('plimsoll-comment'));
});

test('Azure', { timeout: 120_000 }, async () => {
  makeRequest('azure');
  standIn('az');
  const { jobs }: { jobs: readonly (Job & { job: string })[] } = parse(read('azure-pipelines.yml'));
  const job = async (name: string, cwd: string) => {
    const found = jobs.find((each) => each.job === name);
    const codes: (number | null)[] = [];
    for (const step of found?.steps ?? []) {
      if (step.bash === undefined) continue;
      const azure = {
        TF_BUILD: 'True',
        BUILD_REASON: 'PullRequest',
        AGENT_TEMPDIRECTORY: path.join(root, 'temp'),
        SYSTEM_COLLECTIONURI: `${server.url}/org/`,
        SYSTEM_TEAMPROJECT: 'shop',
        BUILD_REPOSITORY_ID: 'web',
        BUILD_REPOSITORY_PROVIDER: 'TfsGit',
        SYSTEM_PULLREQUEST_PULLREQUESTID: '7',
        PLIMSOLL_FAIL_ON: 'warning',
      };
      const own = Object.entries({ ...found?.variables, ...step.env }).map(([key, value]) => [
        key,
        value
          .replace('$(Pipeline.Workspace)', root)
          .replace('$(System.AccessToken)', token)
          .replace('$(Agent.TempDirectory)', path.join(root, 'temp')),
      ]);
      const { code, log } = await run(['bash', '--noprofile', '--norc', '-c', step.bash], cwd, {
        ...azure,
        ...Object.fromEntries(own),
      });
      codes.push(code);
      if (code !== 0 && !step.bash.includes('plimsoll audit')) throw new Error(log);
    }
    return codes;
  };
  expect(await job('audit', path.join(root, 'repository'))).toEqual([0, 0, 1, 0, 0]);
  // As the task that downloads the artifact.
  cpSync(path.join(root, 'repository/plimsoll-reports'), path.join(root, 'plimsoll-audit'), { recursive: true });
  const elsewhere = path.join(root, 'elsewhere');
  mkdirSync(elsewhere);
  expect(await job('comment', elsewhere)).toEqual([0, 0]);
  await mustHaveCommented('plimsoll-reports');
});

test('Jenkins', { timeout: 120_000 }, async (context) => {
  if (spawnSync(model, ['ready']).status !== 0 && process.env.CI !== 'true')
    context.skip('the model of Jenkins is missing: scripts/system-parts jenkins');
  makeRequest('jenkins');
  const file = path.join(root, 'repository/Jenkinsfile');
  // Its image is not built here: there is no base image.
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(/ {4}stage\('Image [\s\S]*?(?= {4}\/\/ plimsoll:keep stages)/, ''),
  );
  const jenkins = () =>
    run([model, 'run', file], path.join(root, 'repository'), {
      WORKSPACE_TMP: path.join(root, 'temp'),
      CHANGE_ID: '7',
      CHANGE_TARGET: 'main',
      CHANGE_URL: `${server.url}/shop/web/pull/7`,
      PLIMSOLL_COMMENT_CREDENTIAL: 'bot',
      CREDENTIAL_bot: token,
      PLIMSOLL_FAIL_ON: 'warning',
    });
  const { code, log } = await jenkins();
  expect(code, log).toBe(1);
  expect(log).toContain('[caught] script returned exit code 1');
  expect(log).toContain('[stage] Say what changed');
  expect(log).toContain('[result] FAILURE');
  expect(existsSync(path.join(root, 'repository/plimsoll-reports-audit/audit.sarif'))).toBe(true);
  await mustHaveCommented('plimsoll-reports-audit');
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
    mkdirSync(path.join(root, 'global/bin'), { recursive: true });
    writeFileSync(path.join(root, 'global/bin/gh'), `#!/bin/sh\nprintf '%s\\n' "$*" >> '${calls}'\n`, { mode: 0o755 });
    const workflow: { jobs: Record<string, Job> } = parse(read('.github/workflows/plimsoll.yml'));
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
