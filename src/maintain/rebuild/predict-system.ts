import type { PackageCommand } from '../../ecosystems/package-command.ts';
import type { SystemPackage } from '../../ecosystems/system-package.ts';
import type { AskedSource } from './asked-source.ts';
import type { AskedSystem, PackageSystem } from './package-system.ts';
import { changesPackages, type RecordedStep, type ReplayedStep, replayStep, type StepCommand } from './replay-step.ts';
import type { AskSource } from './source-answer.ts';
import type { StepMounts } from './step-mounts.ts';
import type { SystemFiles } from './system-files.ts';
import { type World, worldOf } from './world.ts';

/** A step of an image that made a layer, or none. */
export interface BuildStep {
  readonly text: string;
  /** From 0. */
  readonly layer: number | undefined;
  readonly isBase: boolean;
  readonly isRun: boolean;
  /** A builder committed other steps in the same layer. */
  readonly shared?: boolean;
  readonly commands: readonly StepCommand[];
  readonly place: string | undefined;
  /** What it sees and the image does not have. */
  readonly mounts?: StepMounts | undefined;
  /** Why it is not known whom it asks for packages of npm or pip. */
  readonly hiddenSettings?: string | undefined;
  /** The program that fetches something past all package managers. */
  readonly fetcher?: string | undefined;
  /** What a COPY or ADD brings: of the build context, or of a stage that runs these commands. Undefined for others, and where nobody tells. */
  readonly copies?: StepCopy | undefined;
}

export type StepCopy =
  | { readonly kind: 'context' }
  | {
      readonly kind: 'stage';
      readonly commands: readonly StageCommand[];
      /** What the stage stands on in the end, as FROM names it; undefined where nobody tells. */
      readonly base: string | undefined;
    };

/** A package manager's command of a stage that is not in the image. */
export interface StageCommand {
  readonly read: PackageCommand;
  /** The value of a variable of the stage's environment there. */
  readonly variable: (name: string) => string | undefined;
}

/** One package that would be otherwise. `step`: the index of what makes it so; undefined: the base. */
export interface SystemChange {
  readonly before: SystemPackage | undefined;
  readonly after: SystemPackage | undefined;
  readonly step: number | undefined;
}

export interface SystemPrediction {
  readonly system: PackageSystem;
  readonly changes: readonly SystemChange[];
  /** By the index of the step: those that bring packages. */
  readonly steps: ReadonlyMap<number, { readonly fails: string | undefined; readonly unknown: readonly string[] }>;
  readonly sources: readonly AskedSource[];
  /** Of packages that the base brought and nothing changes: what the sources have that is newer. */
  readonly behind: readonly { readonly before: SystemPackage; readonly after: SystemPackage }[];
  readonly foreign: readonly string[];
}

export interface PredictOptions {
  readonly ask: AskSource;
  readonly now: number;
  /** The packages of the base as it is now, where that is another one than it was. */
  readonly newBase: World | undefined;
  readonly onStep?: (text: string) => void;
}

