import type { Assumption } from '../core/fix.ts';
import type { AppliedFix, ChangedFile, FixReport, OfferedFix } from '../core/fix-report.ts';
import { jsonText } from '../core/json-text.ts';
import { type LineIndex, lineIndex, type SourceRange } from '../core/text.ts';
import { problemJson } from './internal/problem-json.ts';
import { fixProofJson, proofJson } from './internal/proof-json.ts';
import { suggestionsOf } from './suggestions.ts';

/** Goes up when a field is renamed, removed or means something else; added fields do not change it. */
export const fixReportVersion = 1;

/** The repair as JSON that `schemas/fix-report.schema.json` describes: every field always there, `null` where nothing is known or shown. */
export function renderFixJson(report: FixReport): string {
  return jsonText(fixJson(report));
}

function fixJson(report: FixReport) {
  const secret = new Set(report.applied.filter(({ fix }) => fix.holdsSecret).map(({ id }) => id));
  return {
    format: 'plimsoll-fix-report',
    version: fixReportVersion,
    tool: { name: report.tool.name, version: report.tool.version },
    target: report.target,
    name: report.name,
    seconds: report.seconds,
    rounds: report.rounds,
    complete: report.complete,
    summary: {
      files: report.files.length,
      applied: report.applied.length,
      open: report.open.length,
      withdrawn: report.withdrawn.length,
      withoutFix: report.withoutFix,
    },
    files: report.files.map((file) => changedFile(file, secret)),
    applied: report.applied.map(appliedFix),
    open: report.open.map(offeredFix),
    withdrawn: report.withdrawn.map((each) => ({ ...offeredFix(each), reason: each.reason })),
    leftAlone: report.leftAlone.map(({ path, reason, remedy }) => ({ path, reason, remedy })),
    problems: report.problems.map(problemJson),
    proofs: (report.proofs ?? []).map(proofJson),
    staleProofs: report.staleProofs ?? [],
    suggestions: suggestionsOf(report),
  };
}

function changedFile({ path, before, after, places }: ChangedFile, secret: ReadonlySet<number>) {
  const old = lineIndex(before?.text ?? '');
  const now = lineIndex(after.text);
  return {
    path,
    new: before === undefined,
    encoding: after.encoding,
    changes: places.map((place) => ({
      before: region(old, place.before),
      after: region(now, place.after),
      text: place.fixes.some((id) => secret.has(id)) ? null : after.text.slice(place.after.start, place.after.end),
      fixes: place.fixes,
    })),
  };
}

/** Offsets are UTF-16 code units; lines and columns are one-based. */
function region(lines: LineIndex, { start, end }: SourceRange) {
  const from = lines.positionAt(start);
  const to = lines.positionAt(end);
  return { start, end, startLine: from.line, startColumn: from.column, endLine: to.line, endColumn: to.column };
}

function appliedFix(applied: AppliedFix) {
  const { fix, id, round } = applied;
  const hidden = fix.holdsSecret === true;
  return {
    id,
    round,
    ...offeredFix(applied),
    ...(applied.proved && { class: 'proved' as const }),
    edits: hidden
      ? null
      : fix.changes.edits.map(({ path, range, replacement }) => ({
          path,
          start: range.start,
          end: range.end,
          text: replacement,
        })),
    newFiles: hidden ? null : (fix.changes.newFiles ?? []).map(({ path, text }) => ({ path, text })),
  };
}

function offeredFix({ finding, fix, class: kind, proof }: OfferedFix) {
  const { path, start, range } = finding.locations[0];
  return {
    rule: finding.rule,
    area: finding.area,
    severity: finding.severity,
    message: finding.message,
    path,
    line: range ? start.line : null,
    column: range ? start.column : null,
    title: fix.title,
    class: kind,
    holdsSecret: fix.holdsSecret === true,
    assumptions: fix.assumptions.map(assumption),
    proof: fixProofJson(proof),
  };
}

function assumption({ statement, state, question }: Assumption) {
  return { statement, state, question: question ?? null };
}
