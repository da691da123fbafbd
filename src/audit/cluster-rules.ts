import type { Finding } from '../core/finding.ts';
import type { NamedRule } from '../core/rule.ts';
import type { Rule } from '../project/rule.ts';

/** Rules that would judge a live object wrongly, because of what the server wrote into it or what is not read of a cluster. */
const ofFilesOnly: ReadonlySet<string> = new Set([
  // A live object always has a number of replicas, whoever wrote it.
  'alerting/replicas-against-autoscaler',
  // What a Prometheus collects stands in its own configuration.
  'monitoring/scrape-configuration',
]);

/** Rules that look at a whole project, and of it at workloads as well as at files. */
const ofProjects: ReadonlySet<string> = new Set(['secrets/plain-env-secret', 'security/engine-socket']);

/** The rules that judge what is live. */
export function clusterRules(rules: readonly NamedRule<Rule>[]): NamedRule<Rule>[] {
  const kinds: readonly Rule['looksAt'][] = ['workload', 'object', 'cluster'];
  return rules.filter(
    ({ id, definition }) => ofProjects.has(id) || (kinds.includes(definition.looksAt) && !ofFilesOnly.has(id)),
  );
}

/** A live object has no file to edit: what to do is said, and no fix is offered. */
export function withoutLiveFix(finding: Finding): Finding {
  const { fix: _, ...rest } = finding;
  return rest;
}
