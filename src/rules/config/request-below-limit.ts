import { enumerate } from '../../core/enumerate.ts';
import type { PeerId } from '../../core/finding.ts';
import { isWhole, titleOf } from '../../kubernetes/whole-workload.ts';
import { workloadRule } from '../../project/rule.ts';

const both = 'kube-score:container-resource-requests-equal-limits';
const peersOf: Readonly<Record<string, readonly PeerId[]>> = {
  cpu: [both, 'kube-score:container-cpu-requests-equal-limits'],
  memory: [both, 'kube-score:container-memory-requests-equal-limits'],
  'ephemeral-storage': ['kube-score:container-ephemeral-storage-request-equals-limit'],
};

export const rule = workloadRule({
  severity: 'note',
  preset: 'all',
  offBecause:
    'A node on which everybody reserves its peak stands idle most of the day; where that is the price to pay, the option says how far apart they may be.',
  summary: 'A container that may use more than it reserves',
  why: 'What is used above the request is there only while the neighbours leave it: with memory the container is killed when they do not.',
  remedy:
    'Request as much as the limit, of memory above all: with CPU as well the pod is of the class Guaranteed, the last to be evicted.',
  peers: [...new Set(Object.values(peersOf).flat())],
  options: {
    ratio: { description: 'How many times its request a limit may be.', default: 1 },
  },
  check({ workload }, { report, option }) {
    if (!isWhole(workload)) return;
    const ratio = Math.max(1, option.number('ratio'));
    for (const { name, resources } of workload.allContainers) {
      const wide = Object.keys(peersOf).flatMap((resource) => {
        const request = resources.requests.get(resource);
        const limit = resources.limits.get(resource);
        if (request?.amount === undefined || limit?.amount === undefined) return [];
        return limit.amount > request.amount * ratio ? [{ resource, request, limit }] : [];
      });
      const [first, ...others] = wide;
      if (!first) continue;
      report({
        at: first.limit.node,
        also: [first.request.node, ...others.flatMap(({ limit, request }) => [limit.node, request.node])].map(
          (node) => ({
            ...node,
            note: 'compare',
          }),
        ),
        message: `Container ${name} of ${titleOf(workload)} may use more ${enumerate(wide.map(({ resource }) => resource))} than it reserves.`,
        peers: [...new Set(wide.flatMap(({ resource }): PeerId[] => [...(peersOf[resource] ?? [])]))],
      });
    }
  },
});
