import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ignoreMatcher } from '../context/matcher.ts';
import { exitCodes, UserError } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import type {
  ReplayedBuildReport,
  ReplayedCommit,
  ReplayedDockerfile,
  ReplayedFix,
  ReplayReport,
} from '../core/replay-report.ts';
import { shellWord } from '../core/shell-word.ts';
import { packageCommands } from '../dockerfile/package-commands.ts';
import { packagesInstalled } from '../project/dependency-count.ts';
import { readTimings } from '../prove/replay/build-timings.ts';
import type { History } from '../prove/replay/history.ts';
import { planBuildText, type ReplayedBuild, replayBuilds } from '../prove/replay/replay.ts';
import type { KnownSeconds } from '../prove/replay/step-seconds.ts';
import { summarize } from '../prove/replay/summarize.ts';
import { renderReplayJson } from '../report/replay-json.ts';
import { renderReplay } from '../report/replay-terminal.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { countFrom } from './count-flag.ts';
import { isColored } from './is-colored.ts';
import { type Progress, progressOn } from './progress.ts';
import { type FixTexts, fixesOf } from './replay-fixes.ts';
import {
  openProjectHistory,
  type ReplayTarget,
  readReplayTarget,
  replayed,
  type TargetBuild,
} from './replay-target.ts';

/** Replays builds over the last commits as the arguments of `plimsoll replay` say; gives the exit code. */
export async function performReplay(parsed: ParsedArguments, terminal: Terminal): Promise<number> {
  const last = countFrom(parsed, 'last', 50);
  const progress = progressOn(terminal, parsed.has('quiet'));
  try {
    const timings = timingsFrom(parsed, terminal);
    const named = pathFrom(parsed);
    const target = await readReplayTarget(named, parsed, terminal, progress);
    const revision = parsed.value('to');
    const query = {
      most: last + 1,
      everyParent: parsed.has('every-parent'),
      ...(revision !== undefined && { revision }),
    };
    const history = await openProjectHistory(target.project, query, progress);
    try {
      const report = await replayAll(target, history, { parsed, progress, timings, last, version: terminal.version });
      progress.end();
      terminal.stdout.write(
        parsed.has('json')
          ? renderReplayJson(report)
          : renderReplay(report, {
              columns: terminal.stdout.columns || 100,
              color: isColored(parsed, terminal),
              all: parsed.has('all'),
              fixCommand: ['plimsoll fix', ...(named === undefined ? [] : [shellWord(printable(named))])].join(' '),
            }),
      );
      return exitCodes.clean;
    } finally {
      history.close();
    }
  } finally {
    progress.end();
  }
}

/** As an argument or a flag; undefined: this directory. */
function pathFrom(parsed: ParsedArguments): string | undefined {
  const [path, ...others] = [...parsed.positionals, ...parsed.values('path')];
  if (others.length > 0)
    throw new UserError('replay takes one directory or Dockerfile', { remedy: 'Call it for each.' });
  return path;
}

interface Asked {
  readonly parsed: ParsedArguments;
  readonly progress: Progress;
  readonly timings: Pick<KnownSeconds, 'given' | 'measured'>;
  readonly last: number;
  readonly version: string;
}

async function replayAll(target: ReplayTarget, history: History, asked: Asked): Promise<ReplayReport> {
  const { parsed, progress } = asked;
  const historic = parsed.has('as-it-was');
  progress.step('looking for what can be repaired');
  const fixes = historic || parsed.has('no-fixes') ? () => [] : fixesOf(target, target.builds);
  const builds: ReplayedBuildReport[] = [];
  for (const build of target.builds) builds.push(await replayOne(build, target, history, fixes(build), asked));
  const [oldest, newest] = [history.commits[1], history.commits.at(-1)];
  return {
    tool: { name: 'plimsoll', version: asked.version },
    name: target.project.name,
    seconds: process.uptime(),
    history: {
      commits: history.commits.length - 1,
      asked: asked.last,
      oldest: named(oldest),
      newest: named(newest),
      shallow: history.shallow,
      everyParent: parsed.has('every-parent'),
    },
    builds,
    notes: [...notesOn(history), ...gitNotes(target.builds, history)],
  };
}

function named(commit: ReplayedCommit | undefined): ReplayedCommit {
  return { id: commit?.id ?? '', subject: commit?.subject ?? '' };
}

async function replayOne(
  build: TargetBuild,
  { project }: ReplayTarget,
  history: History,
  fixes: readonly FixTexts[],
  { parsed, progress, timings }: Asked,
): Promise<ReplayedBuildReport> {
  const historic = parsed.has('as-it-was');
  const own = replayed(build, history);
  const texts = historic ? undefined : textsToday(build, project);
  const known: KnownSeconds = {
    ...timings,
    packages(command) {
      const placed = packageCommands(build.build.dockerfile).find(
        ({ read }) => read.action === command.action && read.ecosystem === command.ecosystem,
      );
      return placed && packagesInstalled(project, build.build.dockerfile, placed);
    },
  };
  const total = history.commits.length * (1 + fixes.length);
  let done = 0;
  const run = async (overlay: ReadonlyMap<string, string | undefined> | undefined, explain: boolean) => {
    const one: ReplayedBuild = { ...own, ...(overlay && { overlay: fromTop(overlay, history), lenient: true }) };
    const commits = await replayBuilds(history, one, () =>
      progress.step(`replaying ${build.dockerfile}`, ++done, total),
    );
    return summarize(commits, { history, build: one }, known, explain);
  };
  const replay = await run(texts, true);
  const saving: ReplayedFix[] = [];
  for (const fix of fixes) {
    const changed = new Map([...(texts ?? []), ...fix.texts]);
    if (!changesSteps(own, build, changed, texts)) continue;
    const { texts: _, ...rest } = fix;
    const after = await run(changed, false);
    if (saved(replay, after) <= 0) continue;
    const { rebuilt, work, decided, instructionsInAll } = after;
    saving.push({ ...rest, rebuilt, work, decided, instructionsInAll });
  }
  return {
    dockerfile: build.dockerfile,
    context: build.context === '' ? '.' : build.context,
    target: build.target,
    as: historic ? 'historic' : 'current',
    replay,
    fixes: saving.sort((one, other) => saved(replay, other) - saved(replay, one)),
    fixesWithoutEffect: fixes.length - saving.length,
    assumed: planBuildText(own, build.build.dockerfile.text)?.assumed ?? [],
  };
}

