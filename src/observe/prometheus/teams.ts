import type { ObservePlan } from '../observe-plan.ts';
import { re2Literal } from '../promql.ts';

/** What alerts of workloads say whose manifests name no team, where others do. */
export const noTeam = 'unassigned';

/**
 * The value of the label `team` of an alert, as a Go template over its labels namespace and workload; undefined where no workload names a
 * team. It is never empty: the series ALERTS would then show the template itself. https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/#templating
 */
export function teamTemplate({ workloads }: ObservePlan): string | undefined {
  const teams = new Map<string, string[]>();
  for (const { team, namespace, name } of workloads) {
    if (team === undefined) continue;
    // Where the manifest leaves the namespace open, any.
    const pattern = `${namespace === undefined ? '[^/]*' : re2Literal(namespace)}/${re2Literal(name)}`;
    teams.set(team, [...(teams.get(team) ?? []), pattern]);
  }
  if (teams.size === 0) return undefined;
  const branches = [...teams].map(
    ([team, patterns], at) =>
      `{{ ${at === 0 ? 'if' : 'else if'} match ${JSON.stringify(`^(?:${patterns.join('|')})$`)} $of }}${team}`,
  );
  return `{{ $of := printf "%s/%s" $labels.namespace $labels.workload }}${branches.join('')}{{ else }}${noTeam}{{ end }}`;
}
