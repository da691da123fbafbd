import { maskSecrets } from '../../core/mask-secrets.ts';
import type {
  RebuildWork,
  ReplayedCommitBuild,
  ReplayedDockerfile,
  ReplayedInstruction,
} from '../../core/replay-report.ts';
import type { PlannedStep } from './build-plan.ts';
import { type ExplainContext, explainStep, isBeginning, textOf } from './explain.ts';
import type { CommitBuild } from './replay.ts';
import { givenByText, type KnownSeconds, secondsOf } from './step-seconds.ts';
import { tellCause } from './tell-cause.ts';

/** Puts a replay together by instruction and by commit. The first build fills the cache and is not counted. Reasons cost the most. */
export function summarize(
  builds: readonly CommitBuild[],
  context: ExplainContext,
  known: KnownSeconds,
  explain = true,
): ReplayedDockerfile {
  const built = builds.filter(({ problem }) => problem === undefined);
  const newest = built.at(-1);
  const texts = givenByText(newest?.plan?.steps ?? [], known.given);
  const rows = new Map<string, Row>();
  const commits = built.slice(1).map((build, at) => {
    const before = built[at];
    return addBuild(rows, build, before ?? build, { context, known, texts, explain });
  });
  const instructions = [...rows.values()].sort((one, other) => one.line - other.line).map(reported);
  return {
    instructions,
    commits,
    notBuilt: builds.flatMap(({ commit: { id, subject }, problem }) =>
      problem === undefined ? [] : [{ id, subject, reason: problem }],
    ),
    missing: missingIn(built),
    instructionsInAll: sum(instructions, ({ builds: count }) => count),
    decided: sum(instructions, ({ builds: count, unknown }) => count - unknown),
    rebuilt: sum(instructions, ({ rebuilt }) => rebuilt),
    work: { atLeast: sum(commits, ({ work }) => work.atLeast), atMost: sum(commits, ({ work }) => work.atMost) },
  };
}

function missingIn(builds: readonly CommitBuild[]): ReplayedDockerfile['missing'] {
  const times = new Map<string, number>();
  for (const { missing } of builds)
    for (const source of new Set(missing)) times.set(source, (times.get(source) ?? 0) + 1);
  return [...times].map(([source, commits]) => ({ source, commits }));
}

function sum<Item>(items: readonly Item[], value: (item: Item) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}

interface Row extends Omit<ReplayedInstruction, 'reasons'> {
  line: number;
  builds: number;
  rebuilt: number;
  unknown: number;
  begins: number;
  readonly reasonCounts: Map<string, number>;
}

interface Adding {
  readonly context: ExplainContext;
  readonly known: KnownSeconds;
  readonly texts: ReadonlyMap<string, number>;
  readonly explain: boolean;
}

function addBuild(
  rows: Map<string, Row>,
  build: CommitBuild,
  before: CommitBuild,
  adding: Adding,
): ReplayedCommitBuild {
  const rebuilt: number[] = [];
  const unknown: number[] = [];
  const work: { -readonly [Name in keyof RebuildWork]: RebuildWork[Name] } = { atLeast: 0, atMost: 0 };
  for (const { step, verdict } of build.results) {
    if (!step.shown) continue;
    const row = rowOf(rows, step, build, adding);
    const seconds = row.cost.seconds ?? 0;
    row.builds++;
    row.line = step.instruction.line;
    if (verdict === 'cached') continue;
    work.atMost += seconds;
    (verdict === 'rebuilt' ? rebuilt : unknown).push(step.instruction.line);
    row[verdict]++;
    if (verdict === 'unknown') continue;
    work.atLeast += seconds;
    if (!adding.explain) continue;
    const cause = explainStep(step, before, build, adding.context);
    if (!isBeginning(cause)) continue;
    row.begins++;
    const reason = cause.kind === 'files' ? reasonOfFiles(cause.files) : tellCause(cause);
    row.reasonCounts.set(reason, (row.reasonCounts.get(reason) ?? 0) + 1);
  }
  const { id, subject } = build.commit;
  return { id, subject, rebuilt, unknown, work };
}

/** What changes of one kind have in common is counted together. */
function reasonOfFiles(files: readonly { readonly path: string; readonly needless?: string }[]): string {
  const needless = files.every((file) => file.needless !== undefined);
  const [first] = files;
  if (first === undefined) return 'files';
  if (needless) return `only ${first.needless ?? ''}, which no program is known to need`;
  return files.length === 1 ? first.path : 'several files';
}

function rowOf(rows: Map<string, Row>, step: PlannedStep, build: CommitBuild, { known, texts }: Adding): Row {
  const stage = build.plan?.stages.find(({ index }) => index === step.stage);
  const name = stage?.name ?? `${step.stage}`;
  const text = textOf(step);
  const same = build.results.filter(
    ({ step: each }) => each.shown && each.stage === step.stage && textOf(each) === text,
  );
  const key = `${name}\0${text}\0${same.findIndex(({ step: each }) => each === step)}`;
  const found = rows.get(key);
  if (found) return found;
  if (build.dockerfile === undefined) throw new Error('a build that was replayed has a Dockerfile');
  const row: Row = {
    stage: name,
    line: step.instruction.line,
    text,
    builds: 0,
    rebuilt: 0,
    unknown: 0,
    begins: 0,
    cost: secondsOf(step, build.dockerfile, known, texts),
    reasonCounts: new Map(),
  };
  rows.set(key, row);
  return row;
}

function reported({ reasonCounts, ...row }: Row): ReplayedInstruction {
  const reasons = [...reasonCounts]
    .map(([text, times]) => ({ text, times }))
    .sort((one, other) => other.times - one.times);
  return { ...row, text: maskSecrets(row.text), reasons };
}
