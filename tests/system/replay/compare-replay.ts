import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { PlannedStep } from '../../../src/prove/replay/build-plan.ts';
import { openHistory } from '../../../src/prove/replay/history.ts';
import { type CommitBuild, type ReplayedBuild, replayBuilds } from '../../../src/prove/replay/replay.ts';
import type { ObservedStep, ObservingBuilder } from './observed-build.ts';
import { makeStandIns } from './stand-in-layout.ts';

/** One instruction of one commit's build: what was foretold and what BuildKit did. */
export interface ComparedStep {
  readonly commit: string;
  readonly place: string;
  readonly instruction: string;
  readonly foretold: 'cached' | 'rebuilt' | 'unknown';
  readonly cached: boolean;
}

export interface Comparison {
  /** Commits that both could build, the first left out: it fills the cache. */
  readonly commits: number;
  readonly steps: readonly ComparedStep[];
  /** Commits whose first rebuilt instruction was foretold, was foretold by «all after the first COPY of sources», and all that were decided. */
  readonly firstMissed: { readonly right: number; readonly naive: number; readonly of: number };
  readonly refused: readonly string[];
}

export interface ComparedRepository extends ReplayedBuild {
  readonly directory: string;
  readonly last: number;
  readonly revision?: string;
  /** Every RUN is really run, by BusyBox. */
  readonly isReal?: boolean;
}

/** Builds the last commits of a repository one after the other, over stand-ins for the base images, and compares with the replay. */
export async function compareReplay(
  builder: ObservingBuilder,
  scratch: string,
  repository: ComparedRepository,
): Promise<Comparison> {
  const history = await openHistory(repository.directory, {
    most: repository.last + 1,
    ...(repository.revision && { revision: repository.revision }),
  });
  const builds = await replayBuilds(history, repository).finally(() => history.close());
  const layout = path.join(scratch, 'bases');
  const images = makeStandIns(layout, { ...needsOf(builds), ...(repository.isReal && { isReal: true }) });
  const steps: ComparedStep[] = [];
  const refused: string[] = [];
  const firstMissed = { right: 0, naive: 0, of: 0 };
  let commits = -1;
  for (const build of builds) {
    const id = build.commit.id.slice(0, 8);
    if (build.problem !== undefined) {
      refused.push(`${id} ${build.problem}`);
      continue;
    }
    const tree = path.join(scratch, 'tree');
    checkOut(repository.directory, build.commit.id, tree);
    const observed = await builder
      .build({
        context: path.join(tree, repository.context),
        dockerfile: path.join(tree, repository.dockerfile),
        layout,
        images,
        ...(repository.target && { target: repository.target }),
        ...(repository.buildArguments && { buildArguments: repository.buildArguments }),
      })
      .catch((error: unknown) => {
        refused.push(`${id} cannot be built over stand-ins: ${error instanceof Error ? error.message : String(error)}`);
      });
    if (observed === undefined) continue;
    if (++commits === 0) continue;
    const compared = compareBuild(build, observed);
    steps.push(...compared.map((each) => ({ ...each, commit: id })));
    scoreFirst(build, compared, firstMissed);
  }
  return { commits, steps, firstMissed, refused };
}

function compareBuild(build: CommitBuild, observed: readonly ObservedStep[]): Omit<ComparedStep, 'commit'>[] {
  const places = placesOf(build);
  return build.results.flatMap(({ step, verdict }) => {
    const place = places.get(step);
    if (place === undefined) return [];
    const seen = observed.find((each) => each.place === place || each.place === `stage-0 ${place}`);
    // Two stages that do the same are one step of the build, under one of their names; what nothing asked for is not there.
    if (seen === undefined) return [];
    return { place, instruction: seen.name, foretold: verdict, cached: seen.cached };
  });
}

/** As BuildKit numbers instructions: the FROM of an image is counted, and has no number where a named context gives the image. */
function placesOf({ plan, dockerfile }: CommitBuild): ReadonlyMap<PlannedStep, string> {
  const places = new Map<PlannedStep, string>();
  for (const stage of plan?.stages ?? []) {
    const own = plan?.steps.filter((step) => step.stage === stage.index && step.shown) ?? [];
    const isStage = dockerfile?.stages[stage.index]?.base.kind === 'stage';
    const before = stage.base.kind === 'image' && !isStage ? 1 : 0;
    // The whole count has WORKDIR / in it, which does nothing.
    const total =
      before +
      (dockerfile?.stages[stage.index]?.instructions.filter(({ name }) =>
        ['RUN', 'COPY', 'ADD', 'WORKDIR'].includes(name),
      ).length ?? 0);
    const label = stage.name ?? ((dockerfile?.stages.length ?? 0) > 1 ? `stage-${stage.index}` : '');
    for (const [at, step] of own.entries()) places.set(step, `${label === '' ? '' : `${label} `}${at + 1}/${total}`);
  }
  return places;
}

/** The first instruction, in the order of the file, that BuildKit ran. Counted where all before it are decided. */
function scoreFirst(
  build: CommitBuild,
  compared: readonly Omit<ComparedStep, 'commit'>[],
  score: Comparison['firstMissed'],
): void {
  const real = compared.findIndex(({ cached }) => !cached);
  const upTo = real === -1 ? compared : compared.slice(0, real + 1);
  if (upTo.some(({ foretold }) => foretold === 'unknown')) return;
  const foretold = compared.findIndex((each) => each.foretold === 'rebuilt');
  const copies = build.results.filter(({ step }) => step.shown);
  const naive = copies.findIndex(
    ({ step: { instruction, inputs } }) =>
      ['COPY', 'ADD'].includes(instruction.name) && inputs.some((input) => input.kind === 'context'),
  );
  const mutable = score as { right: number; naive: number; of: number };
  mutable.of++;
  if (foretold === real) mutable.right++;
  if (naive === real) mutable.naive++;
}

function needsOf(builds: readonly CommitBuild[]) {
  const images = new Set<string>();
  const outputs = new Set<string>();
  const users = new Set<string>();
  const provided = new Set<string>();
  for (const { plan } of builds) {
    for (const { base } of plan?.stages ?? []) if (base.kind === 'image') images.add(base.reference);
    for (const { inputs, facets } of plan?.steps ?? []) {
      for (const input of inputs)
        if (input.kind === 'files') {
          if (input.place.kind === 'image') images.add(input.place.reference);
          const wanted = input.place.kind === 'image' ? provided : outputs;
          // A name that the pattern takes stands for all of them.
          for (const each of input.sources.paths)
            if (!each.includes('[')) wanted.add(path.posix.join('/', each.replaceAll('*', '').replaceAll('?', 'x')));
        }
      for (const { aspect, name, value } of facets)
        if (aspect === 'user' || name === 'chown')
          for (const each of value.split(':')) if (/^[a-z_][\w-]*$/.test(each)) users.add(each);
    }
  }
  users.delete('root');
  outputs.delete('/');
  return { images: [...images], outputs: [...outputs], users: [...users], provided: [...provided] };
}

function checkOut(repository: string, commit: string, tree: string): void {
  mkdirSync(tree, { recursive: true });
  const index = `${tree}.index`;
  const { status, stderr } = spawnSync(
    'git',
    ['-C', repository, `--work-tree=${tree}`, 'read-tree', '--reset', '-u', commit],
    {
      encoding: 'utf8',
      env: { ...process.env, GIT_INDEX_FILE: index, GIT_CONFIG_GLOBAL: '/dev/null', GIT_LFS_SKIP_SMUDGE: '1' },
    },
  );
  if (status !== 0) {
    rmSync(index, { force: true });
    throw new Error(stderr);
  }
}
