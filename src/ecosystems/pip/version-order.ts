import { compareCodes, compareDigits } from '../../core/natural-order.ts';
import { compareNumberLists } from '../npm/version-order.ts';

/**
 * By PEP 440 (https://packaging.python.org/en/latest/specifications/version-specifiers/#summary-of-permitted-suffixes-and-relative-ordering). What is no such version comes
 * before all that are, by its text.
 */
export function comparePythonVersions(one: string, other: string): number {
  const a = parsed(one);
  const b = parsed(other);
  if (a === undefined || b === undefined)
    return a === b ? compareCodes(one, other) : (a === undefined ? 0 : 1) - (b === undefined ? 0 : 1);
  return (
    compareDigits(a.epoch, b.epoch) ||
    compareNumberLists(a.release, b.release) ||
    preRank(a) - preRank(b) ||
    compareDigits(a.pre?.number ?? '0', b.pre?.number ?? '0') ||
    compareOptional(a.post, b.post, -1) ||
    compareOptional(a.development, b.development, 1) ||
    compareLocal(a.local, b.local)
  );
}

interface PythonVersion {
  readonly epoch: string;
  readonly release: readonly string[];
  readonly pre: { readonly rank: number; readonly number: string } | undefined;
  readonly post: string | undefined;
  readonly development: string | undefined;
  readonly local: readonly string[] | undefined;
}

const pattern =
  /^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(alpha|a|beta|b|preview|pre|c|rc)[-_.]?(\d*))?(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d*))?(?:[-_.]?(dev)[-_.]?(\d*))?(?:\+([a-z\d]+(?:[-_.][a-z\d]+)*))?$/;

function parsed(text: string): PythonVersion | undefined {
  const version = text.trim().toLowerCase();
  // Longer than anything published; the pattern then never has much to try.
  if (version.length > 256) return undefined;
  const match = pattern.exec(version);
  if (match === null) return undefined;
  const [, epoch = '0', release = '', pre, preNumber, dashPost, post, postNumber, development, number, local] = match;
  return {
    epoch,
    release: release.split('.'),
    pre:
      pre === undefined ? undefined : { rank: pre[0] === 'a' ? 0 : pre[0] === 'b' ? 1 : 2, number: preNumber || '0' },
    post: post === undefined ? dashPost : postNumber || '0',
    development: development === undefined ? undefined : number || '0',
    local: local?.split(/[-_.]/),
  };
}

/** A lone development release comes before alpha, what has none behind rc. */
function preRank({ pre, post, development }: PythonVersion): number {
  if (pre !== undefined) return pre.rank;
  return post === undefined && development !== undefined ? -1 : 3;
}

/** `missing`: on which side of those that have it the others stand. */
function compareOptional(one: string | undefined, other: string | undefined, missing: 1 | -1): number {
  if (one !== undefined && other !== undefined) return compareDigits(one, other);
  if (one === other) return 0;
  return one === undefined ? missing : -missing;
}

function compareLocal(one: readonly string[] | undefined, other: readonly string[] | undefined): number {
  if (one === undefined || other === undefined) return (one === undefined ? 0 : 1) - (other === undefined ? 0 : 1);
  for (let at = 0; at < Math.min(one.length, other.length); at++) {
    const [left = '', right = ''] = [one[at], other[at]];
    const [a, b] = [/^\d+$/.test(left), /^\d+$/.test(right)];
    const order = a !== b ? (a ? 1 : -1) : (a ? compareDigits : compareCodes)(left, right);
    if (order !== 0) return order;
  }
  return one.length - other.length;
}
