import type { Finding, Location } from '../core/finding.ts';
import { reportFingerprints } from '../core/fingerprint.ts';
import { fixClass, type TextEdit } from '../core/fix.ts';
import { jsonText } from '../core/json-text.ts';
import type { ReadProblem, Report, SuppressedFinding } from '../core/report.ts';
import { excerptOf } from './internal/findings.ts';
import { relativeUri } from './internal/relative-uri.ts';
import { sarifRule } from './internal/sarif-rule.ts';
import { costText } from './internal/wording.ts';
import { fixProofText } from './proof-view.ts';

const schema = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
const baseId = '%SRCROOT%';

/**
 * SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html) with the properties that GitHub code
 * scanning reads. Suppressed findings are results with a suppression; what could not be read is a notification.
 */
export function renderSarif(report: Report): string {
  return jsonText(sarifLog(report));
}

function sarifLog(report: Report) {
  const ruleIndexes = new Map(report.rules.map((rule, index) => [rule.id, index]));
  const prints = reportFingerprints(report);
  const result = (finding: Finding, fingerprint: string | undefined) =>
    sarifResult(report, finding, ruleIndexes.get(finding.rule), fingerprint ?? '');
  return {
    $schema: schema,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: report.tool.name,
            semanticVersion: report.tool.version,
            rules: report.rules.map(sarifRule),
            notifications: [
              { id: 'not-read', shortDescription: { text: 'Something could not be read or looked at.' } },
            ],
          },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { [baseId]: { description: { text: 'The root of the project that was audited.' } } },
        invocations: [{ executionSuccessful: true, toolExecutionNotifications: report.problems.map(notification) }],
        results: [
          ...report.findings.map((finding, index) => result(finding, prints.findings[index])),
          ...report.suppressed.map((suppressed, index) => ({
            ...result(suppressed.finding, prints.suppressed[index]),
            suppressions: [suppression(suppressed)],
          })),
        ],
        properties: { loadLine: report.score.loadLine ?? null },
      },
    ],
  };
}

function sarifResult(report: Report, finding: Finding, ruleIndex: number | undefined, fingerprint: string) {
  const [primary, ...others] = finding.locations;
  const fixes = sarifFixes(finding);
  const cost = costText(finding.cost);
  const proof = finding.proof && fixProofText(finding.proof);
  return {
    ruleId: finding.rule,
    ...(ruleIndex !== undefined && { ruleIndex }),
    level: finding.severity,
    message: {
      text: messageText(
        [
          finding.message,
          ...(cost ? [`Costs ${cost}.`] : []),
          finding.remedy,
          ...(proof === undefined ? [] : [`Proof: ${proof}.`]),
        ].join(' '),
      ),
    },
    locations: [{ physicalLocation: physicalLocation(primary, excerptOf(report, finding)) }],
    ...(others.length > 0 && {
      relatedLocations: others.map((location, id) => ({
        id: id + 1,
        physicalLocation: physicalLocation(location),
        message: { text: messageText(location.note ?? 'The same cause.') },
      })),
    }),
    partialFingerprints: { primaryLocationLineHash: fingerprint, 'plimsoll/v1': fingerprint },
    ...(fixes.length > 0 && { fixes }),
    properties: {
      area: finding.area,
      why: finding.why,
      remedy: finding.remedy,
      peers: finding.peers,
      ...(finding.cost && { cost: finding.cost }),
      ...(finding.proof && {
        proof: { verdict: finding.proof.verdict, file: finding.proof.proof.file, measured: proof },
      }),
    },
  };
}

function physicalLocation({ path, start, end, range }: Location, line?: string) {
  return {
    artifactLocation: artifactLocation(path),
    region: range
      ? { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column }
      : { startLine: 1 },
    ...(line !== undefined && {
      contextRegion: { startLine: start.line, endLine: start.line, snippet: { text: line } },
    }),
  };
}

function artifactLocation(path: string) {
  return { uri: relativeUri(path), uriBaseId: baseId };
}

/** The fix as edits; none when it also makes files, which SARIF cannot say, holds a secret, or must not be offered. */
function sarifFixes({ fix }: Finding) {
  if (
    !fix ||
    !fixClass(fix) ||
    fix.holdsSecret ||
    fix.changes.edits.length === 0 ||
    (fix.changes.newFiles ?? []).length > 0
  )
    return [];
  const byPath = new Map<string, TextEdit[]>();
  for (const edit of fix.changes.edits) byPath.set(edit.path, [...(byPath.get(edit.path) ?? []), edit]);
  return [
    {
      description: { text: messageText(fix.title) },
      artifactChanges: [...byPath].map(([path, edits]) => ({
        artifactLocation: artifactLocation(path),
        replacements: edits.map(({ range, replacement }) => ({
          deletedRegion: { charOffset: range.start, charLength: range.end - range.start },
          ...(replacement !== '' && { insertedContent: { text: replacement } }),
        })),
      })),
      properties: { class: fixClass(fix) },
    },
  ];
}

function suppression({ by, reason }: SuppressedFinding) {
  const justifications = {
    comment: 'ignore comment',
    configuration: 'configuration',
    baseline: 'known in the baseline',
    since: 'not in a changed file',
    image: 'an image shows that it is not so',
  };
  return {
    kind: by === 'comment' ? 'inSource' : 'external',
    status: 'accepted',
    justification: reason ?? justifications[by],
  };
}

function notification({ path, position, message, remedy, templates }: ReadProblem) {
  const others = new Set(templates?.filter((template) => template !== path));
  return {
    level: templates ? 'note' : 'warning',
    descriptor: { id: 'not-read', index: 0 },
    message: { text: messageText(`${message}. ${remedy}`) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: artifactLocation(path),
          ...(position && { region: { startLine: position.line, startColumn: position.column } }),
        },
      },
      ...[...others].map((template) => ({ physicalLocation: { artifactLocation: artifactLocation(template) } })),
    ],
  };
}

/** Text from a file must not become an embedded link (SARIF 2.1.0, 3.11.6). */
function messageText(text: string): string {
  return text.replaceAll('](', '] (');
}
