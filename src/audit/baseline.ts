import { UserError } from '../core/errors.ts';
import type { Finding } from '../core/finding.ts';
import { fingerprints, formerFingerprints } from '../core/fingerprint.ts';
import { jsonText } from '../core/json-text.ts';
import { compareCodes } from '../core/natural-order.ts';
import type { Report } from '../core/report.ts';
import type { Sifted } from './suppress.ts';

/** The findings that are known and accepted, so that only new ones fail. */
interface BaselineFile {
  readonly version: 1;
  /** Rule and path are there for the reader of a diff; the fingerprint alone decides. */
  readonly findings: readonly { readonly fingerprint: string; readonly rule: string; readonly path: string }[];
}

/** The text of a baseline of these findings, sorted so that its diffs are small. */
export function writeBaseline(findings: readonly Finding[], excerpts: Report['excerpts']): string {
  const names = fingerprints(findings, excerpts);
  const entries = findings
    .map((finding, at) => ({ fingerprint: names[at] ?? '', rule: finding.rule, path: finding.locations[0].path }))
    .sort(
      (a, b) =>
        compareCodes(a.path, b.path) || compareCodes(a.rule, b.rule) || compareCodes(a.fingerprint, b.fingerprint),
    );
  const file: BaselineFile = { version: 1, findings: entries };
  return jsonText(file);
}

/**
 * The fingerprints that a baseline's text holds.
 * @throws UserError when it is no baseline.
 */
export function readBaseline(path: string, text: string): ReadonlySet<string> {
  const remedy = 'Write a new one with «plimsoll audit --write-baseline».';
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch (cause) {
    throw new UserError('this is no JSON and so no baseline', { where: path, remedy, cause });
  }
  if (typeof file !== 'object' || file === null || !('version' in file) || file.version !== 1 || !('findings' in file))
    throw new UserError('this is no baseline of version 1', { where: path, remedy });
  const names = Array.isArray(file.findings) ? file.findings.map((each: unknown) => fingerprintOf(each)) : [];
  return new Set(names.filter((name) => name !== undefined));
}

function fingerprintOf(entry: unknown): string | undefined {
  if (typeof entry !== 'object' || entry === null || !('fingerprint' in entry)) return undefined;
  return typeof entry.fingerprint === 'string' ? entry.fingerprint : undefined;
}

/** Takes out what the baseline knows, be it by the name of before. */
export function siftKnown(
  findings: readonly Finding[],
  excerpts: Report['excerpts'],
  known: ReadonlySet<string>,
): Sifted {
  const names = fingerprints(findings, excerpts);
  const former = formerFingerprints(findings, excerpts);
  const isKnown = (at: number) => known.has(names[at] ?? '') || known.has(former[at] ?? '');
  return {
    kept: findings.filter((_, at) => !isKnown(at)),
    suppressed: findings.flatMap((finding, at) => (isKnown(at) ? [{ finding, by: 'baseline' as const }] : [])),
  };
}
