import type { ObservedWorkload } from '../observe-plan.ts';
import { called, metadata } from './object-head.ts';

/** A PodDisruptionBudget. https://kubernetes.io/docs/tasks/run-application/configure-pdb/ */
export function writeBudget(workload: ObservedWorkload, atLeast: number): string {
  return `# Keeps ${called(workload)} answering while nodes are drained.
apiVersion: policy/v1
kind: PodDisruptionBudget
${metadata(workload)}spec:
  # One of ${atLeast} or more at a time. As a number of those that may be missing it is right however many there are; «minAvailable» would
  # have to follow the autoscaler, and hold up every drain when it is as many as run.
  maxUnavailable: 1
  # A pod that does not work anyway does not hold up a drain.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
${[...workload.selector].map(([key, value]) => `      ${JSON.stringify(key)}: ${JSON.stringify(value)}\n`).join('')}`;
}
