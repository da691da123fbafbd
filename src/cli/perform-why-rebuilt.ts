import { exitCodes, UserError } from '../core/errors.ts';
import { maskSecrets } from '../core/mask-secrets.ts';
import type { ExplainedInstruction, RebuildExplanation, ReplayedCommit } from '../core/replay-report.ts';
import type { Cause } from '../prove/replay/cause.ts';
import { lastChange } from '../prove/replay/changed-files.ts';
import { type ExplainContext, type ExplainedStep, explainBuild, isBeginning, textOf } from '../prove/replay/explain.ts';
import type { CommitQuery } from '../prove/replay/git-commits.ts';
import type { History } from '../prove/replay/history.ts';
import { type CommitBuild, replayBuilds } from '../prove/replay/replay.ts';
import { tellCause, tellChange } from '../prove/replay/tell-cause.ts';
import { renderExplanationJson } from '../report/replay-json.ts';
import { renderExplanation } from '../report/why-rebuilt-terminal.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { countFrom } from './count-flag.ts';
import { isColored } from './is-colored.ts';
import { progressOn } from './progress.ts';
import {
  openProjectHistory,
  type ReplayTarget,
  readReplayTarget,
  replayed,
  type TargetBuild,
} from './replay-target.ts';

/** Explains a commit's build as the arguments of `plimsoll why-rebuilt` say; gives the exit code: 1 where something was rebuilt. */
export async function performWhyRebuilt(parsed: ParsedArguments, terminal: Terminal): Promise<number> {
  const progress = progressOn(terminal, parsed.has('quiet'));
  try {
    const query = queryFrom(parsed);
    const target = await readReplayTarget(parsed.value('path'), parsed, terminal, progress);
    const history = await openProjectHistory(target.project, query, progress);
    try {
      const explanation = await explain(target, history, query.since !== undefined, terminal.version);
      progress.end();
      terminal.stdout.write(
        parsed.has('json')
          ? renderExplanationJson(explanation)
          : renderExplanation(explanation, {
              columns: terminal.stdout.columns || 100,
              color: isColored(parsed, terminal),
              all: parsed.has('all'),
            }),
      );
      if (explanation.builds.every(({ problem }) => problem !== undefined)) return exitCodes.usage;
      const isFound = explanation.builds.every(({ instructions }) =>
        instructions.every(({ verdict }) => verdict === 'cached'),
      );
      return isFound ? exitCodes.clean : exitCodes.findings;
    } finally {
      history.close();
    }
  } finally {
    progress.end();
  }
}

/** More commits than this between two builds are no question for one answer. */
const mostBetween = 10_000;

function queryFrom(parsed: ParsedArguments): CommitQuery {
  const [revision, ...others] = parsed.positionals;
  if (others.length > 0)
    throw new UserError('why-rebuilt explains one commit', { remedy: 'Name one; --since names the build before it.' });
  const since = parsed.value('since');
  const most = since === undefined ? countFrom(parsed, 'last', 20) + 1 : mostBetween;
  return { most, ...(revision !== undefined && { revision }), ...(since !== undefined && { since }) };
}

/** With `since` only that one commit's build is in the cache; else those of all commits before it that were read. */
async function explain(
  { project, builds }: ReplayTarget,
  history: History,
  onlyFirst: boolean,
  version: string,
): Promise<RebuildExplanation> {
  const commits = onlyFirst
    ? [history.commits[0], history.commits.at(-1)].flatMap((each) => each ?? [])
    : history.commits;
  const [since, commit] = [commits.at(-2), commits.at(-1)];
  if (since === undefined || commit === undefined) throw new UserError('there is no commit before it');
  const explained: RebuildExplanation['builds'][number][] = [];
  for (const build of builds) explained.push(await explainOne(build, history, commits));
  return {
    tool: { name: 'plimsoll', version },
    name: project.name,
    commit: named(commit),
    since: named(since),
    cached: commits.length - 1,
    builds: explained,
  };
}

function named({ id, subject }: ReplayedCommit): ReplayedCommit {
  return { id, subject };
}

async function explainOne(
  build: TargetBuild,
  history: History,
  commits: History['commits'],
): Promise<RebuildExplanation['builds'][number]> {
  const own = replayed(build, history);
  const replays = await replayBuilds({ ...history, commits }, own);
  const after = replays.at(-1);
  const before = replays.slice(0, -1).findLast(({ problem }) => problem === undefined);
  const about = {
    dockerfile: build.dockerfile,
    context: build.context === '' ? '.' : build.context,
    target: build.target,
  };
  if (after === undefined || after.problem !== undefined)
    return { ...about, problem: `this commit cannot be built: ${after?.problem ?? ''}`, instructions: [] };
  if (before === undefined)
    return {
      ...about,
      problem: 'none of the commits before it can be built, so that nothing is in the cache',
      instructions: [],
    };
  const context = { history, build: own };
  return {
    ...about,
    problem: undefined,
    instructions: explainBuild(before, after, context).map((step) => reported(step, after, before, context)),
  };
}

function reported(
  { step, verdict, cause }: ExplainedStep,
  after: CommitBuild,
  before: CommitBuild,
  context: ExplainContext,
): ExplainedInstruction {
  const stage = after.plan?.stages.find(({ index }) => index === step.stage);
  const files = cause?.kind === 'files' ? cause.files : [];
  const commit =
    cause && isBeginning(cause)
      ? files[0] && !files[0].byIgnoreFile
        ? files[0].commit
        : recipeChange(cause, before, after, context)
      : undefined;
  return {
    stage: stage?.name ?? `${step.stage}`,
    line: step.instruction.line,
    text: maskSecrets(textOf(step)),
    verdict,
    why: cause && tellCause(cause),
    begins: cause !== undefined && isBeginning(cause) && verdict === 'rebuilt',
    files: files.map((file) => ({
      path: file.path,
      change: tellChange(file),
      needless: file.needless,
      commit: file.commit && named(file.commit),
    })),
    commit: commit && named(commit),
  };
}

/** The last commit of the stretch that changed the Dockerfile or, where that is the cause, the ignore file. */
function recipeChange(
  cause: Cause,
  before: CommitBuild,
  after: CommitBuild,
  { history, build }: ExplainContext,
): ReplayedCommit | undefined {
  if (cause.kind === 'unknown') return undefined;
  const path = cause.kind === 'files' ? (cause.ignoreFile ?? build.dockerfile) : build.dockerfile;
  return lastChange(history, before.commit, after.commit, path);
}
