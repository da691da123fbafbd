import type { Threshold } from '../panels.ts';

/** Thresholds that several dashboards share, each with its reason. */
export const nearLimit: readonly Threshold[] = [
  { from: 0.8, color: 'yellow', why: 'a burst of a quarter more than now reaches the limit.' },
  { from: 0.9, color: 'red', why: 'the alert on memory near the limit fires here; above it the kernel kills.' },
];

export const throttled: readonly Threshold[] = [
  { from: 0.1, color: 'yellow', why: 'one period of ten is cut short: slow answers become slower.' },
  { from: 0.25, color: 'red', why: 'a quarter of the time the program waits for its limit.' },
];

export const full: readonly Threshold[] = [
  { from: 0.75, color: 'yellow', why: 'time to look for what grows.' },
  {
    from: 0.85,
    color: 'red',
    why: 'the kubelet begins to delete images at 85 % (imageGCHighThresholdPercent), and evicts pods at 90 %.',
  },
];

export const noneIsRight: readonly Threshold[] = [{ from: 1, color: 'red', why: 'none is what should be.' }];

export const nodeLoad: readonly Threshold[] = [
  { from: 0.8, color: 'yellow', why: 'the loss of one node of five is more than the others can take.' },
  { from: 0.9, color: 'red', why: 'the kubelet is about to evict pods, or everything is slow.' },
];

/** Of a variable that may name several values, or all. */
export const inNamespace = 'namespace="$namespace"';
export const inWorkload = `${inNamespace}, workload="$workload"`;
export const inContainer = `${inWorkload}, container=~"$container"`;

/**
 * Of pods, whose network belongs to their sandbox: these series never have a container, and are no sum of others. What a pod on the node's network
 * moves is that of the whole node.
 */
export const podNetwork = 'container="", pod!="", interface!="lo"';
