import type { Finding } from './finding.ts';
import { groupBy } from './group-by.ts';
import type { Report, SuppressedFinding } from './report.ts';
import { sha256 } from './sha256.ts';

/**
 * One fingerprint a finding, in the same order: sixteen hexadecimal digits, `:` and the how-manyth finding with these
 * digits it is. The digits depend on the rule, the path and the text of the line, not on where the line stands nor on what
 * the stages of a Dockerfile are called nor on the release of an image that it names, so that lines put in above, another name and an update
 * do not make an old finding look new. Where the release itself is what is wrong, its tag counts.
 * Excerpts are masked: no secret is hashed.
 */
export function fingerprints(findings: readonly Finding[], excerpts: Report['excerpts']): string[] {
  return numbered(findings, excerpts, new Map());
}

/**
 * What baselines and histories of before 2026-11-28 call these findings, whose digits depended on the release of an image, too. Undefined where it is the same.
 */
export function formerFingerprints(
  findings: readonly Finding[],
  excerpts: Report['excerpts'],
): readonly (string | undefined)[] {
  const names = numbered(findings, excerpts, new Map(), formerLineOf);
  return findings.map((finding, at) =>
    formerLineOf(finding, excerpts) === lineOf(finding, excerpts) ? undefined : names[at],
  );
}

/**
 * The fingerprints of a report's findings and of its suppressed ones. What a baseline or `--since` hides is numbered
 * with the findings, so that hiding one does not rename another; what comments and configuration take out comes after.
 */
export function reportFingerprints(report: Pick<Report, 'findings' | 'suppressed' | 'excerpts'>): {
  readonly findings: readonly string[];
  readonly suppressed: readonly string[];
} {
  const seen = new Map<string, number>();
  const isKnown = ({ by }: SuppressedFinding) => by === 'baseline' || by === 'since';
  const known = report.suppressed.filter(isKnown);
  const first = numbered([...report.findings, ...known.map(({ finding }) => finding)], report.excerpts, seen);
  const others = report.suppressed.filter((suppressed) => !isKnown(suppressed));
  const second = numbered(
    others.map(({ finding }) => finding),
    report.excerpts,
    seen,
  );
  const names = new Map([
    ...known.map((suppressed, at) => [suppressed, first[report.findings.length + at] ?? ''] as const),
    ...others.map((suppressed, at) => [suppressed, second[at] ?? ''] as const),
  ]);
  return {
    findings: first.slice(0, report.findings.length),
    suppressed: report.suppressed.map((suppressed) => names.get(suppressed) ?? ''),
  };
}

function numbered(
  findings: readonly Finding[],
  excerpts: Report['excerpts'],
  seen: Map<string, number>,
  line = lineOf,
): string[] {
  const digits = findings.map((finding) => digest(finding, line(finding, excerpts)));
  const result = new Array<string>(findings.length);
  for (const [shared, indexes] of groupBy(digits.keys(), (index) => digits[index] ?? '')) {
    // Nearly all are alone: only those that share their digits have an order.
    const inOrder = indexes.length === 1 ? indexes : byPlace(indexes, findings);
    let count = seen.get(shared) ?? 0;
    for (const index of inOrder) {
      count += 1;
      result[index] = `${shared}:${count}`;
    }
    seen.set(shared, count);
  }
  return result;
}

/** In the order of the places, so that the numbering does not depend on the order of the report. */
function byPlace(indexes: readonly number[], findings: readonly Finding[]): readonly number[] {
  return indexes
    .flatMap((index) => {
      const finding = findings[index];
      return finding ? [{ index, start: finding.locations[0].start, message: finding.message }] : [];
    })
    .sort((a, b) => a.start.line - b.start.line || a.start.column - b.start.column || (a.message < b.message ? -1 : 1))
    .map(({ index }) => index);
}

function digest(finding: Finding, line: string): string {
  return sha256(`${finding.rule}\0${finding.locations[0].path}\0${line}\0`, 'hex').slice(0, 16);
}

/** What stays of a finding when its file moves: sixteen hexadecimal digits of the rule and the text of the line. Not its own: equal lines share it. */
export function lineFingerprint(finding: Finding, excerpts: Report['excerpts']): string {
  return sha256(`${finding.rule}\0${lineOf(finding, excerpts)}\0`, 'hex').slice(0, 16);
}

function lineOf(finding: Finding, excerpts: Report['excerpts']): string {
  return withoutReleases(formerLineOf(finding, excerpts), finding.judgesRelease === true);
}

function formerLineOf({ locations: [{ path, start, range }] }: Finding, excerpts: Report['excerpts']): string {
  const line = range ? (excerpts.get(path)?.get(start.line) ?? '') : '';
  return withoutStageNames(line.trim().replace(/\s+/g, ' '));
}

/** What may be the name of a stage: no tag, no digest, no registry. */
const stageName = '[a-z0-9][\\w.-]*';
const fromLine = new RegExp(`^(FROM (?:--\\S+ )*)(?:${stageName}(?= |$)|(\\S+))(?: AS \\S+)?`, 'i');
const fromFlag = new RegExp(`((?: --|[ ,=])from=)${stageName}(?=[ ,]|$)`, 'gi');

/**
 * A line of a Dockerfile without the names that it gives and uses. That a single word is a stage and no image does not stand in the line: it is taken
 * for one, and another word in its place leaves the finding what it was.
 */
function withoutStageNames(line: string): string {
  if (/^FROM /i.test(line)) return line.replace(fromLine, (_, head: string, image = '*') => `${head}${image}`);
  return line.includes('from=') ? line.replace(fromFlag, '$1*') : line;
}

/** Where a line names an image: in FROM, in `--from=` and `from=`, and as `image` of a manifest or a Compose file. */
const imageNamed =
  /(^FROM (?:--\S+ )*|(?: --|[ ,=])from=|^(?:- )?(?:["']?[\w.-]+["']?: ?)?\{ ?(?:[^{}]*, ?)?["']?image["']?: ?["']?|^(?:- )?["']?image["']?: ?["']?)([^\s,"']+)/i;

/** A line without the tag and the digest of the image that it names: what is found at one release is there at the next one, too. */
function withoutReleases(line: string, keepsTag: boolean): string {
  return line.replace(imageNamed, (_, head: string, image: string) => {
    const tagged = image.replace(/@\S*$/, '');
    return head + (keepsTag ? tagged : tagged.replace(/:[^/]*$/, ''));
  });
}
