import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type AzureJob, type AzureRun, runAzureJob, taggedRuns } from '../pipelines/azure-runner.ts';
import { token } from '../pipelines/comment-server.ts';
import { type GitlabPipeline, runGitlabJob } from '../pipelines/gitlab-runner.ts';
import { runShell } from '../pipelines/workplace.ts';
import {
  branchesIn,
  type CiRequest,
  makeRequest,
  mustBreakBudget,
  mustHaveCommented,
  onMain,
  onRequest,
  useCiRequests,
} from './ci-request.ts';

/** What is generated for GitLab, Azure and Jenkins, run as tests/system/ci-pipelines.test.ts runs what is generated for GitHub. */

const ci = useCiRequests();
let place: CiRequest;
let root: string;
let server: CiRequest['server'];
beforeEach(() => {
  place = ci.current();
  ({ root, server } = place);
});
const run = (shell: readonly string[], cwd: string, variables: Readonly<Record<string, string>>) =>
  runShell(place, shell.slice(0, -1), shell.at(-1) ?? '', { cwd, variables });
const read = (file: string) => readFileSync(path.join(place.repository, file), 'utf8');

const model = path.resolve('scripts/jenkins-model');

test('GitLab: push, merge request, schedule', { timeout: 120_000 }, async () => {
  const base = makeRequest(place, 'gitlab');
  const jobs: GitlabPipeline['jobs'] = parse(read('.gitlab-ci.yml'));
  const common = {
    GITLAB_CI: 'true',
    CI_API_V4_URL: `${server.url}/api/v4`,
    CI_DEFAULT_BRANCH: 'main',
    CI_BUILDS_DIR: root,
    CI_JOB_ID: '1',
    CI_PROJECT_DIR: place.repository,
  };
  const onBranch: GitlabPipeline = {
    jobs,
    isProtected: true,
    variables: { ...common, CI_PIPELINE_SOURCE: 'push', CI_COMMIT_BRANCH: 'main', CI_COMMIT_REF_NAME: 'main' },
  };
  const request: GitlabPipeline = {
    jobs,
    isProtected: false,
    variables: {
      ...common,
      CI_PIPELINE_SOURCE: 'merge_request_event',
      CI_COMMIT_REF_NAME: 'request',
      CI_MERGE_REQUEST_PROJECT_ID: 'shop/web',
      CI_MERGE_REQUEST_SOURCE_PROJECT_ID: 'shop/web',
      CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: 'request',
      CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main',
      CI_MERGE_REQUEST_IID: '7',
      CI_MERGE_REQUEST_DIFF_BASE_SHA: base,
      PLIMSOLL_COMMENT_TOKEN: token,
    },
  };
  const schedule: GitlabPipeline = {
    ...onBranch,
    variables: { ...onBranch.variables, CI_PIPELINE_SOURCE: 'schedule' },
  };
  const kept = () => branchesIn(path.join(root, 'caches/plimsoll-history/plimsoll-history/history.db'));
  const first = await runGitlabJob(place, onBranch, 'plimsoll-audit');
  expect(first, first?.log).toMatchObject({ code: 0 });
  expect(kept()).toEqual(['main']);

  onRequest(place);
  expect(await runGitlabJob(place, request, 'plimsoll-audit')).toMatchObject({ code: 1 });
  mustBreakBudget(place, read('plimsoll-reports-audit/audit.sarif'));
  const quality: readonly { location: { path: string; lines: { begin: number } } }[] = JSON.parse(
    read('plimsoll-reports-audit/code-quality.json'),
  );
  expect(quality.map(({ location }) => `${location.path}:${location.lines.begin}`)).toContain('Dockerfile:3');
  expect(await runGitlabJob(place, request, 'plimsoll-comment')).toMatchObject({ code: 0 });
  await mustHaveCommented(place, 'plimsoll-reports-audit', () => runGitlabJob(place, request, 'plimsoll-comment'));
  expect(kept()).toEqual(['main']);
  expect(await runGitlabJob(place, request, 'plimsoll-review')).toBeUndefined();
  rmSync(path.join(place.repository, 'plimsoll-reports-audit'), { recursive: true });

  onMain(place);
  const review = await runGitlabJob(place, schedule, 'plimsoll-review');
  // 3: there is no registry here that could be asked for newer base images.
  expect([0, 1, 3], review?.log).toContain(review?.code);
  expect(read('plimsoll-reports-review/review.md')).toContain('against run 1');
  expect(kept()).toEqual(['main']);
  // Without the token that may push, nothing is asked of it.
  expect(await runGitlabJob(place, schedule, 'plimsoll-bases')).toBeUndefined();
});

