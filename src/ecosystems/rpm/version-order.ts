import { compareCodes, compareDigits, isDigit, isLetter } from '../../core/natural-order.ts';

/**
 * Versions of rpm packages, `epoch:version-release`, as rpm orders them (https://rpm-software-management.github.io/rpm/manual/dependencies.html#versioning).
 * A release that one of the two leaves out is not compared.
 */
export function compareRpmVersions(one: string, other: string): number {
  const a = partsOf(one);
  const b = partsOf(other);
  const order = a.epoch - b.epoch || rpmvercmp(a.version, b.version);
  if (order !== 0 || a.release === undefined || b.release === undefined) return order;
  return rpmvercmp(a.release, b.release);
}

function partsOf(text: string): { epoch: number; version: string; release: string | undefined } {
  const trimmed = text.trim();
  const colon = trimmed.indexOf(':');
  const rest = trimmed.slice(colon + 1);
  const dash = rest.indexOf('-');
  return {
    epoch: colon === -1 ? 0 : Number.parseInt(trimmed, 10) || 0,
    version: dash === -1 ? rest : rest.slice(0, dash),
    release: dash === -1 ? undefined : rest.slice(dash + 1),
  };
}

const tilde = 126;
const caret = 94;

/** rpmio/rpmvercmp.cc: segments of digits or letters; `~` comes before the end of a version, `^` behind it. */
function rpmvercmp(one: string, other: string): number {
  let a = 0;
  let b = 0;
  while (a < one.length || b < other.length) {
    while (a < one.length && !counts(one.charCodeAt(a))) a++;
    while (b < other.length && !counts(other.charCodeAt(b))) b++;
    const left = one.charCodeAt(a);
    const right = other.charCodeAt(b);
    const sign = compareSigns(left, right);
    if (sign !== undefined) {
      if (sign !== 0) return sign;
      a++;
      b++;
      continue;
    }
    if (a >= one.length || b >= other.length) break;
    const numeric = isDigit(left);
    if (numeric !== isDigit(right)) return numeric ? 1 : -1;
    const [endA, endB] = [endOf(one, a, numeric), endOf(other, b, numeric)];
    const order = (numeric ? compareDigits : compareCodes)(one.slice(a, endA), other.slice(b, endB));
    if (order !== 0) return order;
    a = endA;
    b = endB;
  }
  return (a < one.length ? 1 : 0) - (b < other.length ? 1 : 0);
}

/** Two characters of which one is `~` or `^`; NaN is the end of a version. Undefined where neither is. */
function compareSigns(left: number, right: number): number | undefined {
  if (left === tilde || right === tilde) return left === right ? 0 : left === tilde ? -1 : 1;
  if (left !== caret && right !== caret) return undefined;
  if (Number.isNaN(left)) return -1;
  if (Number.isNaN(right)) return 1;
  return left === right ? 0 : left === caret ? -1 : 1;
}

function counts(code: number): boolean {
  return isDigit(code) || isLetter(code) || code === tilde || code === caret;
}

function endOf(text: string, from: number, numeric: boolean): number {
  let at = from;
  while (at < text.length && (numeric ? isDigit : isLetter)(text.charCodeAt(at))) at++;
  return at;
}
