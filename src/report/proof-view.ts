import type {
  Evidence,
  FixProof,
  ImageFigures,
  ReportedProof,
  TreeComparison,
  TreeDifference,
  WithdrawnByProof,
} from '../core/evidence.ts';
import type { Report } from '../core/report.ts';
import { bytesText, plural, secondsText } from './internal/wording.ts';

/** A proof as reports show it. */
export interface ShownProof {
  readonly name: string;
  readonly dockerfile: string;
  readonly verdict: Evidence['verdict'];
  /** What is proved and what is not. */
  readonly statements: readonly string[];
  readonly withdrawn: readonly WithdrawnByProof[];
  /** Undefined where nothing was measured. */
  readonly evidence: Evidence | undefined;
  /** Where the evidence was written, as the user would open it. */
  readonly file: string | undefined;
}

/** A proof whose evidence is all that is known of it. */
export function proofOf(evidence: Evidence, file: string | undefined): ShownProof {
  const { verdict, statements, withdrawn, subject } = evidence;
  return { name: subject.name, dockerfile: subject.dockerfile, verdict, statements, withdrawn, evidence, file };
}

/** One measured thing, before and after. */
export interface ProofRow {
  readonly what: string;
  readonly before: string;
  /** Undefined where nothing passed that could be measured. */
  readonly after: string | undefined;
  /** `▼ 85 %`; empty where it is no number or hardly differs. */
  readonly change: string;
  readonly note: string;
  /** For bars to scale; undefined where it is no amount. */
  readonly amounts: { readonly before: number; readonly after: number } | undefined;
}

/** Everything that was measured of both images, what matters most first. What is the same and of no weight is left out. */
export function proofRows(evidence: Evidence): ProofRow[] {
  const { before, after } = evidence;
  const amount = (
    what: string,
    value: (figures: ImageFigures) => number | undefined,
    text: (amount: number) => string,
    note = '',
  ): ProofRow[] => {
    const [was, is] = [value(before), after && value(after)];
    if (was === undefined) return [];
    return [
      {
        what,
        before: text(was),
        after: is === undefined ? undefined : text(is),
        change: is === undefined || (text === secondsText && isChance(was, is)) ? '' : changeText(was, is),
        note,
        amounts: is === undefined ? undefined : { before: was, after: is },
      },
    ];
  };
  const unlessNone = (rows: ProofRow[]) =>
    rows.filter(({ amounts }) => amounts === undefined || amounts.before > 0 || amounts.after > 0);
  return [
    ...amount('size', ({ bytes }) => bytes, bytesText, 'measured, content of all layers'),
    ...amount('to pull', ({ compressedBytes }) => compressedBytes, bytesText, 'measured, packed with gzip'),
    ...amount('layers', ({ layers }) => layers, String),
    ...amount('rebuild after a source change', ({ rebuild }) => rebuild?.seconds, secondsText, rebuildNote(evidence)),
    ...amount('build without cache', ({ coldSeconds }) => coldSeconds, secondsText, 'measured'),
    ...unlessNone(amount('context sent', ({ contextBytes }) => contextBytes, bytesText, 'measured')),
    ...amount('vulnerable packages', (of) => of.vulnerablePackages, String, vulnerabilityNote(evidence)),
    ...unlessNone(amount('packages', ({ packages }) => packages, String)),
    ...amount('files', ({ files }) => files, String),
    ...unlessNone(amount('set-id files', ({ setIdFiles }) => setIdFiles, String)),
    ...unlessNone(amount('secrets in layers', ({ secrets }) => secrets, String)),
    ...userRow(before, after),
  ];
}

/** Each is measured once: less than a second is what the machine had to do besides, and no saving. */
function isChance(before: number, after: number): boolean {
  return Math.abs(before - after) < 1;
}

