import type { KubernetesObject } from '../../kubernetes/manifest.ts';
import { dataOf, objectsOfKind } from '../../kubernetes/relations.ts';
import { sameNamespace } from '../../kubernetes/selector.ts';
import { isWhole, titleOf } from '../../kubernetes/whole-workload.ts';
import type { EnvReference, Workload } from '../../kubernetes/workload.ts';
import { at, booleanAt, textAt } from '../../kubernetes/yaml-node.ts';
import { directoryOf } from '../../project/link-builds.ts';
import type { Project } from '../../project/project.ts';
import { workloadRule } from '../../project/rule.ts';

export const rule = workloadRule({
  severity: 'warning',
  summary: 'A container refers to configuration that is not there',
  why: 'The container waits with CreateContainerConfigError, or the pod with its volume, until somebody makes the object or the key.',
  remedy:
    'Write the name and the key that are declared, declare them, or say optional: true where the program does without.',
  peers: ['kube-linter:env-value-from'],
  check({ workload, project }, { report }) {
    if (!isWhole(workload)) return;
    const reported = new Set<string>();
    for (const reference of referencesOf(workload)) {
      const fault = faultOf(project, workload, reference);
      if (!fault || reported.has(fault.message)) continue;
      reported.add(fault.message);
      report({
        at: reference.node,
        also: fault.also.slice(0, 3).map((each) => ({ ...each.place, note: `${each.kind} ${each.name} is there` })),
        message: fault.message,
        ...(!reference.ofVariable && { peers: [] }),
      });
    }
  },
});

interface Reference extends Pick<EnvReference, 'node' | 'name' | 'key'> {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly ofVariable: boolean;
}

function referencesOf({ allContainers, volumes }: Workload): readonly Reference[] {
  const kinds = { configMap: 'ConfigMap', secret: 'Secret' } as const;
  const isKind = (kind: string | undefined): kind is keyof typeof kinds => kind === 'configMap' || kind === 'secret';
  const ofContainers = allContainers.flatMap(({ env, envFrom }) => [
    ...env.flatMap(({ from }): Reference[] =>
      from && isKind(from.kind) && !from.optional ? [{ ...from, kind: kinds[from.kind], ofVariable: true }] : [],
    ),
    ...envFrom.flatMap(({ kind, name, node, optional }): Reference[] =>
      isKind(kind) && !optional ? [{ kind: kinds[kind], name, node, key: undefined, ofVariable: false }] : [],
    ),
  ]);
  const ofVolumes = volumes.flatMap(({ kind, settings, refersTo, node }): Reference[] => {
    if (!isKind(kind) || booleanAt(settings, 'optional') === true) return [];
    const whole = { kind: kinds[kind], name: refersTo, node, ofVariable: false };
    const items = at(settings, 'items');
    const keys = items?.kind === 'sequence' ? items.items.map((item) => textAt(item, 'key')) : [];
    return [{ ...whole, key: undefined }, ...keys.map((key) => ({ ...whole, key }))];
  });
  return [...ofContainers, ...ofVolumes];
}

interface Fault {
  readonly message: string;
  readonly also: readonly KubernetesObject[];
}

function faultOf(project: Project, workload: Workload, { kind, name, key }: Reference): Fault | undefined {
  if (name === undefined || name === '') return undefined;
  const ofKind = objectsOfKind(project.objects, kind, '');
  const found = ofKind.filter((each) => each.name === name && sameNamespace(each, workload));
  if (found.length > 0) {
    if (key === undefined || found.some((each) => hasKey(each, key, project.live !== undefined))) return undefined;
    return { message: `${kind} ${name} has no key ${key}, which ${titleOf(workload)} reads.`, also: found };
  }
  if (project.live) {
    // What a cluster lacks is nowhere else. Secrets are not read.
    const isAbsent =
      kind === 'ConfigMap' && project.live.snapshot.absentConfigMaps.has(`${workload.namespace}/${name}`);
    return isAbsent
      ? { message: `${titleOf(workload)} refers to ConfigMap ${name}, which the cluster does not have.`, also: [] }
      : undefined;
  }
  // It may be made elsewhere, Secrets above all: a name is taken for wrong only where one that is nearly the same stands beside it.
  const directory = directoryOf(workload.object.path);
  const beside = ofKind.filter(
    (each) => directoryOf(each.path) === directory && sameNamespace(each, workload) && isNearly(each.name, name),
  );
  if (beside.length === 0) return undefined;
  return { message: `${titleOf(workload)} refers to ${kind} ${name}, which no manifest declares.`, also: beside };
}

/** What makes Secrets from objects of its own kind, or fills them in when they are applied, may add keys; to a live one nothing is added any more. */
function hasKey(object: KubernetesObject, key: string, live: boolean): boolean {
  if (live) return dataOf(object).some((entry) => entry.key.text === key);
  if (object.node.entries.every(({ key: { text } }) => !/^(?:data|stringData|binaryData)$/.test(text))) return true;
  if (object.annotations.size > 0 && object.kind === 'Secret') return true;
  return dataOf(object).some(
    (entry) => entry.key.text === key || entry.key.text.includes('$') || entry.key.text.includes('{'),
  );
}

/** One typing error apart, or one of them with a prefix or suffix more. */
function isNearly(one: string, other: string): boolean {
  if (Math.abs(one.length - other.length) > 1) return false;
  const [long, short] = one.length >= other.length ? [one, other] : [other, one];
  let at = 0;
  while (at < short.length && long[at] === short[at]) at++;
  const rest = long.length === short.length ? short.slice(at + 1) : short.slice(at);
  const swapped = long.length === short.length && long[at] === short[at + 1] && long[at + 1] === short[at];
  return long.slice(at + 1) === rest || (swapped && long.slice(at + 2) === short.slice(at + 2));
}
