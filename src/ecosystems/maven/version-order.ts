import { compareCodes, compareDigits, isDigit } from '../../core/natural-order.ts';

/**
 * As Maven 3.9's ComparableVersion orders them (https://maven.apache.org/pom.html#version-order-specification): numbers, qualifiers and what stands behind a hyphen
 * or a change from digits to letters, as a list of its own.
 */
export function compareMavenVersions(one: string, other: string): number {
  return compareItems(parsed(one), parsed(other));
}

/** A number, as digits; a qualifier; or a list, one level deeper. */
type Item =
  | { readonly kind: 'number'; readonly digits: string }
  | { readonly kind: 'qualifier'; readonly rank: string }
  | ItemList;

interface ItemList {
  readonly kind: 'list';
  readonly items: Item[];
}

/** Deeper than any version that was ever published; what stands behind stays text. */
const deepest = 64;

function parsed(text: string): ItemList {
  const version = text.trim().toLowerCase();
  const root: ItemList = { kind: 'list', items: [] };
  const open = [root];
  let list = root;
  let start = 0;
  let digits = false;
  const deeper = () => {
    if (open.length >= deepest) return;
    const next: ItemList = { kind: 'list', items: [] };
    list.items.push(next);
    open.push(next);
    list = next;
  };
  for (let at = 0; at < version.length; at++) {
    const code = version.charCodeAt(at);
    if (code === 46 || code === 45) {
      list.items.push(at === start ? zero : itemOf(version.slice(start, at), digits));
      start = at + 1;
      if (code === 45) deeper();
    } else if (isDigit(code)) {
      if (!digits && at > start) {
        if (list.items.length > 0) deeper();
        list.items.push(qualifier(version.slice(start, at), true));
        start = at;
        deeper();
      }
      digits = true;
    } else {
      if (digits && at > start) {
        list.items.push(itemOf(version.slice(start, at), true));
        start = at;
        deeper();
      }
      digits = false;
    }
  }
  if (version.length > start) {
    if (!digits && list.items.length > 0) deeper();
    list.items.push(itemOf(version.slice(start), digits));
  }
  for (const each of open.reverse()) dropEmptyEnd(each.items);
  return root;
}

const zero: Item = { kind: 'number', digits: '0' };

function itemOf(text: string, digits: boolean): Item {
  return digits ? { kind: 'number', digits: text } : qualifier(text, false);
}

const known = ['alpha', 'beta', 'milestone', 'rc', 'snapshot', '', 'sp'];
const release = '5';
const otherNames = new Map([
  ['ga', ''],
  ['final', ''],
  ['release', ''],
  ['cr', 'rc'],
]);
const shortNames = new Map([
  ['a', 'alpha'],
  ['b', 'beta'],
  ['m', 'milestone'],
]);

/** Unknown ones come behind all known ones, by their letters. */
function qualifier(text: string, beforeDigit: boolean): Item {
  const long = beforeDigit ? (shortNames.get(text) ?? text) : text;
  const name = otherNames.get(long) ?? long;
  const rank = known.indexOf(name);
  return { kind: 'qualifier', rank: rank === -1 ? `${known.length}-${name}` : `${rank}` };
}

function isEmpty(item: Item): boolean {
  if (item.kind === 'number') return /^0+$/.test(item.digits);
  return item.kind === 'qualifier' ? item.rank === release : item.items.length === 0;
}

/** Takes away what counts for nothing at the end of a list, and before the lists at its end. */
function dropEmptyEnd(items: Item[]): void {
  for (let at = items.length - 1; at >= 0; at--) {
    const item = items[at];
    if (item === undefined) continue;
    if (isEmpty(item)) items.splice(at, 1);
    else if (item.kind !== 'list') return;
  }
}

const order = { qualifier: 0, list: 1, number: 2 };

function compareItems(one: Item | undefined, other: Item | undefined): number {
  if (one === undefined) return other === undefined ? 0 : -againstNothing(other);
  if (other === undefined) return againstNothing(one);
  if (one.kind === 'number' && other.kind === 'number') return compareDigits(one.digits, other.digits);
  if (one.kind === 'qualifier' && other.kind === 'qualifier') return compareCodes(one.rank, other.rank);
  if (one.kind !== 'list' || other.kind !== 'list') return order[one.kind] - order[other.kind];
  for (let at = 0; at < Math.max(one.items.length, other.items.length); at++) {
    const difference = compareItems(one.items[at], other.items[at]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function againstNothing(item: Item): number {
  if (item.kind === 'number') return isEmpty(item) ? 0 : 1;
  if (item.kind === 'qualifier') return compareCodes(item.rank, release);
  for (const each of item.items) {
    const difference = againstNothing(each);
    if (difference !== 0) return difference;
  }
  return 0;
}
