import { isJsonObject, type JsonObject, jsonObjectOf, objectsIn } from '../../core/json-object.ts';
import { textOf } from './running-container.ts';

/** How many findings a rule has, of one severity. */
export interface FindingCount {
  readonly area: string;
  readonly rule: string;
  readonly severity: string;
  readonly count: number;
}

export interface VulnerabilityCount {
  /** `critical`, `high`, `medium`, `low`, `negligible`, `unknown`. */
  readonly severity: string;
  readonly fixable: boolean;
  readonly count: number;
}

/** What the last report of a project or an image says. */
export interface AuditReport {
  readonly scanner: 'plimsoll' | 'trivy' | 'grype';
  /** The project's name, or the image that was scanned. */
  readonly target: string;
  readonly loadLine: number | undefined;
  readonly scores: readonly { readonly area: string; readonly score: number }[];
  readonly findings: readonly FindingCount[];
  readonly safeFixes: number | undefined;
  /** Undefined where the report is about something else. */
  readonly vulnerabilities: readonly VulnerabilityCount[] | undefined;
}

const areas = /^[a-z][a-z0-9-]{0,40}$/;
const ruleId = /^[a-z][a-z0-9-]{0,40}\/[a-z][a-z0-9-]{0,80}$/;
const findingSeverities = new Set(['error', 'warning', 'note']);
const vulnerabilitySeverities = new Set(['critical', 'high', 'medium', 'low', 'negligible', 'unknown']);

/**
 * Reads a report: of `plimsoll audit --format json` (schemas/report.schema.json), of `trivy --format json` or of `grype --output json`. Undefined
 * for any other JSON. What does not have the form that those have is left out.
 */
export function readAuditReport(value: unknown): AuditReport | undefined {
  if (!isJsonObject(value)) return undefined;
  if (value.format === 'plimsoll-report') return value.version === 1 ? plimsollReport(value) : undefined;
  if (value.SchemaVersion === 2 && typeof value.ArtifactName === 'string') return trivyReport(value);
  if (Array.isArray(value.matches) && isJsonObject(value.source)) return grypeReport(value);
  return undefined;
}

function plimsollReport(report: JsonObject): AuditReport {
  const { loadLine, areas: scored } = jsonObjectOf(report.score);
  const { safeFixes } = jsonObjectOf(report.summary);
  const counts = new Map<string, FindingCount>();
  for (const finding of objectsIn(report.findings)) {
    const [rule, severity] = [textOf(finding.rule), textOf(finding.severity)];
    if (!ruleId.test(rule) || !findingSeverities.has(severity)) continue;
    const key = `${rule} ${severity}`;
    const count = (counts.get(key)?.count ?? 0) + 1;
    counts.set(key, { area: rule.slice(0, rule.indexOf('/')), rule, severity, count });
  }
  return {
    scanner: 'plimsoll',
    target: textOf(report.name) || textOf(report.target),
    loadLine: numberIn(loadLine),
    scores: objectsIn(scored).flatMap(({ area, score }) =>
      typeof area === 'string' && areas.test(area) && typeof score === 'number' ? [{ area, score }] : [],
    ),
    findings: [...counts.values()],
    safeFixes: numberIn(safeFixes),
    vulnerabilities: Array.isArray(report.vulnerabilities)
      ? countVulnerabilities(
          objectsIn(report.vulnerabilities).map(({ severity, fixedIn, fixed }) => ({
            severity: textOf(severity),
            fixable: Boolean(fixedIn ?? fixed),
          })),
        )
      : undefined,
  };
}

/** https://trivy.dev/latest/docs/configuration/reporting/#json */
function trivyReport(report: JsonObject): AuditReport {
  const found = objectsIn(report.Results).flatMap(({ Vulnerabilities }) => objectsIn(Vulnerabilities));
  return scanned(
    'trivy',
    textOf(report.ArtifactName),
    found.map(({ Severity, FixedVersion }) => ({
      severity: textOf(Severity),
      fixable: textOf(FixedVersion) !== '',
    })),
  );
}

/** https://github.com/anchore/grype/blob/main/grype/presenter/models/document.go */
function grypeReport(report: JsonObject): AuditReport {
  const { target } = jsonObjectOf(report.source);
  const name = textOf(target) || textOf(jsonObjectOf(target).userInput);
  return scanned(
    'grype',
    name,
    objectsIn(report.matches).map(({ vulnerability }) => {
      const { severity, fix } = jsonObjectOf(vulnerability);
      return { severity: textOf(severity), fixable: jsonObjectOf(fix).state === 'fixed' };
    }),
  );
}

interface Vulnerability {
  readonly severity: string;
  readonly fixable: boolean;
}

function scanned(scanner: 'trivy' | 'grype', target: string, found: readonly Vulnerability[]): AuditReport {
  return {
    scanner,
    target,
    loadLine: undefined,
    scores: [],
    findings: [],
    safeFixes: undefined,
    vulnerabilities: countVulnerabilities(found),
  };
}

/** Every severity is there, also with none, so that a clean image is 0 and not absent. */
function countVulnerabilities(found: readonly Vulnerability[]): VulnerabilityCount[] {
  const counts = new Map<string, number>();
  for (const { severity, fixable } of found) {
    const named = severity.toLowerCase();
    const key = `${vulnerabilitySeverities.has(named) ? named : 'unknown'} ${fixable}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...vulnerabilitySeverities].flatMap((severity) =>
    [true, false].map((fixable) => ({ severity, fixable, count: counts.get(`${severity} ${fixable}`) ?? 0 })),
  );
}

function numberIn(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
