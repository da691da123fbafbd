import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { type CommentServer, startCommentServer } from '../pipelines/comment-server.ts';
import { gitIn, putProgram, type Workplace } from '../pipelines/workplace.ts';

/** What a test of generated pipelines has: a place to run jobs in, and the API that they write comments to. */
export interface CiRequest extends Workplace {
  readonly server: CommentServer;
}

/** Makes the package as npm packs it once for a file, and a new place for each of its tests; gives what is asked for in a test. */
export function useCiRequests(): { current(): CiRequest } {
  const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-ci-run-'));
  let archive = '';
  let request: CiRequest | undefined;
  const current = () => request ?? expect.fail('there is no test');
  beforeAll(() => {
    execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', scratch], { stdio: 'pipe' });
    archive = path.join(scratch, readdirSync(scratch).find((name) => name.endsWith('.tgz')) ?? '');
  }, 60_000);
  beforeEach(async () => {
    const root = mkdtempSync(path.join(scratch, 'run-'));
    const server = await startCommentServer(patch);
    const prefix = path.join(scratch, 'global');
    request = { root, repository: path.join(root, 'repository'), prefix, archive, server };
    putProgram(request, 'npm', npmOnce(path.join(scratch, 'installed'), prefix, archive));
  });
  afterEach(() => request?.server.close());
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));
  return { current };
}

/** npm, which installs the package really where it is asked to the first time, and gives the next the same files. */
function npmOnce(copy: string, prefix: string, archive: string): string {
  const npm = execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim();
  return `#!/bin/sh
for last; do :; done
case "$last $1 $2" in
  *'${archive} install --global') [ -x '${prefix}/bin/plimsoll' ] || exec '${npm}' "$@" ;;
  *'${archive} install --prefix')
    [ -d '${copy}' ] || { '${npm}' "$@" && cp -R "$3" '${copy}'; exit; }
    cp -R '${copy}/.' "$3" ;;
  *) exec '${npm}' "$@" ;;
esac
`;
}

export const clean = 'FROM alpine:3.22\nUSER 10001\nRUN apk add --no-cache curl\n';
export const changed = clean.replace('--no-cache ', '');
const patch = '@@ -1,3 +1,3 @@\n FROM alpine:3.22\n USER 10001\n-RUN apk add --no-cache curl\n+RUN apk add curl';

/** Runs the built command, which has to succeed. */
export function runPlimsollIn(cwd: string, ...args: readonly string[]): string {
  const { status, stderr, stdout } = spawnSync(process.execPath, [path.resolve('dist/cli/main.js'), ...args], {
    cwd,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

/** A repository with a commit on main, and a request of which the merge is the branch `merged`; gives where the request began. Checked out by its commit, as runners do, is main. */
export function makeRequest({ repository }: Workplace, system: string, ...choices: readonly string[]): string {
  const git = (...args: readonly string[]) => gitIn(repository, ...args);
  mkdirSync(repository, { recursive: true });
  git('init', '--quiet');
  git('remote', 'add', 'origin', 'https://example.com/shop/web.git');
  writeFileSync(path.join(repository, 'Dockerfile'), clean);
  writeFileSync(path.join(repository, 'plimsoll.yaml'), 'budgets: {newFindings: warning}\n');
  runPlimsollIn(repository, 'ci', 'init', system, ...choices);
  git('add', '--all');
  git('commit', '--quiet', '--message', 'one');
  const base = git('rev-parse', 'HEAD');
  git('update-ref', 'refs/remotes/origin/main', base);
  git('checkout', '--quiet', '-b', 'request');
  writeFileSync(path.join(repository, 'Dockerfile'), changed);
  git('commit', '--quiet', '--all', '--message', 'two');
  git('checkout', '--quiet', '--detach', base);
  git('merge', '--quiet', '--no-ff', '--message', 'merge', 'request');
  git('branch', '--quiet', 'merged');
  git('checkout', '--quiet', '--detach', base);
  return base;
}

/** Checks out main, as runners do: by its commit. */
export function onMain({ repository }: Workplace): void {
  gitIn(repository, 'checkout', '--quiet', '--force', '--detach', 'main');
}

/** Checks out what the request would be merged. */
export function onRequest({ repository }: Workplace): void {
  gitIn(repository, 'checkout', '--quiet', '--force', '--detach', 'merged');
}

/** Runs in a store, by their branches, the newest first. */
export function branchesIn(store: string): readonly (string | null)[] {
  const { runs }: { runs: readonly { branch: string | null }[] } = JSON.parse(
    runPlimsollIn(path.dirname(store), 'history', '--store', store, '--all-projects', '--json'),
  );
  return runs.map(({ branch }) => branch);
}

/** The request is worse than what it goes into, and the commit that made it worse is named. */
export function mustBreakBudget({ repository }: Workplace, text: string): void {
  expect(text).toContain('review/budget');
  expect(text).toContain(gitIn(repository, 'rev-parse', 'merged').slice(0, 7));
}

/** One comment with what is new, said once however often it runs; the fault's repair as a patch that applies. */
export async function mustHaveCommented(
  { repository, server }: CiRequest,
  reports: string,
  again?: () => Promise<unknown>,
): Promise<void> {
  expect(server.comments).toHaveLength(1);
  expect(server.comments[0]?.text).toContain('`Dockerfile:3`');
  await again?.();
  expect(server.comments).toHaveLength(1);
  const directory = path.join(repository, reports);
  expect(readFileSync(path.join(directory, 'change.md'), 'utf8')).toContain('`Dockerfile:3`');
  gitIn(repository, 'apply', '--check', path.join(directory, 'fixes.patch'));
  expect(gitIn(repository, 'worktree', 'list').split('\n')).toHaveLength(1);
}

/** What stands before Plimsoll where there is no network: the advisories are not fetched, all else is done. */
export function withoutAdvisories(place: Workplace): void {
  putProgram(place, 'plimsoll', `#!/bin/sh\n[ "$1" = db ] || exec '${place.prefix}/bin/plimsoll' "$@"\n`);
}
