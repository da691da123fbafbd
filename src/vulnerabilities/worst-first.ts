import { compareCodes } from '../core/natural-order.ts';
import { compareSeverities } from './severity-words.ts';
import type { Vulnerability } from './vulnerability.ts';

/** Exploited ones first within a severity, then by EPSS, package and id: a total order. */
export function compareVulnerabilities(one: Vulnerability, other: Vulnerability): number {
  return (
    compareSeverities(one.severity, other.severity) ||
    Number(other.knownExploited) - Number(one.knownExploited) ||
    (other.epss ?? 0) - (one.epss ?? 0) ||
    (other.cvss?.score ?? 0) - (one.cvss?.score ?? 0) ||
    compareCodes(one.package.name, other.package.name) ||
    compareCodes(one.id, other.id) ||
    compareCodes(one.package.path, other.package.path)
  );
}
