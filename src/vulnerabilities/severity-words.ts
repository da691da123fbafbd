import type { VulnerabilitySeverity } from './vulnerability.ts';

/** The words that databases and scanners have, in lower case, and ours for them. */
const words = new Map<string, VulnerabilitySeverity>([
  ['critical', 'critical'],
  ['high', 'high'],
  // Red Hat (https://access.redhat.com/security/updates/classification), SUSE, Rocky, AlmaLinux.
  ['important', 'high'],
  ['medium', 'medium'],
  ['moderate', 'medium'],
  ['low', 'low'],
  ['minor', 'low'],
  ['negligible', 'negligible'],
  // Debian: https://security-team.debian.org/security_tracker.html#severity-levels
  ['unimportant', 'negligible'],
  // Clair's word for what needs attention at once, below none.
  ['defcon1', 'critical'],
  ['unknown', 'unknown'],
]);

/** Undefined for what is no such word: `not yet assigned`, `end-of-life`. */
export function severityOf(word: unknown): VulnerabilitySeverity | undefined {
  return typeof word === 'string' ? words.get(word.trim().toLowerCase()) : undefined;
}

/** From worst to least. What nobody has rated may be anything: it is not put below what somebody called low. */
export const severityOrder: readonly VulnerabilitySeverity[] = [
  'critical',
  'high',
  'medium',
  'unknown',
  'low',
  'negligible',
];

/** Negative when the first is worse. */
export function compareSeverities(one: VulnerabilitySeverity, other: VulnerabilitySeverity): number {
  return severityOrder.indexOf(one) - severityOrder.indexOf(other);
}

/** Whether it is as bad as `least`, which may be any text: what is no severity lets all pass. */
export function isAtLeast(severity: VulnerabilitySeverity, least: string): boolean {
  const words: readonly string[] = severityOrder;
  const limit = words.indexOf(least);
  return limit === -1 || severityOrder.indexOf(severity) <= limit;
}

/** https://www.first.org/cvss/v3.1/specification-document#Qualitative-Severity-Rating-Scale, the same for version 4; 0.0 is what it calls none. */
export function severityOfScore(score: number): VulnerabilitySeverity {
  if (score >= 9) return 'critical';
  if (score >= 7) return 'high';
  if (score >= 4) return 'medium';
  return score > 0 ? 'low' : 'negligible';
}
