import { compareSeverities } from './severity-words.ts';
import type { Vulnerability } from './vulnerability.ts';

/** Exploited ones first within a severity, then by EPSS, package and id: a total order. */
export function compareVulnerabilities(one: Vulnerability, other: Vulnerability): number {
  return (
    compareSeverities(one.severity, other.severity) ||
    Number(other.knownExploited) - Number(one.knownExploited) ||
    (other.epss ?? 0) - (one.epss ?? 0) ||
    (other.cvss?.score ?? 0) - (one.cvss?.score ?? 0) ||
    compareText(one.package.name, other.package.name) ||
    compareText(one.id, other.id) ||
    compareText(one.package.path, other.package.path)
  );
}

function compareText(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