test('Azure: push, request, schedule', { timeout: 120_000 }, async () => {
  makeRequest(place, 'azure');
  const { jobs }: { jobs: readonly AzureJob[] } = parse(read('azure-pipelines.yml'));
  const common = {
    'System.CollectionUri': `${server.url}/org/`,
    'System.TeamProject': 'shop',
    'System.DefinitionId': '3',
    'Build.Repository.Id': 'web',
    'Build.Repository.Provider': 'TfsGit',
  };
  const onBranch = (id: number, reason: string): AzureRun => ({
    id,
    token,
    variables: { ...common, 'Build.Reason': reason, 'Build.SourceBranch': 'refs/heads/main' },
  });
  const request: AzureRun = {
    id: 2,
    token,
    variables: {
      ...common,
      'Build.Reason': 'PullRequest',
      'Build.SourceBranch': 'refs/pull/7/merge',
      'System.PullRequest.PullRequestId': '7',
      'System.PullRequest.SourceBranch': 'refs/heads/request',
      'System.PullRequest.TargetBranch': 'refs/heads/main',
      'System.PullRequest.IsFork': 'False',
    },
  };
  const job = (name: string, of: AzureRun, cwd?: string) => {
    const found = jobs.find((each) => each.job === name);
    if (!found) throw new Error(name);
    return runAzureJob(place, found, of, cwd);
  };
  expect(await job('audit', onBranch(1, 'IndividualCI'))).toMatchObject({ 'Take the history': 0, Audit: 0 });
  expect(taggedRuns(place, 'plimsoll-history')).toEqual([1]);

  onRequest(place);
  expect(await job('audit', request)).toMatchObject({ 'Take the history': 0, Audit: 1 });
  mustBreakBudget(place, read('plimsoll-reports/plimsoll-audit.sarif'));
  const elsewhere = path.join(root, 'elsewhere');
  mkdirSync(elsewhere);
  expect(await job('comment', request, elsewhere)).toMatchObject({ 'Say what changed': 0 });
  await mustHaveCommented(place, 'plimsoll-reports', () => job('comment', request, elsewhere));
  expect(taggedRuns(place, 'plimsoll-history')).toEqual([1]);
  expect(await job('review', request)).toBeUndefined();

  onMain(place);
  expect(await job('audit', onBranch(3, 'Schedule'))).toMatchObject({ Audit: 0 });
  expect(taggedRuns(place, 'plimsoll-history')).toEqual([1, 3]);
  expect(branchesIn(path.join(root, 'runs/3/plimsoll-history/history.db'))).toEqual(['main', 'main']);
  expect(await job('review', onBranch(3, 'Schedule'))).toMatchObject({ 'Take the history': 0 });
  expect(read('plimsoll-reports/review.md')).toContain('against run 1');
  // What was kept and cannot be fetched is not begun anew.
  rmSync(path.join(root, 'runs/1'), { recursive: true });
  rmSync(path.join(root, 'runs/3'), { recursive: true });
  expect(await job('audit', onBranch(4, 'IndividualCI'))).toMatchObject({ 'Take the history': 1 });
});

test('Jenkins: push, request, schedule', { timeout: 120_000 }, async (context) => {
  if (spawnSync(model, ['ready']).status !== 0 && process.env.CI !== 'true')
    context.skip('the model of Jenkins is missing: scripts/system-parts jenkins');
  makeRequest(place, 'jenkins');
  const file = path.join(root, 'repository/Jenkinsfile');
  // Its image is not built here: there is no base image.
  const withoutImage = (text: string) => text.replace(/ {4}stage\('Image [\s\S]*?(?= {4}stage\('Review'\))/, '');
  writeFileSync(file, withoutImage(readFileSync(file, 'utf8')));
  const history = path.join(root, 'kept');
  const jenkins = (variables: Readonly<Record<string, string>>) =>
    run([model, 'run', file], place.repository, {
      WORKSPACE_TMP: path.join(root, 'temp'),
      JOB_NAME: 'shop/web/main',
      BRANCH_NAME: 'main',
      BRANCH_IS_PRIMARY: 'true',
      PLIMSOLL_HISTORY: history,
      PLIMSOLL_FAIL_ON: 'warning',
      ...variables,
    });
  const kept = () => branchesIn(path.join(history, 'shop/web/audit.db'));
  const first = await jenkins({});
  expect(first, first.log).toMatchObject({ code: 0 });
  expect(kept()).toEqual(['main']);

  const written = read('Jenkinsfile');
  onRequest(place);
  writeFileSync(file, written);
  const { code, log } = await jenkins({
    JOB_NAME: 'shop/web/PR-7',
    BRANCH_NAME: 'PR-7',
    BRANCH_IS_PRIMARY: '',
    CHANGE_ID: '7',
    CHANGE_BRANCH: 'request',
    CHANGE_TARGET: 'main',
    CHANGE_URL: `${server.url}/shop/web/pull/7`,
    PLIMSOLL_COMMENT_CREDENTIAL: 'bot',
    CREDENTIAL_bot: token,
  });
  expect(code, log).toBe(1);
  expect(log).toContain('[caught] script returned exit code 1');
  expect(log).toContain('[stage] Say what changed');
  expect(log).toContain('[result] FAILURE');
  mustBreakBudget(place, read('plimsoll-reports-audit/audit.sarif'));
  await mustHaveCommented(place, 'plimsoll-reports-audit');
  expect(kept()).toEqual(['main']);

  onMain(place);
  writeFileSync(file, written);
  const weekly = await jenkins({ TRIGGERED_BY: 'TimerTrigger' });
  expect(weekly.log).toContain('[stage] Review');
  expect(read('plimsoll-reports-review/review.md'), weekly.log).toContain('against run 1');
  expect(kept()).toEqual(['main', 'main']);
});