/** What a rebuild would leave otherwise of one package manager's packages; undefined where the image has none of its. */
export async function predictSystem(
  system: PackageSystem,
  steps: readonly BuildStep[],
  files: readonly SystemFiles[],
  options: PredictOptions,
): Promise<SystemPrediction | undefined> {
  const last = files.at(-1);
  const final = last && system.world(last);
  if (last === undefined || final === undefined) return undefined;
  const asking = sourcesOf(system, options);
  const baseLayer = steps.findLast(({ isBase, layer }) => isBase && layer !== undefined)?.layer;
  let recorded = (baseLayer === undefined ? undefined : worldAt(system, files, baseLayer)) ?? worldOf([]);
  const base = recorded.copy();
  const world = options.newBase ?? recorded.copy();
  const writers = new Map<string, number>();
  const recordedWriters = new Map<string, number>();
  const outcomes = new Map<number, { fails: string | undefined; unknown: readonly string[] }>();
  for (const [index, step] of steps.entries()) {
    if (step.isBase || step.layer === undefined) continue;
    const own = step.commands.filter(({ read }) => read.ecosystem === system.ecosystem);
    const after = worldAt(system, files, step.layer) ?? recorded;
    const here = files[step.layer];
    const isAsked = own.some(changesPackages) && here !== undefined;
    if (after === recorded && !isAsked) continue;
    if (isAsked) options.onStep?.(step.text);
    const record: RecordedStep = { before: recorded, after, commands: own, text: step.text, isRun: step.isRun };
    const before = world.copy();
    const replayed = replayStep(world, record, system, isAsked ? await asking.at(here, final) : undefined);
    const outcome = isAsked ? withMounts(replayed, step) : replayed;
    for (const name of differing(before, world)) writers.set(name, index);
    const brought = differing(recorded, after);
    for (const name of brought) recordedWriters.set(name, index);
    if (brought.length > 0 || isAsked) outcomes.set(index, outcome);
    recorded = after;
  }
  const changes = differing(recorded, world).map((name): SystemChange => {
    const [before, after] = [recorded.get(name), world.get(name)];
    return { before, after, step: writers.get(name) ?? recordedWriters.get(name) };
  });
  const asked = options.newBase ? undefined : await asking.at(last, final);
  return {
    system,
    changes: changes.filter(({ before, after }) => !isNameOfTheDay(before ?? after)),
    steps: outcomes,
    sources: asking.sources(),
    behind: asked ? behindOf(base, world, writers, asked) : [],
    foreign: system.foreign(last),
  };
}

/** Sources that are mounted are asked by nobody here. */
function withMounts(replayed: ReplayedStep, { mounts }: BuildStep): ReplayedStep {
  if (mounts?.ofSystem !== true) return replayed;
  const why = `it mounts ${mounts.what}, which may name other sources: what they would bring now is not followed`;
  return { fails: undefined, unknown: [...replayed.unknown, why] };
}

/** `.build-deps` of apk: its version is the time at which it was made. */
function isNameOfTheDay(one: SystemPackage | undefined): boolean {
  return one?.kind === 'apk' && one.name.startsWith('.');
}

function worldAt(system: PackageSystem, files: readonly SystemFiles[], layer: number): World | undefined {
  const here = files[layer];
  return here && system.world(here);
}

function differing(one: World, other: World): string[] {
  const names = new Set([...one.all(), ...other.all()].map(({ name }) => name));
  return [...names].filter((name) => one.get(name)?.version !== other.get(name)?.version).sort();
}

function behindOf(base: World, world: World, writers: ReadonlyMap<string, number>, asked: AskedSystem) {
  const offers = asked.offers(undefined);
  return [...base.all()].flatMap((before) => {
    if (writers.has(before.name) || world.get(before.name)?.version !== before.version) return [];
    const after = offers.candidate(before.name, before);
    return after && after.version !== before.version ? [{ before, after }] : [];
  });
}

/** Asks each set of sources once: steps may add some. */
function sourcesOf(system: PackageSystem, { ask, now }: PredictOptions) {
  const known = new Map<string, Promise<AskedSystem>>();
  const sources = new Map<string, AskedSource>();
  return {
    async at(files: SystemFiles, world: World): Promise<AskedSystem> {
      const key = system.sourcesKey(files);
      const before = known.get(key);
      const asking = before ?? system.ask(files, { architecture: architectureOf(world), ask, now });
      known.set(key, asking);
      const asked = await asking;
      for (const source of asked.sources) sources.set(`${source.name} ${source.place}`, source);
      return asked;
    },
    sources: () => [...sources.values()],
  };
}

function architectureOf(world: World): string {
  for (const { architecture } of world.all()) if (!['', 'all', 'noarch'].includes(architecture)) return architecture;
  return '';
}
