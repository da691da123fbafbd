import type { PeerId } from '../../core/finding.ts';
import type { Fix } from '../../core/fix.ts';
import type { Container, Setting } from '../../kubernetes/workload.ts';
import type { YamlMap, YamlNode } from '../../kubernetes/yaml-node.ts';
import { hasReason } from '../../project/has-reason.ts';
import type { Project } from '../../project/project.ts';
import { workloadRule } from '../../project/rule.ts';
import { imageUserOf } from '../../repairs/image-user.ts';
import { asks, manifestFix, removeIn, replaceIn } from '../../repairs/manifest-edits.ts';

const root = ['kube-linter:run-as-non-root', 'polaris:runAsRootAllowed', 'trivy:KSV105', 'checkov:CKV_K8S_23'] as const;
const allowed = [
  'kube-linter:run-as-non-root',
  'polaris:runAsRootAllowed',
  'trivy:KSV012',
  'checkov:CKV_K8S_23',
] as const;

export const rule = workloadRule({
  severity: 'warning',
  summary: 'A workload asks to run as root',
  why: 'Root in a container is root on the node for everything that leaks out of it.',
  remedy: 'Run as a number above zero that may read the program, with runAsNonRoot: true.',
  peers: [...new Set([...root, ...allowed])],
  check({ workload, project }, { report }) {
    if (workload.windows) return;
    const reported = new Set<unknown>();
    for (const container of workload.allContainers) {
      const found = rootSetting(container);
      // One setting of the pod counts for all its containers.
      if (found === undefined || reported.has(found.setting.node)) continue;
      reported.add(found.setting.node);
      if (!found.setting.node) continue;
      const who = found.setting.from === 'pod' ? 'The pod' : `Container ${container.name}`;
      const fix = asImageUser(project, container, found.setting.node, found.setting.from === 'pod');
      report({
        ...(fix && { fix }),
        at: found.setting.node,
        message: `${who} ${found.says}`,
        severity: container.role === 'init' || workload.kind === 'DaemonSet' ? 'note' : 'warning',
        peers: found.peers,
      });
    }
  },
});

/** Where the image has a user of its own, nothing but the manifest makes it root. */
function asImageUser(project: Project, container: Container, node: YamlNode, isOfPod: boolean): Fix | undefined {
  const { workload } = container;
  const user = imageUserOf(project, container);
  if (user.kind !== 'user' || (isOfPod && workload.allContainers.length > 1) || hasReason(project, node))
    return undefined;
  const holder: YamlMap = isOfPod ? workload.podSpec : container.node;
  const isFlag = node.kind === 'scalar' && typeof node.value === 'boolean';
  const edits = isFlag
    ? user.numeric
      ? replaceIn(project, workload.object, node, true)
      : removeIn(project, workload.object, holder, 'securityContext', 'runAsNonRoot')
    : replaceIn(project, workload.object, node, user.uid);
  return manifestFix(`Run as the user of the image, ${user.uid}`, edits, [
    asks(
      `What container ${container.name} reads and writes belongs to user ${user.uid}.`,
      `Was root asked for because of files in a volume? Then they must be readable by ${user.uid}, for instance by fsGroup.`,
    ),
  ]);
}

function rootSetting({
  security,
}: Container): { setting: Setting<unknown>; says: string; peers: readonly PeerId[] } | undefined {
  const { runAsUser, runAsNonRoot } = security;
  // With both set, Kubernetes does not start the container at all.
  if (runAsUser.value === 0)
    return {
      setting: runAsUser,
      says:
        runAsNonRoot.value === true
          ? 'asks for user 0 and for runAsNonRoot: it does not start.'
          : 'asks for user 0, which is root.',
      peers: runAsNonRoot.value === true ? ['kube-linter:run-as-non-root', 'trivy:KSV105'] : root,
    };
  if (runAsNonRoot.value === false && runAsUser.value === undefined)
    return { setting: runAsNonRoot, says: 'allows root with runAsNonRoot: false.', peers: allowed };
  return undefined;
}
