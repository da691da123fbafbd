import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ciBranch } from '../../src/cli/ci-branch.ts';
import { askSource, baseBranches } from '../../src/cli/git-source.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-ci-branch-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function event(head: string | null, base = 'acme/shop'): string {
  const file = path.join(directory, 'event.json');
  const repository = { full_name: base, default_branch: 'trunk' };
  const from = { ref: 'main', repo: head === null ? null : { full_name: head } };
  writeFileSync(
    file,
    JSON.stringify({ number: 12, repository, pull_request: { head: from, base: { ref: 'main', repo: repository } } }),
  );
  return file;
}

const github = { GITHUB_REF: 'refs/pull/12/merge', GITHUB_REF_NAME: '12/merge', GITHUB_BASE_REF: 'main' };
const gitlab = {
  CI_DEFAULT_BRANCH: 'trunk',
  CI_COMMIT_REF_NAME: 'main',
  CI_MERGE_REQUEST_IID: '12',
  CI_MERGE_REQUEST_PROJECT_ID: '7',
  CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: 'main',
  CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main',
};
const azure = {
  BUILD_SOURCEBRANCH: 'refs/pull/12/merge',
  BUILD_SOURCEBRANCHNAME: 'merge',
  SYSTEM_PULLREQUEST_PULLREQUESTID: '12',
  SYSTEM_PULLREQUEST_TARGETBRANCH: 'refs/heads/main',
};
const jenkins = { BRANCH_NAME: 'PR-12', CHANGE_ID: '12', CHANGE_TARGET: 'main' };

describe('the branch of a pull request', () => {
  const fork = { branch: 'pull request 12', foreign: 'main', target: 'main' };
  test.each<[string, () => Readonly<Record<string, string>>, object]>([
    [
      'GitHub, of a fork',
      () => ({ ...github, GITHUB_HEAD_REF: 'main', GITHUB_EVENT_PATH: event('eve/shop') }),
      { ...fork, defaultBranch: 'trunk' },
    ],
    [
      'GitHub, of a fork that is gone',
      () => ({ ...github, GITHUB_HEAD_REF: 'main', GITHUB_EVENT_PATH: event(null) }),
      fork,
    ],
    ['GitHub, without its event', () => ({ ...github, GITHUB_HEAD_REF: 'main', GITHUB_EVENT_PATH: '/none' }), fork],
    [
      'GitHub, of the repository',
      () => ({ ...github, GITHUB_HEAD_REF: 'feature/a', GITHUB_EVENT_PATH: event('acme/shop') }),
      { branch: 'feature/a', foreign: undefined, target: 'main' },
    ],
    ['GitLab, of a fork', () => ({ ...gitlab, CI_MERGE_REQUEST_SOURCE_PROJECT_ID: '8' }), fork],
    [
      'GitLab, of the repository',
      () => ({
        ...gitlab,
        CI_MERGE_REQUEST_SOURCE_PROJECT_ID: '7',
        CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: 'feature/a',
      }),
      { branch: 'feature/a', foreign: undefined, target: 'main', defaultBranch: 'trunk' },
    ],
    [
      'Azure, of a fork',
      () => ({ ...azure, SYSTEM_PULLREQUEST_SOURCEBRANCH: 'refs/heads/main', SYSTEM_PULLREQUEST_ISFORK: 'True' }),
      fork,
    ],
    [
      'Azure, of the repository',
      () => ({ ...azure, SYSTEM_PULLREQUEST_SOURCEBRANCH: 'refs/heads/feature/a', SYSTEM_PULLREQUEST_ISFORK: 'False' }),
      { branch: 'feature/a', foreign: undefined, target: 'main' },
    ],
    ['Jenkins, of a fork', () => ({ ...jenkins, CHANGE_BRANCH: 'main', CHANGE_FORK: 'eve' }), fork],
    ['Jenkins, of the repository', () => ({ ...jenkins, CHANGE_BRANCH: 'feature/a' }), { branch: 'feature/a' }],
    [
      'Bitbucket',
      () => ({ BITBUCKET_BRANCH: 'feature/a', BITBUCKET_PR_DESTINATION_BRANCH: 'main' }),
      { branch: 'feature/a', target: 'main' },
    ],
  ])('%s', (_, environment, expected) => {
    expect(ciBranch(environment())).toMatchObject(expected);
  });
});

