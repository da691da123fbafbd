import { isDigit, isLetter } from '../../core/natural-order.ts';

/**
 * Versions of Debian packages as dpkg orders them (deb-version(7), https://www.debian.org/doc/debian-policy/ch-controlfields.html#version): epoch, upstream
 * version, revision. Whatever is no version is compared by the same steps: the order is total.
 */
export function compareDebianVersions(one: string, other: string): number {
  const a = partsOf(one);
  const b = partsOf(other);
  return a.epoch - b.epoch || compareParts(a.upstream, b.upstream) || compareParts(a.revision, b.revision);
}

function partsOf(text: string): { epoch: number; upstream: string; revision: string } {
  const version = text.trim();
  const colon = version.indexOf(':');
  const rest = version.slice(colon + 1);
  const dash = rest.lastIndexOf('-');
  return {
    epoch: colon === -1 ? 0 : Number.parseInt(version, 10) || 0,
    upstream: dash === -1 ? rest : rest.slice(0, dash),
    revision: dash === -1 ? '' : rest.slice(dash + 1),
  };
}

/** Runs of other characters and runs of digits in turn. */
function compareParts(one: string, other: string): number {
  let a = 0;
  let b = 0;
  while (a < one.length || b < other.length) {
    while ((a < one.length && !isDigit(one.charCodeAt(a))) || (b < other.length && !isDigit(other.charCodeAt(b)))) {
      const difference = weight(one.charCodeAt(a)) - weight(other.charCodeAt(b));
      if (difference !== 0) return difference;
      a++;
      b++;
    }
    while (one.charCodeAt(a) === 48) a++;
    while (other.charCodeAt(b) === 48) b++;
    let first = 0;
    while (isDigit(one.charCodeAt(a)) && isDigit(other.charCodeAt(b))) {
      first ||= one.charCodeAt(a) - other.charCodeAt(b);
      a++;
      b++;
    }
    if (isDigit(one.charCodeAt(a))) return 1;
    if (isDigit(other.charCodeAt(b))) return -1;
    if (first !== 0) return first;
  }
  return 0;
}

/** A tilde comes before the end, the end before letters, letters before all else. Digits weigh as the end does. */
function weight(code: number): number {
  if (Number.isNaN(code) || isDigit(code)) return 0;
  if (code === 126) return -1;
  return isLetter(code) ? code : code + 256;
}
