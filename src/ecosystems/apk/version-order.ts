import { compareCodes, compareDigits } from '../../core/natural-order.ts';

/**
 * As apk-tools orders them (apk-package(5), https://gitlab.alpinelinux.org/alpine/apk-tools/-/blob/master/doc/apk-package.5.scd):
 * `number{.number}{letter}{_suffix{number}}{~hash}{-r#}`. Hashes are not compared. Of what is no such version, the part that is one counts.
 */
export function compareAlpineVersions(one: string, other: string): number {
  const a = tokensOf(one);
  const b = tokensOf(other);
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at++) {
    const [left, right] = [a[at], b[at]];
    if (left === undefined || right === undefined) break;
    if (left.kind !== right.kind) return compareKinds(left, right);
    const order = compareTokens(left, right);
    if (order !== 0) return order;
  }
  return compareKinds(a[shared] ?? end, b[shared] ?? end);
}

/** What may stand at one place, what makes a version greater first. */
const kinds = ['number', 'letter', 'suffix', 'suffix number', 'revision', 'end'] as const;

interface Token {
  readonly kind: (typeof kinds)[number];
  readonly text: string;
  /** Of a number behind a point that begins with zeros: 0.01 comes before 0.1. */
  readonly zeros?: number;
}

const end: Token = { kind: 'end', text: '' };
const suffixes = ['alpha', 'beta', 'pre', 'rc', 'cvs', 'svn', 'git', 'hg', 'p'];
const firstPostSuffix = suffixes.indexOf('cvs');

function tokensOf(version: string): readonly Token[] {
  const tokens: Token[] = [];
  const read =
    /(?:^|\.|(?<=[a-z]))(\d+)|(?<=\d)([a-z])(?![a-z])|_(alpha|beta|pre|rc|cvs|svn|git|hg|p)(\d*)|~[\da-f]+|-r?(\d+)/y;
  const text = version.trim();
  for (let match = read.exec(text); match !== null; match = read.exec(text)) {
    const [, number, letter, suffix, suffixNumber, revision] = match;
    if (number !== undefined) tokens.push(numberToken(number, match[0].startsWith('.')));
    if (letter !== undefined) tokens.push({ kind: 'letter', text: letter });
    if (suffix !== undefined) tokens.push({ kind: 'suffix', text: suffix });
    if (suffixNumber) tokens.push({ kind: 'suffix number', text: suffixNumber });
    if (revision !== undefined) tokens.push({ kind: 'revision', text: revision });
  }
  return tokens;
}

function numberToken(text: string, fraction: boolean): Token {
  const zeros = fraction && text.startsWith('0') ? (/^0+/.exec(text)?.[0].length ?? 0) : 0;
  return { kind: 'number', text, zeros };
}

function compareTokens(one: Token, other: Token): number {
  if (one.kind === 'letter') return compareCodes(one.text, other.text);
  if (one.kind === 'suffix') return suffixes.indexOf(one.text) - suffixes.indexOf(other.text);
  return (other.zeros ?? 0) - (one.zeros ?? 0) || compareDigits(one.text, other.text);
}

/** A version that goes on is greater, unless it goes on with a suffix of a pre-release. */
function compareKinds(one: Token, other: Token): number {
  if (one.kind === other.kind) return 0;
  if (isPreRelease(one)) return -1;
  if (isPreRelease(other)) return 1;
  return kinds.indexOf(other.kind) - kinds.indexOf(one.kind);
}

function isPreRelease({ kind, text }: Token): boolean {
  return kind === 'suffix' && suffixes.indexOf(text) < firstPostSuffix;
}
