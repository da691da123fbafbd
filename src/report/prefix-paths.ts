import { posix } from 'node:path';
import type { Finding, Location } from '../core/finding.ts';
import type { Report } from '../core/report.ts';

/**
 * The report with every path seen from another directory: `prefixPaths(report, 'services/web')` when the project was
 * audited from there, or for tools that want paths from the repository's root. An empty prefix changes nothing,
 * standard input stays `-`, and what lies beside the audited directory (`../history.db`) does not get it before its path. Fingerprints depend on
 * paths: a baseline is compared before this.
 */
export function prefixPaths(report: Report, prefix: string): Report {
  const base = prefix.replace(/\/+$/, '');
  if (base === '' || base === '.') return report;
  const moved = (path: string) =>
    path === '-' || path.startsWith('cluster:') || path.startsWith('image:')
      ? path
      : path === '' || path === '.'
        ? base
        : posix.join(base, path);
  const finding = (one: Finding) => movedFinding(one, moved);
  return {
    ...report,
    inventory: {
      ...report.inventory,
      contexts: report.inventory.contexts.map((context) => ({ ...context, path: moved(context.path) })),
      links: report.inventory.links.map((link) => ({
        ...link,
        dockerfile: moved(link.dockerfile),
        ...(link.context !== undefined && { context: moved(link.context) }),
        runBy: link.runBy.map((runner) => ({ ...runner, path: moved(runner.path) })),
      })),
    },
    findings: report.findings.map(finding),
    suppressed: report.suppressed.map((suppressed) => ({ ...suppressed, finding: finding(suppressed.finding) })),
    problems: report.problems.map((problem) => ({
      ...problem,
      path: moved(problem.path),
      ...(problem.templates && { templates: problem.templates.map(moved) }),
    })),
    excerpts: new Map([...report.excerpts].map(([path, lines]) => [moved(path), lines])),
  };
}

function movedFinding(finding: Finding, moved: (path: string) => string): Finding {
  const location = (place: Location): Location => ({ ...place, path: moved(place.path) });
  const [first, ...others] = finding.locations;
  const { fix } = finding;
  if (!fix) return { ...finding, locations: [location(first), ...others.map(location)] };
  const { edits, newFiles } = fix.changes;
  return {
    ...finding,
    locations: [location(first), ...others.map(location)],
    fix: {
      ...fix,
      changes: {
        edits: edits.map((edit) => ({ ...edit, path: moved(edit.path) })),
        ...(newFiles && { newFiles: newFiles.map((file) => ({ ...file, path: moved(file.path) })) }),
      },
    },
  };
}
