import type { ObserveChoices, ObservedWorkload, ObservePlan } from '../../src/observe/observe-plan.ts';

export const choices: ObserveChoices = {
  stack: 'config',
  namespace: 'monitoring',
  receivers: ['email'],
  logAgent: 'fluent-bit',
  logStore: 'elasticsearch',
  nodeProxy: false,
  imageAgeDays: 90,
  keda: false,
};

export const cart: ObservedWorkload = {
  kind: 'Deployment',
  name: 'cart',
  namespace: 'shop',
  podLabels: new Map([['app.kubernetes.io/name', 'cart']]),
  selector: new Map([['app.kubernetes.io/name', 'cart']]),
  replicas: 2,
  autoscaled: false,
  hasDisruptionBudget: true,
  longRunning: true,
  serves: true,
  metrics: {
    port: 8080,
    path: '/metrics',
    requestMetric: 'http_requests_total',
    durationMetric: 'http_request_duration_seconds',
    scrapedBy: 'annotation',
  },
  team: 'checkout',
  containers: [
    {
      name: 'cart',
      image: 'registry.example.com/shop/cart:1.4.2',
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
      requests: { cpu: 0.1, memory: 64 * 2 ** 20 },
      limits: { cpu: undefined, memory: 128 * 2 ** 20 },
      logFormat: 'json',
      language: 'node',
    },
  ],
  source: 'k8s/cart.yaml:4',
};

/** A plan of one workload, with what differs. */
export function planOf(
  different: Partial<ObserveChoices> = {},
  workloads: readonly ObservedWorkload[] = [cart],
): ObservePlan {
  return { workloads, choices: { ...choices, ...different } };
}
