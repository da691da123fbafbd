import { printable } from '../../core/printable.ts';
import type { ObservedContainer, ObservedWorkload } from '../observe-plan.ts';
import { bytes, cores } from './figures.ts';
import { called, metadata } from './object-head.ts';

/**
 * A VerticalPodAutoscaler that only says what it would request.
 * https://github.com/kubernetes/autoscaler/tree/master/vertical-pod-autoscaler
 */
export function writeVertical(workload: ObservedWorkload): string {
  const { kind, name, containers } = workload;
  return `# Says what ${called(workload)} should request, from what it used; changes nothing: kubectl describe vpa.
# Beside an autoscaler on the same metric it must not do more than that: both would answer the same load.
${containers.map((each) => `# Now ${printable(each.name)} ${now(each)}.\n`).join('')}apiVersion: autoscaling.k8s.io/v1
kind: VerticalPodAutoscaler
${metadata(workload)}spec:
  targetRef:
    apiVersion: apps/v1
    kind: ${kind}
    name: ${JSON.stringify(name)}
  updatePolicy:
    updateMode: "Off"
`;
}

function now({ requests, limits }: ObservedContainer): string {
  const amounts = [
    ...(requests.cpu === undefined ? [] : [`${cores(requests.cpu)} CPU`]),
    ...(requests.memory === undefined ? [] : [bytes(requests.memory)]),
  ];
  const limit = limits.memory === undefined ? '' : `, with a limit of ${bytes(limits.memory)}`;
  return amounts.length === 0 ? `requests nothing${limit}` : `requests ${amounts.join(' and ')}${limit}`;
}
