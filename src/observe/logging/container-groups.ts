import { literalPattern } from '../../core/literal-pattern.ts';
import type { LogFormat, ObservedContainer, ObservedWorkload, ObservePlan, TraceLanguage } from '../observe-plan.ts';

/** Containers whose logs are read alike. */
export interface ContainerGroup<Key> {
  readonly key: Key;
  /** Of the names of their files in /var/log/containers, without directory and anchors; POSIX-like, as all agents read them. */
  readonly files: string;
  /** Of the same files below /var/log/pods: NAMESPACE_POD_UID/CONTAINER/N.log. */
  readonly paths: string;
  /** `Deployment shop/web, container web`, for comments. */
  readonly who: readonly string[];
}

/** Containers by what their lines are written in; `json`, `plain` and `unknown` need no parser of their own. */
export function groupsByFormat(plan: ObservePlan): readonly ContainerGroup<LogFormat>[] {
  return groups(plan, ({ logFormat }) => (['json', 'plain', 'unknown'].includes(logFormat) ? undefined : logFormat));
}

/** Containers by the language of their stack traces, where lines are not known to be JSON: there a trace is one string. */
export function groupsByLanguage(plan: ObservePlan): readonly ContainerGroup<TraceLanguage>[] {
  return groups(plan, ({ language, logFormat }) => (logFormat === 'json' ? undefined : language));
}

function groups<Key extends string>(
  { workloads }: ObservePlan,
  keyOf: (container: ObservedContainer) => Key | undefined,
): ContainerGroup<Key>[] {
  const members = new Map<Key, { files: Set<string>; paths: Set<string>; who: string[] }>();
  for (const workload of workloads)
    for (const container of workload.containers) {
      const key = keyOf(container);
      if (key === undefined) continue;
      const group = members.get(key) ?? { files: new Set(), paths: new Set(), who: [] };
      members.set(key, group);
      const { pod, namespace, name } = partsOf(workload, container);
      group.files.add(`${pod}_${namespace}_${name}-[0-9a-f]{64}\\.log`);
      group.paths.add(`${namespace}_${pod}_[0-9a-f-]+/${name}/[0-9]+[.]log`);
      group.who.push(
        `${workload.kind} ${workload.namespace ?? '(any namespace)'}/${workload.name}, container ${container.name}`,
      );
    }
  return [...members]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, { files, paths, who }]) => ({ key, files: anyOf(files), paths: anyOf(paths), who: who.sort() }));
}

function anyOf(patterns: ReadonlySet<string>): string {
  return `(?:${[...patterns].sort().join('|')})`;
}

/** The kubelet names a file POD_NAMESPACE_CONTAINER-ID.log; a pod has its workload's name and one or two random parts. */
function partsOf(
  workload: ObservedWorkload,
  container: ObservedContainer,
): Readonly<Record<'pod' | 'namespace' | 'name', string>> {
  return {
    pod: `${literalPattern(workload.name)}${workload.kind === 'Pod' ? '' : '(?:-[a-z0-9]+){1,2}'}`,
    namespace: workload.namespace === undefined ? '[^_/]+' : literalPattern(workload.namespace),
    name: literalPattern(container.name),
  };
}

/** A comment that names who is meant; a few names, then a number. */
export function whoComment(who: readonly string[], indent: string): string {
  const shown = who.slice(0, 4).map((each) => each.replace(/[^\w./,() -]/g, '?'));
  const rest = who.length - shown.length;
  return [...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].map((each) => `${indent}# ${each}\n`).join('');
}
