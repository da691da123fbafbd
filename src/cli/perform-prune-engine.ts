import { statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseAge } from '../core/age.ts';
import { parseByteSize } from '../core/byte-size.ts';
import type { EnginePruneReport } from '../core/engine-prune.ts';
import { exitCodes, UserError } from '../core/errors.ts';
import { parseImageReference } from '../core/image-reference.ts';
import { printable } from '../core/printable.ts';
import { parseWantedRoom, type WantedRoom, wantedRoomText } from '../core/wanted-room.ts';
import { diskRoom } from '../maintain/prune-engine/disk-room.ts';
import { findEngines, isAskedFor, type LeftOut, refuseUnknownEngines } from '../maintain/prune-engine/find-engines.ts';
import type { Inventory, PrunableEngine } from '../maintain/prune-engine/inventory.ts';
import { neededBy, repositoryPaths } from '../maintain/prune-engine/needed-by.ts';
import { defaultPolicy, type EnginePolicy } from '../maintain/prune-engine/policy.ts';
import { carryOutPlan, type EnginePlan, type PruneOptions, planEngine } from '../maintain/prune-engine/prune-engine.ts';
import { noPruneSettings, type PruneEngineSettings } from '../project/prune-settings.ts';
import { complaint } from '../report/complaint.ts';
import { askedContexts } from './asked-contexts.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { configurationFile } from './configuration-file.ts';
import { onInterruption } from './interruption.ts';
import { isColored } from './is-colored.ts';
import { type Progress, progressOn } from './progress.ts';
import { writeFile } from './write-file.ts';

/**
 * Shows what of engines nothing needs any more, as the arguments of `plimsoll prune engine` say, and deletes it with `--write`. Gives the exit code: 1
 * where a part of the plan was not carried out, or the room that was asked for is not there.
 */
export async function performPruneEngine(parsed: ParsedArguments, terminal: Terminal): Promise<number> {
  const settings = await settingsFrom(parsed, terminal);
  const asked = {
    policy: policyFrom(parsed, settings),
    untilFree: wantedRoom(parsed.value('until-free')) ?? settings.untilFree,
  };
  // With --repeat, what is written wrong would be told again each time.
  refuseUnknownEngines(parsed.positionals.slice(1));
  const repeat = ageFrom(parsed, 'repeat');
  const image = parsed.value('daemon-set');
  if (image !== undefined) {
    await writeDaemonSet(image, asked, parsed, terminal);
    return exitCodes.clean;
  }
  const progress = progressOn(terminal, parsed.has('quiet'));
  const interruption = onInterruption(
    terminal,
    progress.end,
    parsed.has('write') ? 'stopping; what is not deleted yet stays' : 'stopping; nothing was deleted',
  );
  try {
    if (repeat === undefined) return await pruneOnce(asked, parsed, terminal, progress, interruption.signal);
    for (;;) {
      await pruneOnce(asked, parsed, terminal, progress, interruption.signal).catch((error: unknown) => {
        if (!(error instanceof UserError)) throw error;
        terminal.stderr.write(complaint(error.where ?? 'prune engine', [error.message, error.remedy].join('. ')));
      });
      // Not all nodes of a cluster in the same second.
      await setTimeout(repeat * 1000 * (1 + Math.random() / 10), undefined, { signal: interruption.signal });
    }
  } catch (error) {
    // Ended by whoever began it, and nothing is half done.
    if (!interruption.signal.aborted) throw error;
    return repeat === undefined ? interrupted : exitCodes.clean;
  } finally {
    progress.end();
    interruption.end();
  }
}

/** As a shell tells of Ctrl-C. */
const interrupted = 130;

