import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runInNewContext } from 'node:vm';
import { type Ended, putProgram, runShell, type Workplace } from './workplace.ts';

/**
 * Stands for GitHub: conditions and expressions are worked out, `run` is run in bash, and artifacts are kept, each with whose run it is of. Of actions, those that
 * keep and fetch artifacts and the one that builds do what they are for.
 */
export interface GithubEvent {
  readonly name: 'pull_request' | 'push' | 'schedule' | 'workflow_dispatch';
  readonly branch: string;
  /** Whether it is a tag that is called so. */
  readonly isTag?: boolean;
  readonly isFork?: boolean;
}

interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string | number | boolean>>;
  readonly env?: Readonly<Record<string, string>>;
}

export interface GithubWorkflow {
  readonly env: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly if?: string;
        readonly env?: Readonly<Record<string, string>>;
        readonly strategy?: { readonly matrix: { readonly include: readonly Readonly<Record<string, unknown>>[] } };
        readonly steps: readonly Step[];
      }
    >
  >;
}

export interface GithubPlace extends Workplace {
  /** The address of the API, with its version. */
  readonly api: string;
  readonly token: string;
  /** An archive, for the action that builds. */
  readonly image?: string;
}

/** As `gh api repos/…/actions/artifacts` lists it. */
interface KeptArtifact {
  readonly name: string;
  readonly created_at: string;
  readonly expired: boolean;
  readonly workflow_run: {
    readonly id: number;
    readonly head_branch: string;
    readonly head_repository_id: number;
    readonly repository_id: number;
  };
}

const artifactsOf = ({ root }: Workplace) => path.join(root, 'artifacts');
const listOf = (place: Workplace) => path.join(artifactsOf(place), 'list.json');

/** All that were kept, the oldest first. */
export function keptArtifacts(place: Workplace): readonly KeptArtifact[] {
  return existsSync(listOf(place)) ? JSON.parse(readFileSync(listOf(place), 'utf8')) : [];
}

/** Keeps files as an artifact of a run. */
export function keepArtifact(place: Workplace, event: GithubEvent, name: string, files: readonly string[]): void {
  const kept = keptArtifacts(place);
  const id = kept.length + 1;
  const directory = path.join(artifactsOf(place), String(id), name);
  for (const file of files) cpSync(file, path.join(directory, path.basename(file)), { recursive: true });
  const own = 1;
  const workflow_run = {
    id,
    head_branch: event.branch,
    head_repository_id: event.isFork === true ? 2 : own,
    repository_id: own,
  };
  const created_at = new Date(Date.UTC(2026, 0, 1, 0, id)).toISOString();
  writeFileSync(listOf(place), JSON.stringify([...kept, { name, created_at, expired: false, workflow_run }]));
}

/** GitHub's own program: lists artifacts in pages through jq, fetches them, and writes down what else it is asked. */
const gh = `#!/usr/bin/env node
const { execFileSync } = require('node:child_process');
const { cpSync, appendFileSync, readFileSync, existsSync } = require('node:fs');
const [, , ...args] = process.argv;
const after = (flag) => args[args.indexOf(flag) + 1];
const store = process.env.GH_STORE;
if (!process.env.GH_TOKEN) process.exit(4);
if (args[0] === 'api') {
  const asked = new URL(args.find((each) => each.startsWith('repos/')), 'http://x/');
  const all = existsSync(store + '/list.json') ? JSON.parse(readFileSync(store + '/list.json', 'utf8')) : [];
  const artifacts = all.filter(({ name }) => name === asked.searchParams.get('name')).reverse();
  for (const page of [artifacts.slice(0, 1), artifacts.slice(1)])
    process.stdout.write(execFileSync('jq', ['-r', after('--jq')], { input: JSON.stringify({ artifacts: page }) }));
} else if (args[0] === 'run') cpSync(store + '/' + args[2] + '/' + after('--name'), after('--dir'), { recursive: true });
else appendFileSync(store + '/gh.log', args.join(' ') + '\\n');
`;

export interface JobRun {
  /** Each step that ran something, by its name, with its exit code. */
  readonly codes: Readonly<Record<string, number | null>>;
  readonly logs: Readonly<Record<string, string>>;
  readonly failed: boolean;
}

