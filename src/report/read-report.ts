import type { HiddenFinding, WrittenFinding, WrittenReport } from '../core/finding-change.ts';
import { isJsonObject, type JsonObject, jsonObjectOf, parseJsonObject } from '../core/json-object.ts';
import { isSeverity } from '../core/severity.ts';
import { jsonReportVersion } from './json.ts';

/** More than these of a kind are not read: whoever writes the audited files decides how many there are. */
const mostItems = 100_000;

/** A report as `audit --json` writes it. Undefined for any other text; what has not the form of a finding is left out. */
export function readReport(text: string): WrittenReport | undefined {
  const report = parseJsonObject(text);
  if (report?.format !== 'plimsoll-report' || report.version !== jsonReportVersion) return undefined;
  const { loadLine } = jsonObjectOf(report.score);
  const rules = Array.isArray(report.rules) ? report.rules.filter((id) => typeof id === 'string') : undefined;
  return {
    loadLine: typeof loadLine === 'number' && Number.isFinite(loadLine) ? loadLine : undefined,
    findings: objectsOf(report.findings).flatMap(writtenFinding),
    hidden: objectsOf(report.suppressed).flatMap(hiddenFinding),
    rules: rules && new Set(rules),
    problems: objectsOf(report.problems).length,
  };
}

function objectsOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.slice(0, mostItems).filter(isJsonObject) : [];
}

function writtenFinding(finding: JsonObject): WrittenFinding[] {
  const { rule, severity, path, line, message, remedy, fingerprint, excerpt, fix } = finding;
  if (typeof severity !== 'string' || !isSeverity(severity) || typeof line !== 'number') return [];
  if (typeof rule !== 'string' || typeof path !== 'string' || typeof message !== 'string') return [];
  if (typeof fingerprint !== 'string' || fingerprint === '') return [];
  return [
    {
      rule,
      severity,
      path,
      line,
      message,
      remedy: typeof remedy === 'string' ? remedy : '',
      fingerprint,
      excerpt: typeof excerpt === 'string' ? excerpt : undefined,
      hasSafeFix: jsonObjectOf(fix).class === 'safe',
    },
  ];
}

function hiddenFinding({ rule, path, message, fingerprint, by, reason }: JsonObject): HiddenFinding[] {
  if (typeof rule !== 'string' || typeof path !== 'string' || typeof message !== 'string') return [];
  if (typeof fingerprint !== 'string' || typeof by !== 'string') return [];
  return [{ rule, path, message, fingerprint, by, reason: typeof reason === 'string' ? reason : undefined }];
}