async function pruneOnce(
  { policy, untilFree }: Asked,
  parsed: ParsedArguments,
  terminal: Terminal,
  progress: Progress,
  signal: AbortSignal,
): Promise<number> {
  const named = parsed.positionals.slice(1);
  const leftOut: LeftOut[] = [];
  const engines = await findEngines(named, terminal.environment, signal, {
    namespace: parsed.value('containerd-namespace'),
    onLeftOut: (each) => leftOut.push(each),
  });
  try {
    const isNeeded = ({ name }: PrunableEngine) => isAskedFor(name, named, terminal.environment);
    const read = await readEngines(engines, signal, progress, isNeeded, leftOut);
    for (const each of leftOut) tellLeftOut(each, terminal);
    const needed = await clusterNeeds(read, parsed, terminal, progress);
    const options: PruneOptions = {
      policy: { ...policy, ...(needed && { neededBy: needed }) },
      untilFree,
      now: Date.now(),
      signal,
      progress: progress.step,
    };
    const report = (engines: EnginePruneReport['engines']): EnginePruneReport => ({
      time: options.now,
      written: parsed.has('write'),
      engines,
      leftOut: leftOut.map(({ name, why: { message, remedy } }) => ({ engine: name, why: message, remedy })),
    });
    const plans: EnginePlan[] = [];
    // Engines mostly lie on one disk: what the first frees the next need not.
    const promised = new Map<number, number>();
    for (const { engine, inventory } of read) {
      const disk = inventory.room && statSync(inventory.room.path, { throwIfNoEntry: false })?.dev;
      const freedBefore = promised.get(disk ?? -1) ?? 0;
      const plan = await planEngine(engine, inventory, { ...options, freedBefore });
      plans.push(plan);
      if (disk !== undefined) promised.set(disk, freedBefore + plan.report.predictedBytes);
    }
    if (!parsed.has('write')) {
      progress.end();
      await write(report(plans.map((plan) => plan.report)), parsed, terminal);
      return exitCodes.clean;
    }
    mustBeMeant(plans, parsed);
    const done = [];
    for (const plan of plans) done.push(await carryOutPlan(plan, options, diskRoom));
    progress.end();
    await write(report(done), parsed, terminal);
    const isWhole = done.every(({ deleted, roomAfter, wantedFreeBytes }) => {
      const isFree = wantedFreeBytes === undefined || (roomAfter?.freeBytes ?? 0) >= wantedFreeBytes;
      return isFree && deleted.every(({ outcome }) => outcome?.how === 'deleted');
    });
    if (signal.aborted) return interrupted;
    return isWhole ? exitCodes.clean : exitCodes.findings;
  } finally {
    for (const engine of engines) engine.close?.();
  }
}

interface Asked {
  readonly policy: EnginePolicy;
  readonly untilFree: WantedRoom | undefined;
}

/** The policy as the configuration and the flags say together: nodes have no file of it. */
async function writeDaemonSet(
  image: string,
  { policy, untilFree }: Asked,
  parsed: ParsedArguments,
  terminal: Terminal,
): Promise<void> {
  if (parseImageReference(image) === undefined)
    throw new UserError(
      `--daemon-set takes Plimsoll’s image, such as registry.example.com/plimsoll:1; not «${printable(image)}»`,
    );
  if (policy.keepLast === 0)
    throw new UserError('what runs unattended keeps at least the newest image of each repository; not «keep-last» 0', {
      remedy: 'Write --keep-last 1 or more, whatever plimsoll.yaml says.',
    });
  const { pruneDaemonSet } = await import('../maintain/prune-engine/daemon-set.ts');
  const text = pruneDaemonSet({
    image,
    repeat: parsed.value('repeat') ?? '6h',
    policy: [
      `--keep-last=${policy.keepLast}`,
      `--keep-younger=${Math.ceil(policy.youngerThan / 60)}m`,
      ...policy.images.map((glob) => `--keep-image=${glob}`),
      ...policy.labels.map((label) => `--keep-label=${label}`),
      ...policy.repositories.map((glob) => `--only=${glob}`),
      ...(untilFree === undefined ? [] : [`--until-free=${wantedRoomText(untilFree)}`]),
      ...parsed.values('resource').map((kind) => `--resource=${kind}`),
    ],
    seesDisk: untilFree !== undefined,
  });
  writeText(text, parsed, terminal);
}

interface ReadEngine {
  readonly engine: PrunableEngine;
  readonly inventory: Inventory;
}

/**
 * @param isNeeded true where it is an error that an engine cannot be read
 * @param leftOut takes those that cannot be read, where another one can
 */
async function readEngines(
  engines: readonly PrunableEngine[],
  signal: AbortSignal,
  progress: Progress,
  isNeeded: (engine: PrunableEngine) => boolean,
  leftOut: LeftOut[],
): Promise<ReadEngine[]> {
  const read: ReadEngine[] = [];
  const failed: LeftOut[] = [];
  for (const engine of engines)
    try {
      read.push({ engine, inventory: await engine.read({ signal, progress: progress.step }) });
    } catch (why) {
      const isFailedSystem = why instanceof UserError && why.exitCode === exitCodes.system;
      if (isNeeded(engine) || !isFailedSystem || signal.aborted) throw why;
      failed.push({ name: engine.name, why });
    }
  if (read.length === 0 && failed[0] !== undefined) throw failed[0].why;
  leftOut.push(...failed);
  return read;
}

function tellLeftOut({ name, why: { message, remedy } }: LeftOut, { stderr }: Terminal): void {
  stderr.write(complaint(name, [`left out: ${message.replace(/\.$/, '')}`, remedy ?? []].flat().join('. ')));
}

/** What clusters need; undefined where none is asked. A cluster that cannot be asked is an error: what is not known may need any image. */
async function clusterNeeds(
  read: readonly ReadEngine[],
  parsed: ParsedArguments,
  terminal: Terminal,
  progress: Progress,
): Promise<EnginePolicy['neededBy']> {
  const contexts = askedContexts(parsed);
  if (contexts.length === 0) return undefined;
  const [{ mentionCollector }, { readClusterRoots }] = await Promise.all([
    import('../maintain/prune-registry/mentions.ts'),
    import('./prune-clusters.ts'),
  ]);
  const collector = mentionCollector(repositoryPaths(read.flatMap(({ inventory }) => inventory.items)));
  for (const context of contexts) await readClusterRoots(context, collector, parsed, terminal, progress);
  return neededBy(collector.mentions);
}