/** Runs a job, once for each entry of its matrix; undefined where its condition does not hold. */
export async function runGithubJob(
  place: GithubPlace,
  { env, jobs }: GithubWorkflow,
  name: string,
  event: GithubEvent,
): Promise<JobRun | undefined> {
  putProgram(place, 'gh', gh);
  mkdirSync(artifactsOf(place), { recursive: true });
  mkdirSync(path.join(place.root, 'temp'), { recursive: true });
  const job = jobs[name];
  if (!job) throw new Error(`there is no job ${name}`);
  const outcomes: Record<string, { outcome: string }> = {};
  const context = {
    github: {
      event_name: event.name,
      ref: refOf(event),
      ref_name: event.name === 'pull_request' ? '7/merge' : event.branch,
      sha: 'c0ffee',
      actor: 'somebody',
      repository: 'shop/web',
      workspace: place.repository,
      token: place.token,
      // Of a schedule, the documentation promises nothing.
      event:
        event.name === 'schedule'
          ? {}
          : {
              repository: { default_branch: 'main' },
              pull_request: { head: { repo: { full_name: event.isFork === true ? 'them/web' : 'shop/web' } } },
            },
    },
    vars: event.isFork === true ? {} : { PLIMSOLL_PACKAGE: place.archive },
    secrets: {},
    runner: { temp: path.join(place.root, 'temp') },
    steps: outcomes,
  };
  if (job.if !== undefined && !worked(job.if, { ...context, matrix: {} }, false)) return undefined;
  const codes: Record<string, number | null> = {};
  const logs: Record<string, string> = {};
  let failed = false;
  for (const matrix of job.strategy?.matrix.include ?? [{}]) {
    const known = { ...context, matrix };
    for (const step of job.steps) {
      const title = step.name ?? step.uses ?? '';
      const isAsked = step.if === undefined ? !failed : Boolean(worked(step.if, known, failed, place.repository));
      const outer = filled({ ...env, ...job.env }, known);
      const inner = { ...known, env: outer };
      if (!isAsked) continue;
      let ended: Ended = { code: 0, log: '' };
      if (step.run !== undefined)
        ended = await runShell(place, ['bash', '-e', '-c'], step.run, {
          cwd: place.repository,
          variables: {
            ...variablesOf(place, event),
            ...outer,
            ...filled(step.env ?? {}, inner),
          },
        });
      else action(place, event, step.uses ?? '', filled(step.with ?? {}, inner));
      if (step.id !== undefined) outcomes[step.id] = { outcome: ended.code === 0 ? 'success' : 'failure' };
      if (step.run !== undefined) [codes[title], logs[title]] = [ended.code, ended.log];
      failed ||= ended.code !== 0;
    }
  }
  return { codes, logs, failed };
}

function refOf({ name, branch, isTag }: GithubEvent): string {
  if (name === 'pull_request') return 'refs/pull/7/merge';
  return `refs/${isTag === true ? 'tags' : 'heads'}/${branch}`;
}

function variablesOf(place: GithubPlace, event: GithubEvent): Record<string, string> {
  const request = event.name === 'pull_request' ? { GITHUB_HEAD_REF: event.branch, GITHUB_BASE_REF: 'main' } : {};
  return {
    GITHUB_ACTIONS: 'true',
    GITHUB_API_URL: place.api,
    GITHUB_EVENT_NAME: event.name,
    GITHUB_REPOSITORY: 'shop/web',
    GITHUB_REF: refOf(event),
    GITHUB_REF_NAME: event.name === 'pull_request' ? '7/merge' : event.branch,
    GITHUB_STEP_SUMMARY: path.join(place.root, 'summary.md'),
    GH_STORE: artifactsOf(place),
    ...request,
  };
}

function action(place: GithubPlace, event: GithubEvent, uses: string, given: Readonly<Record<string, string>>): void {
  const name = uses.replace(/@.*/, '');
  if (name === 'actions/upload-artifact') {
    const files = (given.path ?? '').split('\n').filter((file) => file !== '');
    if (files.some((file) => file.split('/').includes('..'))) throw new Error(`${name} takes no «..»: ${given.path}`);
    const there = files.map((file) => path.resolve(place.repository, file)).filter((file) => existsSync(file));
    if (there.length > 0) keepArtifact(place, event, given.name ?? '', there);
  } else if (name === 'actions/download-artifact') {
    const kept = keptArtifacts(place).findLast((each) => each.name === given.name);
    if (!kept) throw new Error(`there is no artifact ${given.name}`);
    const from = path.join(artifactsOf(place), String(kept.workflow_run.id), kept.name);
    // What was kept of one directory is what was in it.
    cpSync(path.join(from, given.path ?? ''), path.resolve(place.repository, given.path ?? ''), { recursive: true });
  } else if (name === 'docker/build-push-action' && place.image !== undefined) {
    const [, file = ''] = /dest=(.*)$/.exec(given.outputs ?? '') ?? [];
    cpSync(place.image, file);
  }
}

function filled(
  values: Readonly<Record<string, string | number | boolean>>,
  context: Readonly<Record<string, unknown>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      String(value).replace(/\$\{\{ (.*?) \}\}/g, (_, expression: string) =>
        String(worked(expression, context, false) ?? ''),
      ),
    ]),
  );
}

/** An expression: https://docs.github.com/en/actions/reference/workflows-and-actions/expressions. What is not there is null, however deep. */
function worked(
  expression: string,
  context: Readonly<Record<string, unknown>>,
  failed: boolean,
  directory = '.',
): unknown {
  const script = expression
    .replace(/^\$\{\{(.*)\}\}$/s, '$1')
    .split(/('[^']*')/)
    .map((part) => (part.startsWith("'") ? part : part.replace(/\.(?=[a-z_A-Z])/g, '?.')))
    .join('');
  const functions = {
    always: () => true,
    cancelled: () => false,
    format: (text: string, value: unknown) => text.replace('{0}', String(value ?? '')),
    hashFiles: (file: string) => (existsSync(path.join(directory, file.replace('*.md', ''))) ? 'hash' : ''),
  };
  const holds = runInNewContext(`(${script})`, { ...context, ...functions });
  return failed && !/always\(\)|cancelled\(\)/.test(expression) ? false : holds;
}
