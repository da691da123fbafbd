import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runInNewContext } from 'node:vm';
import { putProgram, runShell, type Workplace } from './workplace.ts';

/** Stands for Azure Pipelines: conditions are worked out, scripts are run in bash, what they tell the agent is heard, and artifacts are kept with the run's branch and tags. */
interface Step {
  readonly bash?: string;
  readonly publish?: string;
  readonly artifact?: string;
  readonly download?: string;
  readonly displayName?: string;
  readonly condition?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface AzureJob {
  readonly job: string;
  readonly condition?: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

export interface AzureRun {
  readonly id: number;
  /** As Azure names them: `Build.Reason`. */
  readonly variables: Readonly<Record<string, string>>;
  readonly token: string;
}

interface KeptRun {
  readonly id: number;
  readonly branch: string;
  readonly tags: readonly string[];
}

const listOf = ({ root }: Workplace) => path.join(root, 'runs/list.json');
const runsOf = (place: Workplace): readonly KeptRun[] =>
  existsSync(listOf(place)) ? JSON.parse(readFileSync(listOf(place), 'utf8')) : [];

/** Which runs have a tag, the oldest first. */
export function taggedRuns(place: Workplace, tag: string): readonly number[] {
  return runsOf(place)
    .filter(({ tags }) => tags.includes(tag))
    .map(({ id }) => id);
}

/** The agent's own program: the newest runs of a branch with a tag, and their artifacts. */
const az = `#!/usr/bin/env node
const { cpSync, readFileSync, existsSync } = require('node:fs');
const args = process.argv.slice(2);
const after = (flag) => args[args.indexOf(flag) + 1];
const store = process.env.AZ_STORE;
if (!process.env.AZURE_DEVOPS_EXT_PAT) process.exit(1);
if (args.slice(0, 3).join(' ') === 'pipelines runs list') {
  const runs = existsSync(store + '/list.json') ? JSON.parse(readFileSync(store + '/list.json', 'utf8')) : [];
  const found = runs.filter(({ branch, tags }) => branch === after('--branch') && tags.includes(after('--tags')));
  for (const { id } of found.reverse().slice(0, Number(after('--top')))) console.log(id);
} else if (args.slice(0, 4).join(' ') === 'pipelines runs artifact download')
  cpSync(store + '/' + after('--run-id') + '/' + after('--artifact-name'), after('--path'), { recursive: true });
else process.exit(2);
`;

/** Runs a job; undefined where its condition does not hold. Gives the exit code of each script, by its title. */
export async function runAzureJob(
  place: Workplace,
  job: AzureJob,
  run: AzureRun,
  cwd = place.repository,
): Promise<Record<string, number | null> | undefined> {
  putProgram(place, 'az', az);
  const temp = path.join(place.root, 'temp');
  mkdirSync(temp, { recursive: true });
  const variables: Record<string, string> = {
    'Agent.TempDirectory': temp,
    'Pipeline.Workspace': place.root,
    'System.AccessToken': run.token,
    ...run.variables,
  };
  const state = { failed: false };
  if (job.condition !== undefined && !holds(job.condition, variables, state)) return undefined;
  for (const [name, value] of Object.entries(job.variables ?? {})) variables[name] = expanded(value, variables);
  const codes: Record<string, number | null> = {};
  for (const step of job.steps) {
    if (!(step.condition === undefined ? !state.failed : holds(step.condition, variables, state))) continue;
    if (step.publish !== undefined) {
      const from = path.resolve(cwd, expanded(step.publish, variables));
      const to = path.join(place.root, 'runs', String(run.id), expanded(step.artifact ?? '', variables));
      if (existsSync(from)) cpSync(from, to, { recursive: true });
      else state.failed = true;
    } else if (step.download !== undefined) {
      const name = expanded(step.artifact ?? '', variables);
      cpSync(path.join(place.root, 'runs', String(run.id), name), path.join(place.root, name), { recursive: true });
    } else if (step.bash !== undefined) {
      const own = { ...variables, ...step.env };
      // A secret is given to no script that does not name it.
      const named = Object.entries(own).filter(([name]) => name !== 'System.AccessToken');
      const { code, log } = await runShell(place, ['bash', '--noprofile', '--norc', '-c'], step.bash, {
        cwd,
        variables: {
          TF_BUILD: 'True',
          AZ_STORE: path.join(place.root, 'runs'),
          ...Object.fromEntries(
            named.map(([name, value]) => [name.toUpperCase().replaceAll('.', '_'), expanded(value, variables)]),
          ),
        },
      });
      codes[step.displayName ?? ''] = code;
      state.failed ||= code !== 0;
      for (const [, name = '', value = ''] of log.matchAll(/##vso\[task\.setvariable variable=(\w+)\](.*)/g))
        variables[name] = value;
      for (const [, tag = ''] of log.matchAll(/##vso\[build\.addbuildtag\](.*)/g)) addTag(place, run, tag);
    }
  }
  rmSync(path.join(temp, 'plimsoll-history'), { recursive: true, force: true });
  return codes;
}

function addTag(place: Workplace, { id, variables }: AzureRun, tag: string): void {
  const known = runsOf(place);
  const own = known.find((each) => each.id === id) ?? { id, branch: variables['Build.SourceBranch'] ?? '', tags: [] };
  const others = known.filter((each) => each !== own);
  mkdirSync(path.dirname(listOf(place)), { recursive: true });
  writeFileSync(listOf(place), JSON.stringify([...others, { ...own, tags: [...own.tags, tag] }]));
}

function expanded(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$\(([\w.]+)\)/g, (whole, name: string) => variables[name] ?? whole);
}

/** https://learn.microsoft.com/azure/devops/pipelines/process/expressions */
function holds(condition: string, variables: Readonly<Record<string, string>>, state: { failed: boolean }): boolean {
  const context = {
    variables,
    and: (...all: readonly boolean[]) => all.every(Boolean),
    not: (value: boolean) => !value,
    eq: (one: string | undefined, other: string) => (one ?? '').toLowerCase() === other.toLowerCase(),
    ne: (one: string | undefined, other: string) => (one ?? '').toLowerCase() !== other.toLowerCase(),
    succeeded: () => !state.failed,
    succeededOrFailed: () => true,
    canceled: () => false,
  };
  return Boolean(runInNewContext(condition, context));
}
