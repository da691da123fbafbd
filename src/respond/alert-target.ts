import { type RespondedKind, respondedKinds, type TargetLabels } from '../kubernetes/response/response-policy.ts';

/** What an alert is about, as far as its labels tell. Names are valid names of Kubernetes: safe in addresses and messages. */
export interface AlertTarget {
  readonly namespace: string;
  readonly kind: RespondedKind | undefined;
  /** The workload's; undefined where only a pod is known. */
  readonly workload: string | undefined;
  readonly pod: string | undefined;
}

const longestNamespace = 63;
const longestName = 253;
/** RFC 1123, as Kubernetes asks it of names (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/). */
const validName = /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/;

/** The target that the labels name; undefined without a namespace, or without a workload and a pod. */
export function targetOf(labels: ReadonlyMap<string, string>, names: TargetLabels): AlertTarget | undefined {
  const namespace = first(labels, names.namespace, longestNamespace)?.value;
  const workload = first(labels, names.workload, longestName);
  const pod = first(labels, names.pod, longestName)?.value;
  if (namespace === undefined || (workload === undefined && pod === undefined)) return undefined;
  const written = names.kind.map((name) => labels.get(name)?.toLowerCase()).find((kind) => kind !== undefined);
  // kube-state-metrics names the workload in a label of its kind.
  const kind =
    respondedKinds.find((each) => each === written) ?? respondedKinds.find((each) => each === workload?.name);
  return { namespace, kind, workload: workload?.value, pod };
}

function first(
  labels: ReadonlyMap<string, string>,
  names: readonly string[],
  longest: number,
): { readonly name: string; readonly value: string } | undefined {
  for (const name of names) {
    const value = labels.get(name);
    if (value !== undefined && value.length <= longest && validName.test(value)) return { name, value };
  }
  return undefined;
}

/** `shop/deployment/web`, `shop/web`, `shop/pod/web-1`: for messages, and to tell targets apart. */
export function targetText({ namespace, kind, workload, pod }: AlertTarget): string {
  if (workload === undefined) return `${namespace}/pod/${pod}`;
  return kind === undefined ? `${namespace}/${workload}` : `${namespace}/${kind}/${workload}`;
}
