import { startsContainers } from '../../bases/nested-runtimes.ts';
import { enumerate } from '../../core/enumerate.ts';
import type { PeerId } from '../../core/finding.ts';
import type { YamlScalar } from '../../kubernetes/yaml-node.ts';
import { hasReason } from '../../project/has-reason.ts';
import { workloadRule } from '../../project/rule.ts';
import { asks, manifestFix, removeItemsIn } from '../../repairs/manifest-edits.ts';

const any = ['trivy:KSV022', 'checkov:CKV_K8S_25'] as const;

/** Capabilities from which there is a known way to the node, with what they allow. */
const dangerous: Readonly<Record<string, string>> = {
  ALL: 'everything that root may do',
  SYS_ADMIN: 'mounting file systems and much else, which is nearly root on the node',
  SYS_MODULE: 'loading code into the kernel',
  SYS_PTRACE: 'reading and changing other processes',
  SYS_RAWIO: 'reading and writing raw memory and devices',
  SYS_BOOT: 'restarting the node',
  DAC_READ_SEARCH: 'opening any file of the node by its handle',
  BPF: 'loading programs into the kernel',
  PERFMON: 'watching all processes of the node',
  NET_ADMIN: 'changing interfaces, routes and firewall',
  NET_RAW: 'forging packets and listening to those of others',
  MAC_ADMIN: 'changing the rules of AppArmor and SELinux',
  MAC_OVERRIDE: 'passing by AppArmor and SELinux',
  SYSLOG: 'reading addresses of the kernel',
};

/** Those that are all that is needed to leave the container. */
const escapes: ReadonlySet<string> = new Set(['ALL', 'SYS_ADMIN', 'SYS_MODULE', 'SYS_RAWIO', 'DAC_READ_SEARCH']);

const ownPeers: Readonly<Record<string, readonly PeerId[]>> = {
  ALL: ['polaris:dangerousCapabilities'],
  SYS_ADMIN: [
    'polaris:dangerousCapabilities',
    'kube-linter:privilege-escalation-container',
    'trivy:KSV005',
    'checkov:CKV_K8S_39',
  ],
  NET_ADMIN: ['polaris:dangerousCapabilities'],
  NET_RAW: ['trivy:KSV119'],
  SYS_MODULE: ['trivy:KSV120'],
};

export const rule = workloadRule({
  severity: 'warning',
  summary: 'A container is given a dangerous capability',
  why: 'With such a right a program that was broken into reaches the node or its neighbours.',
  remedy: 'Drop the capability, or move what needs it to a small container of its own.',
  peers: [...new Set([...any, ...Object.values(ownPeers).flat()])],
  check({ workload, project }, { report }) {
    for (const { name, node, security, imageReference } of workload.allContainers) {
      if (security.privileged.value === true) continue;
      const found = security.addedCapabilities.filter((added) => dangerous[nameOf(added)] !== undefined);
      const [first, ...others] = [...found].sort((a, b) => rank(a) - rank(b));
      if (first === undefined) continue;
      const names = found.map(nameOf).join(', ');
      const path = ['securityContext', 'capabilities', 'add'];
      // A DaemonSet is there to do such things.
      const fix =
        workload.kind === 'DaemonSet' ||
        startsContainers(imageReference?.text ?? '') ||
        found.some((added) => hasReason(project, added))
          ? undefined
          : manifestFix(`Drop ${names}`, removeItemsIn(project, workload.object, node, path, found), [
              asks(
                `Container ${name} works without ${names}.`,
                `Does ${name} work without ${names}, that is without ${enumerate(
                  found.map((added) => dangerous[nameOf(added)] ?? ''),
                  'and',
                )}?`,
              ),
            ]);
      report({
        at: first,
        also: others.map((added) => ({ ...added, note: `allows ${dangerous[nameOf(added)]}` })),
        message: `Container ${name} gets ${names}: ${nameOf(first)} allows ${dangerous[nameOf(first)]}.`,
        ...(escapes.has(nameOf(first)) && workload.kind !== 'DaemonSet' && { severity: 'error' }),
        ...(workload.kind === 'DaemonSet' && { severity: 'note' }),
        peers: [...new Set([...any, ...found.flatMap((added) => ownPeers[nameOf(added)] ?? [])])],
        ...(fix && { fix }),
      });
    }
  },
});

/** Kubernetes takes names without CAP_, most runtimes both. */
function nameOf({ text }: YamlScalar): string {
  return text.toUpperCase().replace(/^CAP_/, '');
}

function rank(added: YamlScalar): number {
  return escapes.has(nameOf(added)) ? 0 : 1;
}
