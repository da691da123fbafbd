import type { Area } from './area.ts';
import type { Cost, Finding } from './finding.ts';
import { compareCodes } from './natural-order.ts';
import { compareSeverity } from './severity.ts';

/**
 * Areas by what a finding of equal severity and cost does when it is left alone: what leaks or is broken into first, then what is paid on every
 * pull, then on every build, then what runs, then what is only harder to see and to keep up.
 */
const areasByWeight: readonly Area[] = [
  'secrets',
  'security',
  'layers',
  'size',
  'cache',
  'context',
  'config',
  'alerting',
  'maintenance',
  'logging',
  'monitoring',
  'review',
];

/** Bytes that a build machine or node pulls in one second: what makes bytes and seconds comparable. */
export const pulledBytesPerSecond = 10_000_000;

/** A cost in seconds of waiting: rebuild seconds, and bytes at the speed they are pulled. 0 when nothing is known. */
export function costWeight(cost: Cost | undefined): number {
  if (!cost) return 0;
  return (cost.seconds ?? 0) + (cost.bytes ?? 0) / pulledBytesPerSecond;
}

/**
 * Puts what matters most first: severity, then cost, then area, then place (path, line, column) and rule. A total order:
 * the same findings always come in the same order.
 */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    compareSeverity(a.severity, b.severity) ||
    costWeight(b.cost) - costWeight(a.cost) ||
    areasByWeight.indexOf(a.area) - areasByWeight.indexOf(b.area) ||
    compareCodes(a.locations[0].path, b.locations[0].path) ||
    a.locations[0].start.line - b.locations[0].start.line ||
    a.locations[0].start.column - b.locations[0].start.column ||
    compareCodes(a.rule, b.rule) ||
    compareCodes(a.message, b.message)
  );
}