/** `▼ 85 %`, `▲ 3 %`; empty for less than half a percent. */
function changeText(before: number, after: number): string {
  if (before === 0 || before === after) return '';
  const percent = (100 * Math.abs(before - after)) / before;
  if (percent < 0.5) return '';
  return `${after < before ? '▼' : '▲'} ${percent < 99.5 || after === 0 ? Math.round(percent) : Number(percent.toFixed(1))} %`;
}

function rebuildNote({ before, after }: Evidence): string {
  if (before.rebuild === undefined) return '';
  const { changedFile, cachedSteps, steps } = before.rebuild;
  const was = `${cachedSteps} of ${steps}`;
  const cached =
    after?.rebuild === undefined
      ? `${was} steps cached`
      : `${after.rebuild.cachedSteps} of ${after.rebuild.steps} steps cached (before: ${was})`;
  return `measured, ${cached}, one line of ${changedFile} changed`;
}

function vulnerabilityNote({ before, after }: Evidence): string {
  const text = (of: ImageFigures | undefined) =>
    Object.entries(of?.vulnerabilities ?? {})
      .slice(0, 2)
      .map(([severity, count]) => `${count} ${severity}`)
      .join(', ') || 'none';
  const change = after?.vulnerabilities === undefined ? text(before) : `${text(before)} → ${text(after)}`;
  return `${change}. ${(after ?? before).advisories}`;
}

function userRow(before: ImageFigures, after: ImageFigures | undefined): ProofRow[] {
  const name = ({ user }: ImageFigures) => (user === '' ? 'root' : user);
  if (after !== undefined && name(before) === name(after)) return [];
  return [
    { what: 'user', before: name(before), after: after && name(after), change: '', note: '', amounts: undefined },
  ];
}

/** Whether it is still the same program, in a word and a sentence. */
export function sameProgram({ behaviour, runner }: Evidence): { readonly word: string; readonly text: string } {
  const { verdict, compared, differences, improvements, why } = behaviour;
  const better = improvements.map(({ name, message }) => `${name}: ${message}`);
  if (verdict === 'different')
    return { word: 'no', text: differences.map(({ name, message }) => `${name}: ${message}`).join('; ') };
  if (verdict === 'unknown') return { word: 'not known', text: why ?? 'nothing was run' };
  const where = runner === undefined ? '' : ` by ${runner}`;
  return { word: 'yes', text: [`${plural(compared, 'observation')} alike${where}`, ...better].join('; ') };
}

/** `12,021 alike, 3 undeclared, 204 declared, 7 noise`. */
export function treeSentence({ same, undeclared, declared, noise }: TreeComparison): string {
  const parts = [
    `${same} alike`,
    ...(undeclared > 0 ? [`${undeclared} differ and no fix declares it`] : []),
    ...(declared > 0 ? [`${declared} changed as fixes declare`] : []),
    ...(noise > 0 ? [`${noise} differ between two builds of the original, too`] : []),
  ];
  return parts.join(', ');
}

/** A difference with all that lies below it. */
export interface FoldedDifference {
  readonly difference: TreeDifference;
  /** With itself. */
  readonly paths: number;
  readonly bytes: number;
}

/** Differences of one standing; what lies in a directory that came or went as a whole is told with it. The largest first. */
export function foldedDifferences(
  { differences }: TreeComparison,
  standing: TreeDifference['standing'],
): FoldedDifference[] {
  const chosen = differences.filter((each) => each.standing === standing);
  const whole = new Map(chosen.filter(({ change }) => change !== 'changed').map((each) => [each.path, each]));
  const folded = new Map<TreeDifference, { paths: number; bytes: number }>();
  for (const each of chosen) {
    const top = topOf(each, whole);
    const sum = folded.get(top) ?? { paths: 0, bytes: 0 };
    folded.set(top, { paths: sum.paths + 1, bytes: sum.bytes + each.bytes });
  }
  return [...folded]
    .map(([difference, sum]) => ({ difference, ...sum }))
    .sort((one, other) => other.bytes - one.bytes || (one.difference.path < other.difference.path ? -1 : 1));
}

