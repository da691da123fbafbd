/** What a rule of the policy may have done. The first three change a workload: a rule names at most one of them. */
export const responseActions = ['restart', 'scale', 'rollback', 'evidence', 'incident'] as const;
export type ResponseAction = (typeof responseActions)[number];
export type WorkloadChange = Extract<ResponseAction, 'restart' | 'scale' | 'rollback'>;

export const workloadChanges: readonly WorkloadChange[] = ['restart', 'scale', 'rollback'];

/** Kinds that a responder changes, as the policy writes them. */
export const respondedKinds = ['deployment', 'statefulset', 'daemonset'] as const;
export type RespondedKind = (typeof respondedKinds)[number];

export type ResponseMode = 'dry-run' | 'act';

/** At most so many actions in so many seconds. */
export interface ActionLimit {
  readonly actions: number;
  readonly seconds: number;
}

/** Days are 1 (Monday) to 7; minutes count from midnight in the time zone. A range that ends before it begins goes past midnight. */
export interface BusinessHours {
  readonly name: string;
  readonly timeZone: string;
  readonly days: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** `deployment/web`, `statefulset/*`, `web-*`: `*` stands for any characters. */
export interface WorkloadPattern {
  readonly kind: RespondedKind | undefined;
  readonly name: string;
}

/** One rule: which alert may have what done, to what, how often. */
export interface ResponseRule {
  readonly name: string;
  /** Patterns of alert names. */
  readonly alerts: readonly string[];
  /** Labels that the alert must have, with patterns of their values. */
  readonly labels: ReadonlyMap<string, string>;
  /** Exact names, or `*` alone: RBAC knows no patterns. */
  readonly namespaces: readonly string[];
  readonly workloads: readonly WorkloadPattern[];
  readonly actions: readonly ResponseAction[];
  /** Undefined leaves it to the policy's own mode. */
  readonly mode: ResponseMode | undefined;
  readonly limit: ActionLimit;
  /** Seconds in which no second action touches the same workload. */
  readonly coolDown: number;
  readonly hours: BusinessHours | undefined;
  readonly approval: boolean;
  readonly allowSingleReplica: boolean;
  readonly scale: {
    readonly minimum: number;
    readonly maximum: number;
    readonly step: number;
    /** Seconds after the alert is over until a step of what was raised is given back; undefined: never. */
    readonly giveBack: number | undefined;
  };
  readonly rollback: {
    /** Seconds between the image change and the alert: a later failure has another cause. */
    readonly within: number;
    /** Seconds that the former revision has to have been in service where none of its pods is left to look at. */
    readonly settled: number;
  };
}

/** Labels that say what an alert is about, in the order in which they are tried. */
export interface TargetLabels {
  readonly namespace: readonly string[];
  readonly workload: readonly string[];
  readonly kind: readonly string[];
  readonly pod: readonly string[];
}

export interface ResponsePolicy {
  readonly mode: ResponseMode;
  /** Over all rules. */
  readonly limit: ActionLimit;
  /** Seconds after which an action that could not be done is given up. */
  readonly giveUpAfter: number;
  readonly targetLabels: TargetLabels;
  readonly rules: readonly ResponseRule[];
  readonly approval: { readonly url: string; readonly expires: number } | undefined;
  readonly evidence: {
    readonly prometheus: string | undefined;
    readonly logLines: number;
    readonly events: number;
    /** By name; `$namespace`, `$workload` and `$pod` are filled in, quoted. */
    readonly queries: ReadonlyMap<string, string>;
  };
  readonly record: {
    readonly kind: 'configmap' | 'file' | 'none';
    /** The directory of `file`. */
    readonly directory: string | undefined;
    /** Older records are removed. */
    readonly keep: number;
  };
  readonly notify: {
    /** The address of an Alertmanager, which sends on what was done as an alert of its own. */
    readonly alertmanager: string | undefined;
    /** A file with the address of a webhook that takes `{"text": …}`: Slack, Mattermost, Teams' workflows. */
    readonly webhookUrlFile: string | undefined;
  };
}

/** The change that a rule makes to a workload; undefined where it only looks and records. */
export function changeOf(rule: ResponseRule): WorkloadChange | undefined {
  return workloadChanges.find((change) => rule.actions.includes(change));
}

/** The kinds that a rule may touch and that its change is for. */
export function kindsOf(rule: ResponseRule): readonly RespondedKind[] {
  const change = changeOf(rule);
  return respondedKinds.filter((kind) => {
    if (change === 'rollback' && kind !== 'deployment') return false;
    if (change === 'scale' && kind === 'daemonset') return false;
    return rule.workloads.some((pattern) => pattern.kind === undefined || pattern.kind === kind);
  });
}

/** Whether a text fits a pattern in which `*` stands for any characters. Linear in both. */
export function fitsPattern(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (rest.length === 0) return pattern === text;
  const last = rest.pop() ?? '';
  if (!text.startsWith(first) || text.length < first.length + last.length || !text.endsWith(last)) return false;
  let at = first.length;
  const end = text.length - last.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found === -1 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}
