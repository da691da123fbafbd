import type { Finding } from '../core/finding.ts';
import type { NamedRule } from '../core/rule.ts';
import type { Rule } from '../project/rule.ts';

/** Rules on how manifests are written, or on what only files can hold: of a live object they would say nothing of use. */
const ofFilesOnly: ReadonlySet<string> = new Set([]);

/** The rules that judge what is live. */
export function clusterRules(rules: readonly NamedRule<Rule>[]): NamedRule<Rule>[] {
  const kinds: readonly Rule['looksAt'][] = ['workload', 'object', 'cluster'];
  return rules.filter(({ id, definition }) => kinds.includes(definition.looksAt) && !ofFilesOnly.has(id));
}

/** A live object has no file to edit: what to do is said, and no fix is offered. */
export function withoutLiveFix(finding: Finding): Finding {
  const { fix: _, ...rest } = finding;
  return rest;
}
