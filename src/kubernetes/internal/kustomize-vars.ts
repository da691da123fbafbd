import { itemsAt, textAt, type YamlMap, type YamlNode, type YamlScalar } from '../yaml-node.ts';
import { changeFields, type FieldSpec } from './kustomize-field-specs.ts';
import { nodesAt, pathSteps } from './kustomize-replacements.ts';
import { kindOf, type Resource, type Telling } from './kustomize-resource.ts';
import { derivedScalar, withItems } from './node-edit.ts';

/** A value of an object that texts may refer to as `$(NAME)`. */
export interface KustomizeVar {
  readonly name: string;
  readonly item: YamlNode;
  readonly telling: Telling;
}

/** `vars` of a kustomization. They hold in everything that is built with it. */
export function varsOf(kustomization: YamlMap, telling: Telling): readonly KustomizeVar[] {
  return itemsAt(kustomization, 'vars').flatMap((item) => {
    const name = textAt(item, 'name');
    return name === undefined ? [] : [{ name, item, telling }];
  });
}

/** The resources of a kustomization, as built, with those marked that its own `vars` mean. */
export function withMeant(resources: readonly Resource[], vars: readonly KustomizeVar[]): readonly Resource[] {
  return vars.reduce((marked, { item }) => {
    const object = marked.find((resource) => isMeant(item, resource));
    return object ? marked.map((each) => (each === object ? { ...each, vars: [...each.vars, item] } : each)) : marked;
  }, resources);
}

function isMeant(item: YamlNode, { node, names, namespaces }: Resource): boolean {
  const apiVersion = textAt(item, 'objref', 'apiVersion');
  const namespace = textAt(item, 'objref', 'namespace');
  return (
    kindOf(node) === (textAt(item, 'objref', 'kind') ?? '') &&
    names.includes(textAt(item, 'objref', 'name') ?? '') &&
    (namespace === undefined || namespaces.includes(namespace)) &&
    (apiVersion === undefined || textAt(node, 'apiVersion') === apiVersion)
  );
}

const inContainers = ['args', 'command', 'env/value', 'volumeMounts/mountPath'];
const inPods = [
  ...['containers', 'initContainers'].flatMap((list) => inContainers.map((field) => `${list}/${field}`)),
  'volumes/nfs/server',
];
const podSpecs: readonly (readonly [kind: string, path: string])[] = [
  ['CronJob', 'spec/jobTemplate/spec/template/spec'],
  ...['DaemonSet', 'Deployment', 'Job', 'ReplicaSet', 'StatefulSet'].map(
    (kind) => [kind, 'spec/template/spec'] as const,
  ),
  ['Pod', 'spec'],
];

/** Where texts are looked at: https://github.com/kubernetes-sigs/kustomize/blob/master/api/internal/konfig/builtinpluginconsts/varreference.go */
const references: readonly FieldSpec[] = [
  ...podSpecs.flatMap(([kind, path]) => inPods.map((field) => [kind, `${path}/${field}`] as const)),
  ['Deployment', 'spec/template/metadata/annotations'] as const,
  ...['spec/rules/host', 'spec/tls/hosts', 'spec/tls/secretName'].map((path) => ['Ingress', path] as const),
  ...['spec/ports/port', 'spec/ports/targetPort'].map((path) => ['Service', path] as const),
  ['StatefulSet', 'spec/volumeClaimTemplates/spec/nfs/server'] as const,
  ['PersistentVolume', 'spec/nfs/server'] as const,
  [undefined, 'metadata/labels'] as const,
  [undefined, 'metadata/annotations'] as const,
].map(([kind, path]) => ({ group: undefined, version: undefined, kind, path: path.split('/'), create: false }));

/** Characters that values may add to all texts together: one of a large value in many places would fill memory. */
const maximumAdded = 1 << 20;

/**
 * Puts the values of `vars` where `$(NAME)` stands, after everything else. `more` are fields that `configurations` add. Kustomize calls vars
 * deprecated; many repositories have them. https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/vars/
 */
export function applyVars(
  resources: readonly Resource[],
  vars: readonly KustomizeVar[],
  more: readonly FieldSpec[],
): readonly Resource[] {
  if (vars.length === 0) return resources;
  const values = new Map<string, YamlScalar>();
  for (const { name, item, telling } of vars) {
    const value = valueOfVar(item, resources);
    if (value) values.set(name, value);
    else telling.report('invalid', `the var ${name} is of an object or a field that is not among the resources`, item);
  }
  const room = { left: maximumAdded };
  const result = changeFields(resources, [...references, ...more], (found) => found && expanded(found, values, room));
  const [first] = vars;
  if (room.left < 0 && first)
    first.telling.report(
      'unsupported',
      `vars add more than ${maximumAdded} characters: not all are put in`,
      first.item,
    );
  return result;
}

function valueOfVar(item: YamlNode, resources: readonly Resource[]): YamlScalar | undefined {
  const object = resources.find(({ vars }) => vars.includes(item));
  if (!object) return undefined;
  // `spec.ports[0].port` besides `spec.ports.0.port`.
  const path = (
    textAt(item, 'fieldref', 'fieldpath') ??
    textAt(item, 'fieldref', 'fieldPath') ??
    'metadata.name'
  ).replaceAll(/\[(\d+)\]/g, '.$1');
  const [value] = nodesAt(object.node, pathSteps(path));
  return value?.kind === 'scalar' ? value : undefined;
}

interface Room {
  left: number;
}

function expanded(node: YamlNode, values: ReadonlyMap<string, YamlScalar>, room: Room): YamlNode {
  if (node.kind === 'sequence') {
    const items = node.items.map((item) => (item.kind === 'scalar' ? expanded(item, values, room) : item));
    return items.some((item, index) => item !== node.items[index]) ? withItems(node, items) : node;
  }
  if (node.kind === 'map') {
    const entries = node.entries.map((each) => {
      const value = each.value.kind === 'scalar' ? expanded(each.value, values, room) : each.value;
      return value === each.value ? each : { ...each, value };
    });
    return entries.some((each, index) => each !== node.entries[index]) ? { ...node, entries } : node;
  }
  if (!node.text.includes('$(')) return node;
  const whole = /^\$\(([^()]+)\)$/.exec(node.text)?.[1];
  const only = whole === undefined ? undefined : values.get(whole);
  // A number stays one where it is all of the text.
  if (only) return { ...derivedScalar(only.text, only), value: only.value };
  const text = node.text.replaceAll(
    /\$(\$)?\(([^()]+)\)/g,
    (written: string, escaped: string | undefined, name: string) => {
      if (escaped !== undefined) return written.slice(1);
      const value = values.get(name)?.text;
      room.left -= value?.length ?? 0;
      return value === undefined || room.left < 0 ? written : value;
    },
  );
  return text === node.text ? node : derivedScalar(text, node);
}
