import type {
  ObserveChoices,
  ObservedContainer,
  ObservedWorkload,
  ObservePlan,
} from '../../src/observe/observe-plan.ts';

/** What nobody chose anything for. */
export const plainChoices: ObserveChoices = {
  stack: 'config',
  namespace: 'monitoring',
  receivers: ['email'],
  logAgent: 'fluent-bit',
  logStore: 'elasticsearch',
  nodeProxy: false,
  imageAgeDays: 90,
  keda: false,
};

/** Every kind of receiver. */
export const allReceivers: ObserveChoices['receivers'] = [
  'email',
  'slack',
  'sms-sns',
  'sms-webhook',
  'pagerduty',
  'teams',
  'webhook',
];

export const plainContainer: ObservedContainer = {
  name: 'app',
  image: 'registry.example/web:1.2.3',
  ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  requests: { cpu: 0.25, memory: 128 * 2 ** 20 },
  limits: { cpu: undefined, memory: 256 * 2 ** 20 },
  logFormat: 'json',
  language: 'go',
};

export const plainWorkload: ObservedWorkload = {
  kind: 'Deployment',
  name: 'web',
  namespace: 'shop',
  podLabels: new Map([['app', 'web']]),
  selector: new Map([['app', 'web']]),
  replicas: 2,
  autoscaled: false,
  hasDisruptionBudget: false,
  longRunning: true,
  serves: true,
  metrics: undefined,
  team: undefined,
  containers: [plainContainer],
  source: 'k8s/web.yaml:1',
};

/** A plan of some workloads. */
export function planOf(workloads: readonly Partial<ObservedWorkload>[], choices: Partial<ObserveChoices>): ObservePlan {
  return {
    workloads: workloads.map((each) => ({ ...plainWorkload, ...each })),
    choices: { ...plainChoices, ...choices },
  };
}
