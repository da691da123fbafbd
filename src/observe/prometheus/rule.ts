/** Values of a series as promtool's tests write them: `0+1x20`. https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/ */
export interface InputSeries {
  readonly series: string;
  readonly values: string;
}

export interface RecordingRule {
  readonly record: string;
  readonly why: string;
  readonly expr: string;
}

export type AlertSeverity = 'critical' | 'warning' | 'info' | 'none';

/** One alert with all that belongs to it: its runbook and a test that it fires and one that it stays silent. */
export interface AlertRule {
  readonly alert: string;
  readonly severity: AlertSeverity;
  /** Why the numbers are what they are, in a comment above. */
  readonly why: string;
  readonly expr: string;
  /** `10m`; absent fires at once. */
  readonly for?: string;
  /** What its series are about: which labels messages can rely on. */
  readonly about: 'container' | 'pod' | 'workload' | 'node' | 'volume' | 'target' | 'image' | 'prometheus';
  /** One line, with Go templates of labels and value. */
  readonly summary: string;
  readonly description: string;
  readonly runbook: Runbook;
  readonly tests: {
    /** One evaluation at `at` with what is to be firing: labels other than alertname, severity and team. */
    readonly fires: {
      readonly input: readonly InputSeries[];
      readonly at: string;
      readonly labels: Readonly<Record<string, string>>;
      /** Seconds between the samples; default 60. */
      readonly interval?: string;
    };
    readonly silent: { readonly input: readonly InputSeries[]; readonly at: string; readonly interval?: string };
  };
}

/** What to do when it fires: plain sentences. */
export interface Runbook {
  readonly meaning: string;
  readonly effect: string;
  readonly steps: readonly string[];
}

/** A file of rules: one group. */
export interface RuleFile {
  /** `containers`: of the file, and of the group. */
  readonly name: string;
  readonly purpose: string;
  /** `30s`; absent takes the global one. */
  readonly interval?: string;
  readonly records: readonly RecordingRule[];
  readonly alerts: readonly AlertRule[];
}
