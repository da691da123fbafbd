import type { Finding } from '../core/finding.ts';

/**
 * The findings without those that say the same of the same places: two overlays that take one base are each evaluated, and
 * what the base decides is found in both.
 */
export function withoutRepeats(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter((finding) => {
    const places = finding.locations.map(
      ({ path, range, start }) => `${path}:${range?.start ?? start.line}:${range?.end ?? ''}`,
    );
    const key = `${finding.rule}\0${finding.message}\0${places.join('\0')}`;
    return !seen.has(key) && seen.add(key);
  });
}
