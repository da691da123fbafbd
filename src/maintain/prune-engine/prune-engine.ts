import type { DeletedItem, EnginePrune, PruneOutcome } from '../../core/engine-prune.ts';
import { UserError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import type { WantedRoom } from '../../core/wanted-room.ts';
import { freedBytes } from './freed-bytes.ts';
import { type Inventory, itemKey, type Piece, type PrunableEngine } from './inventory.ts';
import { keepReasons } from './keep-reasons.ts';
import { measurePieces } from './measure-paths.ts';
import { type PrunePlan, planPrune } from './plan.ts';
import type { EnginePolicy } from './policy.ts';

export interface PruneOptions {
  readonly policy: EnginePolicy;
  readonly untilFree: WantedRoom | undefined;
  /** Bytes that other plans free on the same disk before this one. */
  readonly freedBefore?: number;
  /** In milliseconds; an engine's own clock goes before it. */
  readonly now: number;
  readonly signal: AbortSignal;
  progress(step: string, done?: number, total?: number): void;
}

/** A plan for one engine, with all that carrying it out needs. */
export interface EnginePlan {
  readonly engine: PrunableEngine;
  readonly plan: PrunePlan;
  readonly inventory: Inventory;
  readonly report: EnginePrune;
  readonly bytesOf: (piece: string) => number;
}

/**
 * Plans for an engine what it was found to have: measures what may go. Nothing is changed.
 * @throws UserError where room is asked for on a disk that nobody can look at
 */
export async function planEngine(
  engine: PrunableEngine,
  inventory: Inventory,
  options: PruneOptions,
): Promise<EnginePlan> {
  const { policy, freedBefore = 0 } = options;
  const now = inventory.clock ?? options.now;
  const reasons = keepReasons(inventory.items, policy, now);
  const loose = inventory.items.filter((item) => !reasons.has(itemKey(item)));
  const candidates = new Set(loose.flatMap(({ pieces }) => pieces));
  const { measured, whyNot } = await measureWanted(inventory, candidates, options);
  const bytesOf = (piece: string) => measured?.get(piece) ?? inventory.pieces.get(piece)?.bytes ?? 0;
  const untilFree = wantedBytes(engine, inventory, options.untilFree, freedBefore);
  const plan = planPrune({ items: inventory.items, reasons, policy, bytesOf, untilFree });
  const isMeasured =
    measured !== undefined &&
    [...candidates].every((id) => isKnown(inventory.pieces.get(id), measured, inventory.measuredByEngine ?? false));
  const missing = untilFree === undefined ? 0 : untilFree.bytes - untilFree.room.freeBytes;
  const notes = [
    ...inventory.notes,
    ...(whyNot === undefined
      ? []
      : [
          `not measured, as ${whyNot}: bytes are the engine's own${inventory.toMeasure ? `; ${inventory.toMeasure}` : ''}`,
        ]),
    ...policy.volumes
      .filter((name) => !inventory.items.some((item) => item.kind === 'volume' && item.names.includes(name)))
      .map((name) => `there is no volume ${name}`),
    ...(missing > plan.predictedBytes ? ['the policy does not let go of as much as would have to be free'] : []),
  ];
  const report: EnginePrune = {
    engine: engine.name,
    title: engine.title,
    address: engine.address,
    kept: plan.kept,
    deleted: plan.deleted.map(({ told }) => told),
    predictedBytes: plan.predictedBytes,
    basis: isMeasured ? 'measured' : 'estimated',
    cacheHeldBytes: plan.cacheHeldBytes,
    listedBytes: plan.listedBytes,
    freedBytes: undefined,
    room: inventory.room,
    roomAfter: undefined,
    wantedFreeBytes: plan.wantedFreeBytes,
    everything: plan.everything,
    notes,
  };
  return { engine, plan, inventory, report, bytesOf };
}

/** What has neither paths nor bytes is unknown; what has only bytes was not measured, unless there are none. */
function isKnown(piece: Piece | undefined, measured: ReadonlyMap<string, number>, byEngine: boolean): boolean {
  if (piece === undefined) return false;
  return measured.has(piece.id) || piece.bytes === 0 || (byEngine && piece.bytes !== undefined);
}

async function measureWanted(inventory: Inventory, wanted: ReadonlySet<string>, { signal, progress }: PruneOptions) {
  const pieces = [...wanted].flatMap((id) => inventory.pieces.get(id) ?? []);
  try {
    return { measured: await measurePieces(pieces, { signal, progress }), whyNot: undefined };
  } catch (error) {
    signal.throwIfAborted();
    return { measured: undefined, whyNot: printable(error instanceof Error ? error.message : String(error)) };
  }
}

function wantedBytes(engine: PrunableEngine, { room }: Inventory, wanted: WantedRoom | undefined, freedBefore: number) {
  if (wanted === undefined) return undefined;
  if (room === undefined)
    throw new UserError('how much of its disk is free cannot be seen from here', {
      where: printable(engine.address),
      remedy: 'Leave --until-free out, or run it on the machine of the engine, as a user who may read its data.',
      exitCode: 3,
    });
  const bytes = 'bytes' in wanted ? wanted.bytes : Math.ceil(wanted.share * room.totalBytes);
  return { bytes, room: { ...room, freeBytes: room.freeBytes + freedBefore } };
}

/**
 * Carries a plan out: each item in its turn, looked at once more before, and left alone where it changed. What needs something that was left is left, too,
 * for the engine refuses it. Ends between two items where the signal says so.
 */
export async function carryOutPlan(
  { engine, plan, inventory, report, bytesOf }: EnginePlan,
  { signal, progress }: Pick<PruneOptions, 'signal' | 'progress'>,
  roomOf: (path: string) => Promise<EnginePrune['room']>,
): Promise<EnginePrune> {
  const gone = freedBytes(inventory.items, bytesOf);
  const deleted: DeletedItem[] = [];
  let freed = 0;
  let stopped = false;
  for (const [at, { item, told }] of plan.deleted.entries()) {
    progress('deleting', at, plan.deleted.length);
    stopped ||= signal.aborted;
    const outcome: PruneOutcome = stopped
      ? { how: 'left', why: 'it was not reached before the end' }
      : await deleteOne(engine, item, signal);
    if (outcome.how === 'deleted') freed += gone.take(item);
    deleted.push({ ...told, outcome });
  }
  // The last deletion may have been broken off.
  stopped ||= signal.aborted;
  const room = inventory.room;
  const free = piecesOf(plan, inventory).filter(({ id }) => gone.isFree(id));
  const stays = stopped ? [] : await (engine.left?.(free, signal) ?? stillThere(free));
  const stayingBytes = stays.reduce((sum, piece) => sum + bytesOf(piece.id), 0);
  const held =
    stays.length === 0 ? [] : [`${stays.length} parts that nothing needs are on the disk still: the engine holds them`];
  return {
    ...report,
    deleted,
    freedBytes: freed - stayingBytes,
    roomAfter: room && (await roomOf(room.path)),
    notes: [...report.notes, ...held],
  };
}

async function deleteOne(
  engine: PrunableEngine,
  item: Parameters<PrunableEngine['recheck']>[0],
  signal: AbortSignal,
): Promise<PruneOutcome> {
  try {
    const changed = await engine.recheck(item, signal);
    if (changed !== undefined) return { how: 'left', why: changed };
    const refused = await engine.remove(item, signal);
    return refused === undefined ? { how: 'deleted' } : { how: 'failed', why: refused };
  } catch (error) {
    if (signal.aborted) return { how: 'left', why: 'it was broken off, and the engine may have gone on' };
    return { how: 'failed', why: error instanceof Error ? error.message : String(error) };
  }
}

function piecesOf(plan: PrunePlan, { pieces }: Inventory): Piece[] {
  return [...new Set(plan.deleted.flatMap(({ item }) => item.pieces))].flatMap((id) => pieces.get(id) ?? []);
}

/** Of pieces that have paths. */
async function stillThere(pieces: readonly Piece[]): Promise<Piece[]> {
  const { lstat } = await import('node:fs/promises');
  const left: Piece[] = [];
  for (const piece of pieces) {
    const [first] = piece.paths;
    const isThere = first !== undefined && (await lstat(first).then(...knownOrNot));
    if (isThere) left.push(piece);
  }
  return left;
}

const knownOrNot = [() => true, () => false] as const;
