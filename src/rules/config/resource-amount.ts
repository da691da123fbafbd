import type { Container, ResourceAmount } from '../../kubernetes/workload.ts';
import { workloadRule } from '../../project/rule.ts';

/** No program runs in less memory than this many bytes: the unit is missing or wrong. */
const leastMemory = 512 * 1024;
/** More cores than nodes have: 500 where 500m was meant. */
const mostCores = 200;

export const rule = workloadRule({
  severity: 'error',
  summary: 'An amount of CPU or memory that cannot be meant',
  why: 'Kubernetes refuses the object, or takes the amount as written and the container never starts.',
  remedy: 'Write memory with Mi or Gi, CPU in cores or with m, and no request above its limit.',
  peers: [],
  check({ workload }, { report }) {
    for (const container of workload.allContainers) {
      const { requests, limits } = container.resources;
      for (const amounts of [requests, limits])
        for (const [resource, amount] of amounts) {
          const fault = faultOf(resource, amount);
          if (fault !== undefined) report({ at: amount.node, message: fault });
        }
      for (const { request, limit, resource } of aboveLimit(container))
        report({
          at: request.node,
          also: [{ ...limit.node, note: 'the limit' }],
          message: `The ${resource} request ${request.node.text} is above the limit ${limit.node.text}: Kubernetes refuses that.`,
        });
    }
  },
});

function faultOf(resource: string, { node, amount }: ResourceAmount): string | undefined {
  // Text of a template that was not rendered.
  if (/[{}$]/.test(node.text)) return undefined;
  if (amount === undefined || Number.isNaN(amount)) return `${node.text} is no amount that Kubernetes can read.`;
  if (resource === 'memory' && amount > 0 && amount < leastMemory)
    return `${node.text} of memory is ${amount < 1 ? 'less than a byte' : `${Math.round(amount)} bytes`}.`;
  if (resource === 'cpu' && amount >= mostCores) return `${node.text} means ${amount} whole cores.`;
  return undefined;
}

function aboveLimit({ resources: { requests, limits } }: Container) {
  return [...requests].flatMap(([resource, request]) => {
    const limit = limits.get(resource);
    return limit?.amount !== undefined && request.amount !== undefined && request.amount > limit.amount
      ? { resource, request, limit }
      : [];
  });
}