/** A policy that keeps nothing is hardly what somebody means: it has to be said with the number. */
function mustBeMeant(plans: readonly EnginePlan[], parsed: ParsedArguments): void {
  const all = plans.filter(({ plan }) => plan.everything);
  const count = plans.reduce((sum, { plan }) => sum + plan.deleted.length, 0);
  const said = parsed.value('yes-really');
  if (said !== undefined && said !== String(count))
    throw new UserError(`--yes-really ${printable(said)} is not what this plan deletes: it deletes ${count}`, {
      remedy: 'Look at the plan once more, without --write.',
    });
  const [first] = all;
  if (first === undefined || said !== undefined) return;
  throw new UserError(
    'no rule of this policy keeps any image: all would go that are neither in use nor kept by a name, so nothing was deleted',
    {
      where: printable(first.engine.address),
      remedy: `If it is meant: --yes-really ${count}.`,
    },
  );
}

/** What plimsoll.yaml says; the rules of an audit are not loaded where there is none. */
async function settingsFrom(parsed: ParsedArguments, terminal: Terminal): Promise<PruneEngineSettings> {
  const target = { kind: 'directory' as const, path: terminal.cwd };
  if (parsed.has('no-config') || configurationFile(parsed, terminal.cwd, terminal.cwd) === undefined)
    return noPruneSettings.engine;
  const { loadConfiguration } = await import('./load-configuration.ts');
  return (await loadConfiguration(parsed, target, terminal)).configuration.prune.engine;
}

/** Flags say more than the configuration; what keeps by a name or label adds up. */
function policyFrom(parsed: ParsedArguments, { keep, only, cache, stoppedFor }: PruneEngineSettings): EnginePolicy {
  const last = parsed.value('keep-last');
  if (last !== undefined && !/^\d{1,6}$/.test(last))
    throw new UserError(`--keep-last takes a whole number; not «${printable(last)}»`);
  const size = parsed.value('cache-size');
  const cacheBytes = size === undefined ? undefined : parseByteSize(size);
  if (size !== undefined && cacheBytes === undefined)
    throw new UserError(`--cache-size takes a size, such as 20GB; not «${printable(size)}»`);
  return {
    ...defaultPolicy,
    keepLast: last === undefined ? (keep.last ?? defaultPolicy.keepLast) : Number(last),
    youngerThan: ageFrom(parsed, 'keep-younger') ?? keep.youngerThan ?? defaultPolicy.youngerThan,
    labels: [...(keep.labels ?? []), ...parsed.values('keep-label')],
    images: [...(keep.images ?? []), ...parsed.values('keep-image')],
    repositories: parsed.has('only') ? parsed.values('only') : (only ?? []),
    deleteImages: !parsed.has('no-images'),
    cacheOlderThan: ageFrom(parsed, 'cache-older-than') ?? cache.olderThan,
    cacheBytes: cacheBytes ?? cache.bytes,
    stoppedLongerThan: ageFrom(parsed, 'stopped-for') ?? stoppedFor,
    volumes: parsed.values('volume'),
  };
}

function ageFrom(parsed: ParsedArguments, flag: string): number | undefined {
  const text = parsed.value(flag);
  const age = text === undefined ? undefined : parseAge(text);
  if (text !== undefined && age === undefined)
    throw new UserError(`--${flag} takes an age, such as 30d, 12h or 2w; not «${printable(text)}»`);
  return age;
}

function wantedRoom(text: string | undefined): WantedRoom | undefined {
  if (text === undefined) return undefined;
  const room = parseWantedRoom(text);
  if (room === undefined)
    throw new UserError(
      `--until-free takes a share below 100% or a size, such as 20% or 50GB; not «${printable(text)}»`,
    );
  return room;
}

async function write(report: EnginePruneReport, parsed: ParsedArguments, terminal: Terminal): Promise<void> {
  const output = parsed.value('output');
  const { enginePruneJson, renderEnginePrune } = await import('../report/prune-engine.ts');
  const text = parsed.has('json')
    ? enginePruneJson(report)
    : renderEnginePrune(report, {
        // Into a pipe one line each, and all of them.
        columns: terminal.stdout.isTTY ? (terminal.stdout.columns ?? 100) : 100_000,
        color: output === undefined && isColored(parsed, terminal),
        all: parsed.has('all') || !terminal.stdout.isTTY,
      });
  writeText(text, parsed, terminal);
}

function writeText(text: string, parsed: ParsedArguments, terminal: Terminal): void {
  const output = parsed.value('output');
  if (output === undefined) terminal.stdout.write(text);
  else writeFile(path.resolve(terminal.cwd, output), text);
}
