import { cpSync, existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type Ended, runShell, type Workplace } from './workplace.ts';

/** Stands for GitLab: rules are worked out, scripts are run in a POSIX shell, and caches are fetched and kept as their policy says. */
export interface GitlabJob {
  readonly extends?: string;
  readonly rules?: readonly {
    readonly if: string;
    readonly variables?: Readonly<Record<string, string>>;
  }[];
  readonly variables?: Readonly<Record<string, string>>;
  readonly cache?: readonly {
    readonly key: string;
    readonly policy?: string;
    readonly unprotect?: boolean;
    readonly paths: readonly string[];
  }[];
  readonly before_script?: readonly string[];
  readonly script?: readonly string[];
  readonly after_script?: readonly string[];
}

/** The variables that GitLab sets, by what a pipeline is of. */
export interface GitlabPipeline {
  readonly jobs: Readonly<Record<string, GitlabJob>>;
  readonly variables: Readonly<Record<string, string>>;
  /** Of a branch that is protected: it has caches of its own. */
  readonly isProtected: boolean;
}

/** Runs a job; undefined where no rule takes it. */
export async function runGitlabJob(
  place: Workplace,
  { jobs, variables: predefined, isProtected }: GitlabPipeline,
  name: string,
): Promise<Ended | undefined> {
  const job = withBase(jobs, name);
  const rule = (job.rules ?? []).find((each) => holds(each.if, predefined));
  if (rule === undefined) return undefined;
  const known = { ...predefined, ...job.variables, ...rule.variables };
  const variables = Object.fromEntries(Object.entries(known).map(([key, value]) => [key, expanded(value, predefined)]));
  const { repository: cwd } = place;
  const caches = (job.cache ?? []).map(({ key, policy = 'pull-push', unprotect, paths }) => ({
    policy: expanded(policy, known),
    paths,
    directory: path.join(place.root, 'caches', `${key}${unprotect === true || isProtected ? '' : '-non_protected'}`),
  }));
  for (const { policy, directory, paths } of caches)
    for (const each of paths)
      if (policy.startsWith('pull') && existsSync(path.join(directory, each)))
        cpSync(path.join(directory, each), path.join(cwd, each), { recursive: true });
  const run = (lines: readonly string[]) => runShell(place, ['sh', '-e', '-c'], lines.join('\n'), { cwd, variables });
  for (const line of job.before_script ?? []) await run([line]);
  const ended = await run(job.script ?? []);
  const after = await run(job.after_script ?? []);
  if (after.code !== 0) throw new Error(after.log);
  for (const { policy, directory, paths } of caches)
    for (const each of paths) {
      if (policy.endsWith('push') && existsSync(path.join(cwd, each)))
        cpSync(path.join(cwd, each), path.join(directory, each), { recursive: true });
      rmSync(path.join(cwd, each), { recursive: true, force: true });
    }
  return ended;
}

function withBase(jobs: Readonly<Record<string, GitlabJob>>, name: string): GitlabJob {
  const job = jobs[name];
  if (job === undefined) throw new Error(`there is no job ${name}`);
  const base = job.extends === undefined ? {} : withBase(jobs, job.extends);
  return { ...base, ...job, variables: { ...base.variables, ...job.variables } };
}

function expanded(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$(\w+)/g, (_, name: string) => variables[name] ?? '');
}

/** `$A == "text" && $B`, of what is generated: https://docs.gitlab.com/ci/jobs/job_rules/#cicd-variable-expressions */
function holds(condition: string, variables: Readonly<Record<string, string>>): boolean {
  return condition.split(' && ').every((part) => {
    const [left = '', right] = part.split(' == ').map((word) => expanded(word.replaceAll('"', ''), variables));
    return right === undefined ? left !== '' : left === right;
  });
}
