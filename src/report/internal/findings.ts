import type { Finding } from '../../core/finding.ts';
import type { Report, ReportedLink } from '../../core/report.ts';

/** The source line of the primary place, as it stands in the file; undefined where the whole file is meant. */
export function excerptOf(report: Pick<Report, 'excerpts'>, finding: Finding): string | undefined {
  const { path, start, range } = finding.locations[0];
  return range ? report.excerpts.get(path)?.get(start.line) : undefined;
}

/** Documentation address by rule id. */
export function docsByRule(report: Pick<Report, 'rules'>): ReadonlyMap<string, string> {
  return new Map(report.rules.map((rule) => [rule.id, rule.docs]));
}

/** Findings of one file, with the links that the file takes part in when it is a Dockerfile. */
export interface FileGroup {
  readonly path: string;
  readonly links: readonly ReportedLink[];
  readonly findings: readonly Finding[];
}

/** Groups by the primary place's file, in the order in which the files come first; the order inside stays. */
export function groupByFile(report: Pick<Report, 'inventory'>, findings: readonly Finding[]): FileGroup[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const { path } = finding.locations[0];
    const group = groups.get(path);
    if (group) group.push(finding);
    else groups.set(path, [finding]);
  }
  return [...groups].map(([path, grouped]) => ({
    path,
    links: report.inventory.links.filter((link) => link.dockerfile === path),
    findings: grouped,
  }));
}

/** How many findings each rule has, in the order in which the rules come first. */
export function countByRule(
  findings: readonly Finding[],
): { readonly rule: string; readonly worst: Finding; readonly count: number }[] {
  const counts = new Map<string, { rule: string; worst: Finding; count: number }>();
  for (const finding of findings) {
    const counted = counts.get(finding.rule);
    if (counted) counted.count += 1;
    else counts.set(finding.rule, { rule: finding.rule, worst: finding, count: 1 });
  }
  return [...counts.values()];
}
