import type { Container, ResourceAmount } from '../../kubernetes/workload.ts';
import { workloadRule } from '../../project/rule.ts';
import { asks, manifestFix, replaceIn } from '../../repairs/manifest-edits.ts';

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
  check({ workload, project }, { report }) {
    for (const container of workload.allContainers) {
      const { requests, limits } = container.resources;
      for (const amounts of [requests, limits])
        for (const [resource, amount] of amounts) {
          const fault = faultOf(resource, amount);
          if (fault === undefined) continue;
          const meant = meantBy(resource, amount);
          const fix =
            meant === undefined
              ? undefined
              : manifestFix(`Write ${meant}`, replaceIn(project, workload.object, amount.node, meant), [
                  asks(`${amount.node.text} was to say ${meant}.`, `Is ${meant} of ${resource} what was meant?`),
                ]);
          report({ at: amount.node, message: fault, ...(fix && { fix }) });
        }
      for (const { request, limit, resource } of aboveLimit(container)) {
        const edits = replaceIn(project, workload.object, request.node, limit.node.value ?? limit.node.text);
        const fix = manifestFix(`Request ${limit.node.text}, the limit`, edits, [
          asks(
            `${limit.node.text} of ${resource} are enough.`,
            `Is the limit right, so that ${container.name} can do with ${limit.node.text} of ${resource}?`,
          ),
        ]);
        report({
          ...(fix && { fix }),
          at: request.node,
          also: [{ ...limit.node, note: 'the limit' }],
          message: `The ${resource} request ${request.node.text} is above the limit ${limit.node.text}: Kubernetes refuses that.`,
        });
      }
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

/** Units as people write them elsewhere, and what Kubernetes has for them. */
const units: Readonly<Record<string, string>> = {
  b: '',
  kb: 'k',
  kib: 'Ki',
  ki: 'Ki',
  mb: 'M',
  mib: 'Mi',
  mi: 'Mi',
  m: 'Mi',
  gb: 'G',
  gib: 'Gi',
  gi: 'Gi',
  g: 'Gi',
  tb: 'T',
};

/** What an amount was probably to say: a unit was forgotten, or is written as elsewhere. */
function meantBy(resource: string, { node }: ResourceAmount): string | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)\s?([A-Za-z]{0,3})$/.exec(node.text);
  if (!match) return undefined;
  const [, digits = '', unit = ''] = match;
  if (resource === 'cpu') return unit === '' && /^\d+$/.test(digits) ? `${digits}m` : undefined;
  if (resource !== 'memory') return undefined;
  if (unit === '') return Number(digits) >= 4 && Number(digits) <= 65_536 ? `${digits}Mi` : undefined;
  const known = units[unit.toLowerCase()];
  return known === undefined || Number(digits) === 0 ? undefined : digits + known;
}

function aboveLimit({ resources: { requests, limits } }: Container) {
  return [...requests].flatMap(([resource, request]) => {
    const limit = limits.get(resource);
    return limit?.amount !== undefined && request.amount !== undefined && request.amount > limit.amount
      ? { resource, request, limit }
      : [];
  });
}
