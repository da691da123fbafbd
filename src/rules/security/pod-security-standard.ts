import { enumerate } from '../../core/enumerate.ts';
import type { PeerId } from '../../core/finding.ts';
import { type PodSecurityLevel, podSecurityViolations, type Violation } from '../../kubernetes/pod-security.ts';
import { enforcedPodSecurity, objectsOfKind } from '../../kubernetes/relations.ts';
import { isWhole, titleOf } from '../../kubernetes/whole-workload.ts';
import { at, entryOf } from '../../kubernetes/yaml-node.ts';
import { workloadRule } from '../../project/rule.ts';

const label = 'pod-security.kubernetes.io/enforce';

export const rule = workloadRule({
  severity: 'error',
  summary: 'Pods that their namespace refuses',
  why: 'The workload is accepted and its pods are not: it stays without pods, and only its events say why.',
  remedy:
    'Give the pods the settings that the Pod Security Standard of the namespace demands, or run them in another namespace.',
  peers: [
    'pod-security:hostProcess',
    'pod-security:hostNamespaces',
    'pod-security:privileged',
    'pod-security:capabilities',
    'pod-security:hostPathVolumes',
    'pod-security:hostPorts',
    'pod-security:hostProbesAndHooks',
    'pod-security:appArmor',
    'pod-security:seLinux',
    'pod-security:procMount',
    'pod-security:seccomp',
    'pod-security:sysctls',
    'pod-security:volumeTypes',
    'pod-security:privilegeEscalation',
    'pod-security:runAsNonRoot',
    'pod-security:runAsUser',
    'pod-security:seccompRestricted',
    'pod-security:capabilitiesRestricted',
  ],
  check({ workload, project }, { report }) {
    if (workload.namespace === undefined || !isWhole(workload)) return;
    const namespace = objectsOfKind(project.objects, 'Namespace', '').find(({ name }) => name === workload.namespace);
    const level = namespace && enforcedPodSecurity(namespace);
    if (!namespace || !isEnforcing(level)) return;
    const violations = podSecurityViolations(workload, level);
    const [first] = violations;
    if (!first) return;
    const labels = entryOf(at(namespace.node, 'metadata', 'labels'), label)?.key ?? namespace.place;
    report({
      at: first.place,
      also: [...others(violations), { ...labels, note: `the namespace enforces ${level}` }],
      message: `Namespace ${namespace.name} enforces ${level} and refuses the pods of ${titleOf(workload)}: ${inShort(violations)}.`,
      peers: [...new Set(violations.map(({ control }): PeerId => `pod-security:${control}`))],
    });
  },
});

function isEnforcing(level: string | undefined): level is PodSecurityLevel {
  return level === 'baseline' || level === 'restricted';
}

/** Places of the others, each once. */
function others(violations: readonly Violation[]) {
  const [first, ...rest] = violations;
  const isSame = (one: Violation, other: Violation) =>
    one.place.path === other.place.path && one.place.range.start === other.place.range.start;
  return rest
    .filter((each, index) => first && !isSame(each, first) && rest.findIndex((other) => isSame(each, other)) === index)
    .slice(0, 8)
    .map(({ place, what }) => ({ ...place, note: what }));
}

function inShort(violations: readonly Violation[]): string {
  const whats = [...new Set(violations.map(({ what }) => what))];
  return whats.length > 4 ? `${whats.slice(0, 4).join(', ')} and ${whats.length - 4} more` : enumerate(whats);
}