test.each<[string, Readonly<Record<string, string>>, string | undefined]>([
  ['GitHub', { GITHUB_REF: 'refs/heads/feature/a', GITHUB_REF_NAME: 'feature/a' }, 'feature/a'],
  ['GitHub, a tag', { GITHUB_REF: 'refs/tags/v1', GITHUB_REF_NAME: 'v1', GITHUB_REF_TYPE: 'tag' }, undefined],
  ['GitLab', { CI_COMMIT_BRANCH: 'feature/a', CI_COMMIT_REF_NAME: 'feature/a' }, 'feature/a'],
  ['GitLab, a tag', { CI_COMMIT_REF_NAME: 'v1', CI_COMMIT_TAG: 'v1' }, undefined],
  ['Azure', { BUILD_SOURCEBRANCH: 'refs/heads/feature/a', BUILD_SOURCEBRANCHNAME: 'a' }, 'feature/a'],
  ['Azure, a tag', { BUILD_SOURCEBRANCH: 'refs/tags/v1', BUILD_SOURCEBRANCHNAME: 'v1' }, undefined],
  ['Jenkins', { BRANCH_NAME: 'feature/a' }, 'feature/a'],
  ['no CI', {}, undefined],
])('the branch of a push: %s', (_, environment, expected) => {
  expect(ciBranch(environment).branch).toBe(expected);
});

const sourceOf = (root: string, environment: NodeJS.ProcessEnv, found: readonly string[] = []) =>
  askSource(root, environment).of(found);

describe('in a repository', () => {
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', directory, '-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args]);
  beforeEach(() => {
    git('init', '-q', '-b', 'main');
    git('commit', '-q', '--allow-empty', '-m', 'first');
  });

  test('the branch of a fork is not recorded as one of this repository, by whatever name it was checked out', async () => {
    const environment = { ...gitlab, CI_MERGE_REQUEST_SOURCE_PROJECT_ID: '8' };
    expect((await sourceOf(directory, environment)).branch).toBe('pull request 12');
    git('checkout', '-q', '--detach');
    expect((await sourceOf(directory, environment)).branch).toBe('pull request 12');
    expect((await sourceOf(directory, {})).branch).toBeUndefined();
    git('checkout', '-q', '-b', 'other');
    expect((await sourceOf(directory, environment)).branch).toBe('other');
  });

  test('what is found in a file that git does not know came with no commit', async () => {
    writeFileSync(path.join(directory, 'Dockerfile'), 'FROM busybox');
    writeFileSync(path.join(directory, 'notes.txt'), 'x');
    expect((await sourceOf(directory, {})).dirty).toBe(false);
    expect((await sourceOf(directory, {}, ['Dockerfile', 'Dockerfile', '/usr/bin/sudo', '../x'])).dirty).toBe(true);
    git('add', 'Dockerfile');
    git('commit', '-q', '-m', 'second');
    expect((await sourceOf(directory, {}, ['Dockerfile', 'image:shop/web'])).dirty).toBe(false);
  });

  test('runs are held against what the pull request goes into, else the default branch of the remote, else main', () => {
    expect(baseBranches(directory, {})).toEqual({ target: undefined, others: ['main', 'master'] });
    expect(baseBranches(directory, { CI_DEFAULT_BRANCH: 'trunk', CI_COMMIT_BRANCH: 'a' })).toEqual({
      target: undefined,
      others: ['trunk'],
    });
    git('update-ref', 'refs/remotes/origin/develop/next', 'HEAD');
    git('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/develop/next');
    expect(baseBranches(directory, {})).toEqual({ target: undefined, others: ['develop/next'] });
    expect(baseBranches(directory, { BRANCH_NAME: 'PR-1', CHANGE_ID: '1', CHANGE_TARGET: 'v2' })).toEqual({
      target: 'v2',
      others: ['develop/next'],
    });
  });
});