/** Seconds that are saved for certain: what is not decided counts against the fix in both. */
function saved(before: ReplayedDockerfile, { work }: Pick<ReplayedDockerfile, 'work'>): number {
  return before.work.atLeast - work.atLeast || before.work.atMost - work.atMost;
}

/** The Dockerfile and the ignore files as they are in the work tree: a file that is not there is not there at any commit. */
function textsToday(
  { dockerfile, context, build }: TargetBuild,
  project: Project,
): ReadonlyMap<string, string | undefined> {
  const textOf = (file: string) => project.artifacts.get(file)?.text;
  const ignore = path.posix.join(context, '.dockerignore');
  return new Map([
    [dockerfile, build.dockerfile.text],
    [`${dockerfile}.dockerignore`, textOf(`${dockerfile}.dockerignore`)],
    [ignore, textOf(ignore)],
  ]);
}

type Project = ReplayTarget['project'];

function fromTop(
  texts: ReadonlyMap<string, string | undefined>,
  { prefix }: History,
): ReadonlyMap<string, string | undefined> {
  return new Map([...texts].map(([file, text]) => [path.posix.join(prefix, file), text]));
}

/** Whether a fix changes what is built from what: a LABEL does not, and an ignore file does. */
function changesSteps(
  own: ReplayedBuild,
  build: TargetBuild,
  changed: ReadonlyMap<string, string | undefined>,
  texts: ReadonlyMap<string, string | undefined> | undefined,
): boolean {
  for (const [file, text] of changed) if (file !== build.dockerfile && text !== texts?.get(file)) return true;
  const steps = (text: string | undefined) => {
    const plan = text === undefined ? undefined : planBuildText(own, text);
    return JSON.stringify([
      plan?.stages.map(({ base }) => base),
      plan?.steps.map(({ definition, inputs }) => [definition, inputs]),
    ]);
  };
  return steps(changed.get(build.dockerfile)) !== steps(texts?.get(build.dockerfile));
}

function timingsFrom(parsed: ParsedArguments, terminal: Terminal): Pick<KnownSeconds, 'given' | 'measured'> {
  const given = new Map(
    parsed.values('seconds').map((text) => {
      const [, line, seconds] = /^(\d{1,6})=(\d{1,6}(?:\.\d+)?)$/.exec(text) ?? [];
      if (line === undefined) throw new UserError(`--seconds takes LINE=SECONDS, as 12=40; not «${text}»`);
      return [Number(line), Number(seconds)] as const;
    }),
  );
  const file = parsed.value('timings');
  return {
    given,
    measured: file === undefined ? new Map() : readTimings(readLog(path.resolve(terminal.cwd, file), file)),
  };
}

function readLog(file: string, written: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new UserError('the log cannot be read', {
      where: written,
      remedy: 'Write one with «docker build --progress=plain . 2> build.log».',
      cause,
    });
  }
}

/** A work tree's own .git counts wherever the whole context is copied and nothing keeps it out. */
function gitNotes(builds: readonly TargetBuild[], { prefix }: History): readonly string[] {
  const taking = builds.filter(
    ({ build: { context }, context: directory, hasGit }) =>
      !hasGit &&
      context !== undefined &&
      prefix === '' &&
      directory === '' &&
      context.uses.some(({ sources }) => sources.some((source) => /^\.?\/?$/.test(source))) &&
      ignoreMatcher(context.ignore.lines.map(({ pattern }) => pattern)).verdict('.git') === 'kept',
  );
  return taking.length === 0
    ? []
    : [
        `a work tree's .git is taken by ${taking.map(({ dockerfile }) => dockerfile).join(', ')}, and changes with each commit: --with-git counts it; .dockerignore keeps it out`,
      ];
}

/** What a check-out may have otherwise. */
function notesOn({ commits, trees, shallow }: History): readonly string[] {
  const newest = commits.at(-1)?.tree ?? '';
  const found = new Set<string>();
  const visit = (tree: string) => {
    for (const entry of trees.entries(tree)) {
      if (entry.kind === 'directory') visit(entry.id);
      else if (entry.kind === 'submodule') found.add('submodules count by their commit');
      else if (entry.name === '.gitattributes')
        found.add('.gitattributes is not applied: files count as git stores them, those of LFS by their pointers');
    }
  };
  visit(newest);
  if (shallow) found.add('the clone is shallow: what came before its oldest commit is not in the cache');
  return ['files that git does not track are not looked at', ...found];
}