function topOf(difference: TreeDifference, whole: ReadonlyMap<string, TreeDifference>): TreeDifference {
  if (difference.change === 'changed') return difference;
  let top = difference;
  for (let at = difference.path; at.includes('/'); ) {
    at = at.slice(0, at.lastIndexOf('/'));
    const above = whole.get(at);
    if (above?.change === difference.change) top = above;
  }
  return top;
}

/** `removed usr/share/doc, with 312 more paths, 4.1 MB`; `changed app/a.js: content, mode`. */
export function differenceText({ difference, paths, bytes }: FoldedDifference): string {
  const { change, path, differs } = difference;
  const how = differs.length > 0 ? `: ${differs.join(', ')}` : '';
  const more = paths > 1 ? `, with ${plural(paths - 1, 'path')} below it` : '';
  return `${change} /${path}${how}${more}${bytes > 0 && change !== 'changed' ? `, ${bytesText(bytes)}` : ''}`;
}

/** `built with Docker Engine 20.10 (BuildKit), 5 builds, 84 s`. */
export function builtWith({ builder, builds, seconds }: Evidence): string {
  return `built with ${builder.title}, ${plural(builds, 'build')}, ${secondsText(seconds)}`;
}

/** The verdict as a sentence of its own. */
export function verdictSentence({ verdict, evidence }: Pick<ShownProof, 'verdict' | 'evidence'>): string {
  switch (verdict) {
    case 'proved':
      return `Proved: ${plural(evidence?.fixes.length ?? 0, 'fix', 'fixes')}, built and run.`;
    case 'failed':
      return 'Not proved: no fix passed.';
    case 'unproved':
      return 'Not proved, and not refuted.';
    case 'nothing to prove':
      return 'Nothing to prove.';
  }
}

/** Of the fix of a finding: `measured with 6 other fixes: size 1.12 GB → 171 MB, rebuild 61 s → 4.1 s`. */
export function fixProofText({ proof: { evidence }, verdict, reason }: FixProof): string {
  if (verdict === 'withdrawn') return `a proof took it back: ${reason ?? 'it did not pass'}`;
  const others = evidence.fixes.length - 1;
  const together = others === 0 ? 'by itself' : `with ${plural(others, 'other fix', 'other fixes')}`;
  return `measured ${together}: ${shortFigures(evidence)}`;
}

/** `size 1.12 GB → 171 MB, rebuild 61 s → 4.1 s, the same program`. */
export function shortFigures(evidence: Evidence): string {
  const { before, after } = evidence;
  if (after === undefined) return `size ${bytesText(before.bytes)}`;
  return [
    `size ${bytesText(before.bytes)} → ${bytesText(after.bytes)}`,
    ...(before.rebuild && after.rebuild
      ? [`rebuild ${secondsText(before.rebuild.seconds)} → ${secondsText(after.rebuild.seconds)}`]
      : []),
    ...(evidence.behaviour.verdict === 'same' ? ['the same program'] : []),
  ].join(', ');
}

/** What a proof of the texts as they are says, in one line: `proved on 2026-11-27: 7 fixes`. */
export function proofTitle({ evidence, state }: ReportedProof): string {
  const { verdict, created, fixes, subject } = evidence;
  const day = created.slice(0, 10);
  const what = plural(fixes.length, 'fix', 'fixes');
  const stage = subject.target === undefined ? '' : ` (${subject.target})`;
  const image = `${subject.dockerfile}${stage}`;
  if (verdict !== 'proved') return `${image}: ${verdict}, ${day}`;
  return state === 'before'
    ? `${image}: ${what} proved on ${day}, not written yet`
    : `${image}: as proved on ${day} with ${what}`;
}

/** Undefined where there is none. */
export function staleSentence({ staleProofs = [] }: Pick<Report, 'staleProofs'>): string | undefined {
  if (staleProofs.length === 0) return undefined;
  return `The evidence for ${staleProofs.slice(0, 5).join(', ')}${staleProofs.length > 5 ? ' and others' : ''} is of other texts than these, and does not count: «plimsoll prove» makes it anew.`;
}
