import type { ShellCommand } from '../../dockerfile/shell.ts';
import type { PackageCommand } from '../../ecosystems/package-command.ts';
import { restore } from './install.ts';
import type { AskedSystem, PackageSystem } from './package-system.ts';
import type { World } from './world.ts';

/** A package manager's command where it stands in a step. */
export interface StepCommand {
  readonly command: ShellCommand;
  readonly read: PackageCommand;
  /** The value of a variable of its environment. */
  readonly variable: (name: string) => string | undefined;
}

/** What a step did to the packages when the image was built. */
export interface RecordedStep {
  readonly before: World;
  readonly after: World;
  /** In its order. */
  readonly commands: readonly StepCommand[];
  /** Its text, for what no package manager's command tells. */
  readonly text: string;
  readonly isRun: boolean;
}

/** What came of running a step again in thought. */
export interface ReplayedStep {
  readonly fails: string | undefined;
  readonly unknown: readonly string[];
}

const changing: ReadonlySet<PackageCommand['action']> = new Set(['install', 'upgrade', 'dist-upgrade', 'remove']);

export function changesPackages({ read }: StepCommand): boolean {
  return changing.has(read.action);
}

/** Runs a step's commands on a world, with what its sources offer now. What no command tells is done as it was done when the image was built. */
export function replayStep(
  world: World,
  step: RecordedStep,
  system: PackageSystem,
  asked: AskedSystem | undefined,
): ReplayedStep {
  const commands = step.commands.filter(changesPackages);
  if (commands.length === 0 || asked === undefined) return repeat(world, step);
  const gone = goneSource(asked);
  if (gone !== undefined) {
    repeatChanges(world, step);
    return mayGoOn(step) ? { fails: undefined, unknown: [gone] } : { fails: gone, unknown: [] };
  }
  const before = world.copy();
  const unknown = sourceReasons(asked);
  const named = new Set<string>();
  const brought = broughtBy(step);
  for (const { command, read } of commands) {
    if (mayNotRun(command) && !didRun(read, step.after)) continue;
    const outcome = system.run(world, fromElsewhere(command) ? withAll(read) : read, {
      offers: asked.offers,
      recommends: asked.recommends,
      best: asked.best,
      keepsRecommended: asked.keepsRecommended,
      keepsSuggested: asked.keepsSuggested,
      chosenBefore: new Set([...step.after.all()].map(({ name }) => name)),
      namedBefore: brought.filter((name) => !step.after.automatic.has(name)),
    });
    if (outcome === undefined) continue;
    for (const name of outcome.named) named.add(name);
    unknown.push(...outcome.unknown);
    const failure = outcome.fails ?? outcome.unsolved;
    if (failure === undefined) continue;
    restore(world, before);
    repeatChanges(world, step);
    return outcome.fails !== undefined && unknown.length === 0 && !mayGoOn(step)
      ? { fails: outcome.fails, unknown }
      : { fails: undefined, unknown: [...unknown, `it was not found out how: ${failure}`] };
  }
  unknown.push(...keepOthers(world, step, named, unknown.length > 0));
  return { fails: undefined, unknown };
}

/** What another command catches, or a source that the step itself adds and removes, does not end the build for sure. */
function mayGoOn({ text }: RecordedStep): boolean {
  return /\|\||sources\.list|\.sources|add-apt-repository|dpkg |repositories|\.repo\b/.test(text);
}

function sourceReasons({ sources, problems }: AskedSystem): string[] {
  const unasked = sources.filter(({ state }) => state === 'unknown');
  return [...unasked.map(({ name, reason }) => `${name}: ${reason ?? 'it could not be asked'}`), ...problems];
}

function goneSource({ sources }: AskedSystem): string | undefined {
  const gone = sources.find(({ state }) => state === 'gone');
  return gone && `${gone.name}: ${gone.reason}`;
}

/** Names that the step brought, or brought in another version. */
function broughtBy({ before, after }: RecordedStep): string[] {
  return [...after.all()].flatMap(({ name, version }) => (before.get(name)?.version === version ? [] : [name]));
}

/** A step without commands that are understood does again what it did. */
function repeat(world: World, step: RecordedStep): ReplayedStep {
  const changes = repeatChanges(world, step);
  if (changes === 0) return { fails: undefined, unknown: [] };
  const why = step.isRun
    ? 'no command of it says which packages it installs: they are taken to be the same'
    : 'it copies a package database: what is copied is taken to be the same';
  return { fails: undefined, unknown: [why] };
}

function repeatChanges(world: World, step: RecordedStep): number {
  const brought = broughtBy(step);
  for (const name of brought) {
    const one = step.after.get(name);
    if (one) world.put(one);
  }
  let removed = 0;
  for (const { name } of step.before.all())
    if (step.after.get(name) === undefined) {
      world.delete(name);
      removed++;
    }
  for (const name of step.after.automatic) world.automatic.add(name);
  return brought.length + removed;
}

function mayNotRun({ place }: ShellCommand): boolean {
  return (
    place.after === '||' || place.inside.some((each) => ['branch', 'condition', 'function', 'loop'].includes(each))
  );
}

/** Whether what a command installs was there afterwards. */
function didRun({ action, packages }: PackageCommand, after: World): boolean {
  if (action !== 'install') return true;
  return packages.every(({ kind, name }) => kind !== 'registry' || after.has({ name }));
}

/** `xargs apt-get install`: what it is given stands elsewhere. */
function fromElsewhere({ wrappers }: ShellCommand): boolean {
  return wrappers.includes('xargs');
}

function withAll(read: PackageCommand): PackageCommand {
  const word = read.command.nameWord;
  return {
    ...read,
    packages: [...read.packages, { name: word.value, version: undefined, pin: 'unknown', kind: 'unknown', word }],
  };
}

/**
 * What the step had brought and nothing of the commands brings now: where it stood in the old chain of what was asked for, it is needed no more; else it came
 * another way, and comes again.
 */
function keepOthers(world: World, step: RecordedStep, named: ReadonlySet<string>, isUnknown: boolean): string[] {
  const missing = broughtBy(step).filter((name) => world.get(name) === undefined);
  if (isUnknown) for (const { name } of step.before.all()) if (step.after.get(name) === undefined) world.delete(name);
  if (missing.length === 0) return [];
  const chain = chainOf(step.after, named);
  const others = missing.filter((name) => !chain.has(name));
  for (const name of others) {
    const one = step.after.get(name);
    if (one) world.put(one);
  }
  if (others.length === 0 || isUnknown) return [];
  return [
    `no command of it asks for ${others.slice(0, 3).join(', ')}${others.length > 3 ? ` and ${others.length - 3} more` : ''}: taken to be the same`,
  ];
}

function chainOf(world: World, named: ReadonlySet<string>): ReadonlySet<string> {
  const chain = new Set<string>();
  const pending = [...named];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (chain.has(name)) continue;
    chain.add(name);
    const one = world.get(name);
    for (const requirement of [...(one?.requires ?? []), ...(one?.recommends ?? [])])
      for (const relation of requirement) pending.push(...world.satisfiers(relation).map((each) => each.name));
  }
  return chain;
}
