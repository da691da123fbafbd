import { ageText } from '../../core/age.ts';
import type { DeletedItem, DiskRoom, KeptItem, KeptReason } from '../../core/engine-prune.ts';
import { chooseUntilFree } from './choose-until-free.ts';
import { deletionOrder } from './deletion-order.ts';
import { freedBytes } from './freed-bytes.ts';
import { getBack } from './get-back.ts';
import { type EngineItem, itemKey } from './inventory.ts';
import type { KeepReasons } from './keep-reasons.ts';
import type { EnginePolicy } from './policy.ts';

/** What goes, in which order, and what stays. */
export interface PrunePlan {
  readonly kept: readonly KeptItem[];
  /** Beside each the item that it tells of. */
  readonly deleted: readonly { readonly item: EngineItem; readonly told: DeletedItem }[];
  readonly predictedBytes: number;
  /** Of layers of images that go, but that build cache holds which stays. */
  readonly cacheHeldBytes: number;
  readonly listedBytes: number;
  /** Bytes that have to be free; undefined where none are asked for. */
  readonly wantedFreeBytes: number | undefined;
  /** Whether images go, and none stays for a rule that judges images by themselves: see `keepsNothing`. */
  readonly everything: boolean;
}

export interface PlanInput {
  readonly items: readonly EngineItem[];
  readonly reasons: KeepReasons;
  readonly policy: EnginePolicy;
  readonly bytesOf: (piece: string) => number;
  /** Delete no more than is needed to have so many bytes free. */
  readonly untilFree: { readonly bytes: number; readonly room: DiskRoom } | undefined;
}

/** Puts what is not kept in order and reckons what each deletion frees. */
export function planPrune({ items, reasons, policy, bytesOf, untilFree }: PlanInput): PrunePlan {
  const loose = items.filter((item) => !reasons.has(itemKey(item)));
  const fresh = () => freedBytes(items, bytesOf);
  const missing = untilFree === undefined ? 0 : Math.max(0, untilFree.bytes - untilFree.room.freeBytes);
  const chosen = untilFree === undefined ? loose.toSorted(oldestFirst) : chooseUntilFree(loose, missing, fresh);
  const goes = new Set(chosen);
  const counter = fresh();
  const deleted = deletionOrder(chosen).map((item) => {
    const bytes = counter.take(item);
    const told = {
      ...shown(item),
      reason: reasonToDelete(item, policy),
      freedBytes: bytes,
      getBack: getBack(item, bytes),
      outcome: undefined,
    };
    return { item, told };
  });
  const kept = items.flatMap((item): KeptItem[] => {
    if (goes.has(item)) return [];
    const known = reasons.get(itemKey(item));
    const spared = { why: 'enough-free' as const, text: 'is not needed for the room that was asked for' };
    return [{ ...shown(item), reasons: known === undefined ? [spared] : known.toSorted(strongestFirst) }];
  });
  return {
    kept,
    deleted,
    predictedBytes: deleted.reduce((sum, { told }) => sum + told.freedBytes, 0),
    cacheHeldBytes: cacheHeldBytes(items, goes, bytesOf),
    // Images of steps are in no list that people see.
    listedBytes: deleted.reduce((sum, { item }) => sum + (item.intermediate ? 0 : item.listedBytes), 0),
    wantedFreeBytes: untilFree?.bytes,
    everything: keepsNothing(deleted, kept),
  };
}

/** Rules, a cluster's needs, and room that was asked for judge every image alike. */
const judging: ReadonlySet<KeptReason['why']> = new Set(['last', 'younger', 'roll-back', 'enough-free']);

/**
 * Whether images go and the policy's rules keep none. What runs, what is named or out of reach, and what nobody can date stays under any rule, and so says
 * nothing for this one; an image in use that is among the last or young, too, does.
 */
function keepsNothing(deleted: PrunePlan['deleted'], kept: readonly KeptItem[]): boolean {
  const isJudged = ({ kind, reasons }: KeptItem) =>
    kind === 'image' && !reasons.some(({ why }) => why === 'not-asked') && reasons.some(({ why }) => judging.has(why));
  return deleted.some(({ told }) => told.kind === 'image') && !kept.some(isJudged);
}

function cacheHeldBytes(
  items: readonly EngineItem[],
  goes: ReadonlySet<EngineItem>,
  bytesOf: (piece: string) => number,
): number {
  const held = new Set<string>();
  for (const item of items)
    if (item.kind === 'image' && goes.has(item)) for (const piece of item.pieces) held.add(piece);
  const ofCache = new Set<string>();
  for (const item of items) {
    if (goes.has(item)) continue;
    for (const piece of item.pieces)
      if (item.kind === 'cache') ofCache.add(piece);
      else held.delete(piece);
  }
  return [...held].reduce((sum, piece) => sum + (ofCache.has(piece) ? bytesOf(piece) : 0), 0);
}

function shown({ kind, id, names, time, listedBytes }: EngineItem) {
  return { kind, id, names, time, listedBytes };
}

const kindOrder = ['container', 'image', 'cache', 'volume'];

function oldestFirst(one: EngineItem, other: EngineItem): number {
  return kindOrder.indexOf(one.kind) - kindOrder.indexOf(other.kind) || (one.time ?? 0) - (other.time ?? 0);
}

const strength: readonly KeptReason['why'][] = [
  'in-use',
  'roll-back',
  'named',
  'labelled',
  'base',
  'needed',
  'last',
  'younger',
  'undated',
  'cache-size',
  'not-asked',
  'enough-free',
];

function strongestFirst(one: KeptReason, other: KeptReason): number {
  return strength.indexOf(one.why) - strength.indexOf(other.why);
}

function reasonToDelete(item: EngineItem, policy: EnginePolicy): string {
  const { keepLast, youngerThan, cacheOlderThan, cacheBytes, stoppedLongerThan = 0 } = policy;
  switch (item.kind) {
    case 'container':
      return `ended more than ${ageText(stoppedLongerThan)} ago`;
    case 'volume':
      return 'is named, and nothing uses it';
    case 'cache':
      return cacheOlderThan === undefined
        ? `is over ${cacheBytes} bytes of build cache`
        : `was not used within ${ageText(cacheOlderThan)}${cacheBytes === undefined ? '' : ', or is over the size'}`;
    case 'image': {
      if (item.intermediate) return 'a step of images that go';
      const old = youngerThan === 0 ? [] : [`is older than ${ageText(youngerThan)}`];
      if (item.names.length === 0) return ['has no name', ...old].join(' and ');
      const last = keepLast === 1 ? 'is not the newest' : `is not among the last ${keepLast}`;
      return [...old, ...(keepLast === 0 ? [] : [last])].join(', and ') || 'no rule keeps it';
    }
  }
}
