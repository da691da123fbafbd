/** From worst to least. `error`: costs or breaks something for certain; `warning`: very likely; `note`: worth knowing. */
export const severities = ['error', 'warning', 'note'] as const;

export type Severity = (typeof severities)[number];

export function isSeverity(value: string): value is Severity {
  return (severities as readonly string[]).includes(value);
}

/** Negative when `a` is worse than `b`, as `Array.prototype.sort` wants it. */
export function compareSeverity(a: Severity, b: Severity): number {
  return severities.indexOf(a) - severities.indexOf(b);
}

/** True when `severity` is `threshold` or worse. */
export function atLeast(severity: Severity, threshold: Severity): boolean {
  return compareSeverity(severity, threshold) <= 0;
}
