/** How a container's lines look, as far as its sources or its image tell. */
export type LogFormat = 'json' | 'logfmt' | 'nginx' | 'apache' | 'plain' | 'unknown';

/** The languages whose stack traces span lines. */
export type TraceLanguage = 'node' | 'python' | 'go' | 'java' | 'ruby' | 'php' | 'dotnet' | 'rust';

export interface ObservedPort {
  readonly name: string | undefined;
  readonly port: number;
  /** `TCP` or `UDP`. */
  readonly protocol: string;
}

/** Amounts of cores and bytes; undefined where the manifest sets none. */
export interface ObservedAmounts {
  readonly cpu: number | undefined;
  readonly memory: number | undefined;
}

export interface ObservedContainer {
  readonly name: string;
  readonly image: string | undefined;
  readonly ports: readonly ObservedPort[];
  readonly requests: ObservedAmounts;
  readonly limits: ObservedAmounts;
  readonly logFormat: LogFormat;
  readonly language: TraceLanguage | undefined;
}

/** Where a workload serves metrics in Prometheus' text format. */
export interface ObservedMetrics {
  readonly port: number;
  readonly path: string;
  /** Its counter of requests where the sources tell it: `http_requests_total`. */
  readonly requestMetric: string | undefined;
  /** Its histogram of request durations in seconds where the sources tell it, without `_bucket`: `http_request_duration_seconds`. */
  readonly durationMetric: string | undefined;
  /** What finds it today: `annotation` on its pods, `monitor` (ServiceMonitor, PodMonitor), or nothing. */
  readonly scrapedBy: 'annotation' | 'monitor' | undefined;
}

/** One workload of the project, as the parts need it. */
export interface ObservedWorkload {
  /** `Deployment`, `StatefulSet`, `DaemonSet`, `Job`, `CronJob`, `Pod`. */
  readonly kind: string;
  readonly name: string;
  /** As the manifest writes it; undefined leaves it to whoever applies it. */
  readonly namespace: string | undefined;
  readonly podLabels: ReadonlyMap<string, string>;
  /** `spec.selector.matchLabels`. */
  readonly selector: ReadonlyMap<string, string>;
  readonly replicas: number | undefined;
  readonly autoscaled: boolean;
  readonly hasDisruptionBudget: boolean;
  /** False for Job and CronJob. */
  readonly longRunning: boolean;
  /** Whether a Service sends it requests. */
  readonly serves: boolean;
  readonly metrics: ObservedMetrics | undefined;
  /** Why two of it must not run side by side, as far as its manifest tells: `it keeps data in a volume claim`. */
  readonly alone?: string;
  /** From a label or annotation `team`, `owner` or `app.kubernetes.io/part-of`. */
  readonly team: string | undefined;
  readonly containers: readonly ObservedContainer[];
  /** `k8s/deployment.yaml:12`, for comments that say where something comes from. */
  readonly source: string;
}

/** `config`: configuration for what a team runs already; `full`: with the workloads; `operator`: objects of the Prometheus Operator. */
export type StackKind = 'config' | 'full' | 'operator';

export type LogAgent = 'fluent-bit' | 'fluentd' | 'otel';
export type LogStore = 'elasticsearch' | 'opensearch' | 'loki' | 'logstash';
export type Receiver = 'email' | 'slack' | 'sms-sns' | 'sms-webhook' | 'pagerduty' | 'teams' | 'webhook';

/** When nobody wants to be told of what is not critical. */
export interface QuietHours {
  /** `22:00`. */
  readonly from: string;
  /** `07:00`: of the next day where it is before `from`. */
  readonly to: string;
  /** A name of the time zone database: `Europe/Berlin`. */
  readonly zone: string;
  /** Saturdays and Sundays as a whole. */
  readonly weekends: boolean;
}

/** What the user chose, with the defaults filled in. */
export interface ObserveChoices {
  readonly stack: StackKind;
  /** Where the observing workloads live: `monitoring`. */
  readonly namespace: string;
  readonly receivers: readonly Receiver[];
  readonly logAgent: LogAgent;
  readonly logStore: LogStore;
  /** Scrape the kubelet through the API server: needs `nodes/proxy`, which allows much more than reading. */
  readonly nodeProxy: boolean;
  /** Days after which an image counts as old. */
  readonly imageAgeDays: number;
  /** KEDA's ScaledObjects in place of HorizontalPodAutoscalers. */
  readonly keda: boolean;
  /** When warnings are held back; undefined where nobody asked for it. */
  readonly quietHours?: QuietHours;
  /** The names of workloads whose memory follows their load: they are scaled on it, too. */
  readonly memoryScaled?: readonly string[];
}

export interface ObservePlan {
  readonly workloads: readonly ObservedWorkload[];
  readonly choices: ObserveChoices;
  /** `NAMESPACE/NAME` of what is left out, because Kubernetes takes no such name. */
  readonly unnamed?: readonly string[];
}

/** One file below the output directory. */
export interface GeneratedFile {
  /** `base/prometheus/prometheus.yaml`, `overlay/kustomization.yaml`. */
  readonly path: string;
  readonly text: string;
  /** `base` files are Plimsoll's and are written anew; `overlay` files are the user's and are written once. */
  readonly owner: 'base' | 'overlay';
}

export type PartName = 'prometheus' | 'alertmanager' | 'grafana' | 'exporter' | 'logging' | 'scaling' | 'respond';

/** One part of what `plimsoll observe` writes. Pure: the same plan gives the same bytes. */
export interface ObservePart {
  readonly name: PartName;
  /** One line for help and output. */
  readonly summary: string;
  write(plan: ObservePlan): readonly GeneratedFile[];
}
