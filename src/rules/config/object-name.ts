import type { KubernetesObject } from '../../kubernetes/manifest.ts';
import { dataKeyFault, keyFault, labelNameFault, objectNameFault } from '../../kubernetes/object-names.ts';
import { isFilledIn, isMarkerFor } from '../../kubernetes/schema/check-object.ts';
import { titleOf } from '../../kubernetes/whole-workload.ts';
import { entriesAt, itemsAt, scalarAt, type YamlNode, type YamlScalar } from '../../kubernetes/yaml-node.ts';
import { objectRule } from '../../project/rule.ts';
import { workloadOfObject } from '../../project/workload-index.ts';

export const rule = objectRule({
  severity: 'error',
  summary: 'A name or a key that Kubernetes refuses',
  why: 'The whole object is refused.',
  remedy: 'Write a name that the API allows, and the same wherever it is referred to.',
  peers: [],
  check({ object, project }, { report }) {
    const template = workloadOfObject(project, object)?.template;
    const places: Named[] = [...namesOf(object), ...keysOf(object.node, object), ...dataKeysOf(object)];
    if (template) {
      places.push(...podNames(template));
      if (template !== object.node) places.push(...keysOf(template, object));
    }
    for (const { node, what, faultOf } of places) {
      const { text } = node;
      // What is filled in first is no name yet.
      if (node.style === 'absent' || text === '' || isFilledIn(text) || text.includes('((')) continue;
      if (what === 'the name' && isMarkerFor('name', text)) continue;
      const fault = faultOf(text);
      if (fault) report({ at: node, message: `${titleOf(object)}: ${what} ${shown(text)} ${fault}.` });
    }
  },
});

interface Named {
  readonly node: YamlScalar;
  /** `the name`, `the label`. */
  readonly what: string;
  faultOf(text: string): string | undefined;
}

function namesOf({ node, group, kind }: KubernetesObject): Named[] {
  const name = scalarAt(node, 'metadata', 'name');
  const namespace = scalarAt(node, 'metadata', 'namespace');
  return [
    ...(name ? [{ node: name, what: 'the name', faultOf: (text: string) => objectNameFault(group, kind, text) }] : []),
    ...(namespace ? [{ node: namespace, what: 'the namespace', faultOf: labelNameFault }] : []),
  ];
}

function keysOf(node: YamlNode, object: KubernetesObject): Named[] {
  const label = (text: string) => keyFault(text, 'label');
  const annotation = (text: string) => keyFault(text, 'annotation');
  const selectors =
    node === object.node && object.kind !== 'Pod'
      ? [
          ...entriesAt(node, 'spec', 'selector', 'matchLabels'),
          ...(object.kind === 'Service' ? entriesAt(node, 'spec', 'selector') : []),
        ]
      : [];
  return [
    ...entriesAt(node, 'metadata', 'labels').map(({ key }) => ({ node: key, what: 'the label', faultOf: label })),
    ...entriesAt(node, 'metadata', 'annotations').map(({ key }) => ({
      node: key,
      what: 'the annotation',
      faultOf: annotation,
    })),
    ...selectors.map(({ key }) => ({ node: key, what: 'the label', faultOf: label })),
  ];
}

const containers = ['initContainers', 'containers', 'ephemeralContainers'];

function podNames(template: YamlNode): Named[] {
  const named = (field: string, what: string) =>
    itemsAt(template, 'spec', field).flatMap((item) => {
      const node = scalarAt(item, 'name');
      return node ? [{ node, what, faultOf: labelNameFault }] : [];
    });
  return [...containers.flatMap((field) => named(field, 'the container')), ...named('volumes', 'the volume')];
}

function dataKeysOf({ node, group, kind }: KubernetesObject): Named[] {
  if (group !== '' || (kind !== 'ConfigMap' && kind !== 'Secret')) return [];
  return ['data', 'binaryData', 'stringData'].flatMap((field) =>
    entriesAt(node, field).map(({ key }) => ({ node: key, what: 'the key', faultOf: dataKeyFault })),
  );
}

function shown(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
