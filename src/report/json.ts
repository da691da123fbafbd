import type { Finding, Location } from '../core/finding.ts';
import { reportFingerprints } from '../core/fingerprint.ts';
import { fixClass } from '../core/fix.ts';
import { jsonElements, jsonPieces } from '../core/json-pieces.ts';
import type { Report, SuppressedFinding } from '../core/report.ts';
import { scoreDerivation } from '../core/score.ts';
import { clusterJson } from './internal/cluster-json.ts';
import { docsByRule, excerptOf } from './internal/findings.ts';
import { problemJson } from './internal/problem-json.ts';
import { fixProofJson, proofJson } from './internal/proof-json.ts';
import { countBySeverity, safeFixCount } from './internal/wording.ts';

/** Goes up when a field is renamed, removed or means something else; added fields do not change it. */
export const jsonReportVersion = 1;

/** The report as JSON that `schemas/report.schema.json` describes: every field always there, `null` where nothing is known. */
export function renderJson(report: Report): string {
  return [...reportPieces(report)].join('');
}

/** What {@link renderJson} gives, in pieces that are made when they are asked for: thousands of findings at once take hundreds of megabytes. */
export function reportPieces(report: Report): Iterable<string> {
  const prints = reportFingerprints(report);
  return jsonPieces({
    ...aroundFindings(report, prints.suppressed, []),
    findings: jsonElements(() => foundIn(report, prints.findings)),
  });
}

/** The value that {@link renderJson} writes. */
export function jsonReport(report: Report) {
  const prints = reportFingerprints(report);
  return aroundFindings(report, prints.suppressed, [...foundIn(report, prints.findings)]);
}

function* foundIn(report: Report, prints: readonly string[]) {
  const docs = docsByRule(report);
  for (const [index, finding] of report.findings.entries())
    yield found(finding, docs.get(finding.rule), excerptOf(report, finding), prints[index]);
}

function aroundFindings(
  report: Report,
  suppressedPrints: readonly string[],
  findings: readonly ReturnType<typeof found>[],
) {
  return {
    format: 'plimsoll-report',
    version: jsonReportVersion,
    tool: { name: report.tool.name, version: report.tool.version },
    target: report.target,
    name: report.name,
    seconds: report.seconds,
    inventory: inventory(report),
    summary: summary(report),
    score: {
      loadLine: report.score.loadLine ?? null,
      areas: report.score.areas.map((area) => ({
        area: area.area,
        score: area.score ?? null,
        derivation: scoreDerivation(area) ?? null,
        findings: { error: area.findings.error, warning: area.findings.warning, note: area.findings.note },
      })),
    },
    findings,
    suppressed: report.suppressed.map((each, index) => suppressed(each, suppressedPrints[index])),
    problems: report.problems.map(problemJson),
    proofs: (report.proofs ?? []).map(proofJson),
    staleProofs: report.staleProofs ?? [],
    rules: report.rules.map(({ id }) => id),
  };
}

function inventory({
  inventory: { dockerfiles, workloads, objects, composeServices, applications, contexts, links, images, cluster },
}: Report) {
  return {
    dockerfiles,
    workloads,
    objects,
    composeServices,
    applications,
    contexts: contexts.map(({ path, files, bytes, unneededBytes }) => ({ path, files, bytes, unneededBytes })),
    links: links.map(({ dockerfile, stage, context, image, runBy }) => ({
      dockerfile,
      stage: stage ?? null,
      context: context ?? null,
      image: image ?? null,
      runBy: runBy.map(({ kind, name, replicas, path }) => ({ kind, name, replicas: replicas ?? null, path })),
    })),
    images: (images ?? []).map(({ name, path, digest, layers, bytes, dockerfile }) => ({
      name,
      path,
      digest: digest ?? null,
      layers,
      bytes,
      dockerfile: dockerfile ?? null,
    })),
    cluster: cluster ? clusterJson(cluster) : null,
  };
}

function summary(report: Report) {
  const suppressedBy = { comment: 0, configuration: 0, baseline: 0, since: 0, image: 0 };
  for (const { by } of report.suppressed) suppressedBy[by] += 1;
  return {
    findings: countBySeverity(report.findings),
    safeFixes: safeFixCount(report.findings),
    suppressed: suppressedBy,
    problems: report.problems.length,
  };
}

/** Written out: an object that another one is spread into takes V8 several times as long, and there are thousands. */
function found(
  finding: Finding,
  docs: string | undefined,
  excerpt: string | undefined,
  fingerprint: string | undefined,
) {
  const [{ path, start, end }] = finding.locations;
  return {
    rule: finding.rule,
    area: finding.area,
    severity: finding.severity,
    path,
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
    message: finding.message,
    why: finding.why,
    remedy: finding.remedy,
    docs: docs ?? null,
    excerpt: excerpt ?? null,
    fingerprint: fingerprint ?? '',
    locations: finding.locations.map(notedPlace),
    peers: finding.peers,
    cost: cost(finding),
    fix: fix(finding),
    proof: fixProofJson(finding.proof),
  };
}

function notedPlace({ path, start, end, note }: Location) {
  return {
    path,
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
    note: note ?? null,
  };
}

function place({ path, start, end }: Location) {
  return { path, line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
}

function cost({ cost: known }: Finding) {
  if (!known) return null;
  const { bytes, seconds, bytesADay, basis, derivation } = known;
  return { bytes: bytes ?? null, seconds: seconds ?? null, bytesADay: bytesADay ?? null, basis, derivation };
}

/** Null also where an assumption fails: such a fix is not offered. */
function fix({ fix: known }: Finding) {
  const kind = known && fixClass(known);
  if (!known || !kind) return null;
  return {
    class: kind,
    title: known.title,
    assumptions: known.assumptions.map(({ statement, state, question }) => ({
      statement,
      state,
      question: question ?? null,
    })),
    // A secret that a fix writes is in no report; the command «fix» applies it all the same.
    edits: (known.holdsSecret ? [] : known.changes.edits).map(({ path, range, replacement }) => ({
      path,
      start: range.start,
      end: range.end,
      replacement,
    })),
    newFiles: (known.holdsSecret ? [] : (known.changes.newFiles ?? [])).map(({ path, text }) => ({ path, text })),
  };
}

function suppressed({ finding, by, reason }: SuppressedFinding, fingerprint: string | undefined) {
  return {
    rule: finding.rule,
    area: finding.area,
    severity: finding.severity,
    ...place(finding.locations[0]),
    message: finding.message,
    fingerprint: fingerprint ?? '',
    by,
    reason: reason ?? null,
  };
}
