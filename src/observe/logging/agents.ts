import type { LogAgent, LogStore, ObserveChoices, ObservePlan } from '../observe-plan.ts';
import { fluentBitConfiguration } from './fluent-bit.ts';
import { fluentdConfiguration } from './fluentd.ts';
import { otelConfiguration } from './otel-collector.ts';

/** What the workload of an agent has of its own. */
export interface Agent {
  /** Of its objects. */
  readonly name: string;
  /** Versions: the newest release of the project when this was written, November 2026. */
  image(store: LogStore): string;
  readonly configuration: { readonly file: string; write(plan: ObservePlan): string };
  /** Where the configuration is mounted. */
  readonly configurationDirectory: string;
  readonly arguments: readonly string[];
  /** Where it keeps positions and buffers, on the node's disk. */
  readonly stateDirectory: string;
  readonly port: number;
  readonly metricsPath: string;
  readonly live: string;
  readonly ready: string;
  /** Requests and limit, with the reason. */
  readonly resources: string;
  /** What its account may read, with the reason. */
  readonly rbac: string;
  /** Where a store's certificate authority is mounted. */
  readonly authorityDirectory: string;
}

const agents: Readonly<Record<LogAgent, Agent>> = {
  'fluent-bit': {
    name: 'fluent-bit',
    image: () => 'cr.fluentbit.io/fluent/fluent-bit:5.1.1',
    configuration: { file: 'fluent-bit.yaml', write: fluentBitConfiguration },
    configurationDirectory: '/fluent-bit/etc/plimsoll',
    arguments: ['--config=/fluent-bit/etc/plimsoll/fluent-bit.yaml'],
    stateDirectory: '/var/lib/fluent-bit',
    port: 2020,
    metricsPath: '/api/v2/metrics/prometheus',
    live: '/',
    ready: '/api/v1/health',
    resources: `            # A few MB a second of logs take a tenth of a core. In memory: at most 64 chunks of 2 MB (storage.max_chunks_up), 32 MB before
            # the disk, 16 MB a multi-line emitter, and itself.
            requests:
              cpu: 50m
              memory: 128Mi
            limits:
              memory: 256Mi`,
    rbac: `  # Its kubernetes filter asks for the pod of each file, and for nothing else. Watching and listing are not needed, nor anything of nodes.
  - apiGroups: [""]
    resources: [pods]
    verbs: [get]
`,
    authorityDirectory: '/etc/fluent-bit-store',
  },
  fluentd: {
    name: 'fluentd',
    image: (store) =>
      // The images of the project hold the plug-ins for one store each; out_http is in all of them.
      `fluent/fluentd-kubernetes-daemonset:v1.19.2-debian-${store === 'opensearch' ? 'opensearch' : 'elasticsearch8'}-1.0`,
    configuration: { file: 'fluent.conf', write: fluentdConfiguration },
    configurationDirectory: '/fluentd/etc/plimsoll',
    arguments: ['fluentd', '--config', '/fluentd/etc/plimsoll/fluent.conf', '--plugin', '/fluentd/plugins'],
    stateDirectory: '/var/lib/fluentd',
    port: 24231,
    metricsPath: '/metrics',
    live: '/metrics',
    ready: '/metrics',
    resources: `            # Ruby and its plug-ins take 150 MB before the first line; chunks of 8 MB in two threads, and the names of 1,000 pods.
            requests:
              cpu: 100m
              memory: 256Mi
            limits:
              memory: 512Mi`,
    rbac: `  # Its kubernetes_metadata filter asks for the pod of each file; namespaces are not asked for (skip_namespace_metadata).
  - apiGroups: [""]
    resources: [pods]
    verbs: [get]
`,
    authorityDirectory: '/etc/log-store',
  },
  otel: {
    name: 'otel-collector',
    image: () => 'otel/opentelemetry-collector-contrib:0.140.0',
    configuration: { file: 'otel-collector.yaml', write: otelConfiguration },
    configurationDirectory: '/etc/otelcol-contrib/plimsoll',
    arguments: ['--config=/etc/otelcol-contrib/plimsoll/otel-collector.yaml'],
    stateDirectory: '/var/lib/otelcol',
    port: 8888,
    metricsPath: '/metrics',
    live: ':13133/',
    ready: ':13133/',
    resources: `            # memory_limiter refuses data at 80 % of the limit.
            requests:
              cpu: 100m
              memory: 200Mi
            limits:
              memory: 400Mi`,
    rbac: `  # Its k8sattributes processor watches the pods of its own node.
  - apiGroups: [""]
    resources: [pods]
    verbs: [get, list, watch]
`,
    authorityDirectory: '/etc/log-store',
  },
};

export function agentOf({ logAgent }: ObserveChoices): Agent {
  return agents[logAgent];
}
