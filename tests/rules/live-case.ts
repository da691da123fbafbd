import { parseAllDocuments } from 'yaml';
import { type ClusterObject, clusterObjectOf, resources } from '../../src/kubernetes/cluster-object.ts';
import { type ClusterSnapshot, collapseOwners, liveNode } from '../../src/kubernetes/cluster-snapshot.ts';
import { imagePull } from '../../src/kubernetes/image-pull.ts';
import { controllerTypes } from '../../src/kubernetes/read-cluster.ts';
import { usedConfigMaps } from '../../src/kubernetes/used-config-maps.ts';

/** The name of the file that stands for a cluster in a rule's case: what `kubectl get -o yaml` would print of it. */
export const liveFile = 'live.cluster';

/** A cluster with the objects of a text, looked at from a context whose namespace is `shop`. */
export function snapshotOf(text: string): ClusterSnapshot {
  const objects = parseAllDocuments(text).flatMap((document) => clusterObjectOf(document.toJS()) ?? []);
  const ofKinds = (...kinds: string[]) => objects.filter(({ kind }) => kinds.includes(kind));
  const controllers = ofKinds(...controllerTypes.map(({ kind }) => kind));
  const apart: readonly string[] = [resources.pods.kind, resources.nodes.kind, resources.events.kind];
  const others = objects.filter((object) => !controllers.includes(object) && !apart.includes(object.kind));
  const collapsed = collapseOwners({ pods: ofKinds('Pod'), controllers, others });
  return {
    server: 'https://cluster.example:6443',
    context: 'production',
    namespace: 'shop',
    version: 'v1.37.2',
    namespaces: [...new Set(objects.flatMap(({ metadata }: ClusterObject) => metadata.namespace ?? []))],
    leftOut: ['kube-system'],
    ...collapsed,
    absentConfigMaps: new Set(
      usedConfigMaps(collapsed.objects)
        .filter(
          (used) =>
            !others.some(
              ({ kind, metadata }) =>
                kind === 'ConfigMap' && metadata.name === used.name && metadata.namespace === used.namespace,
            ),
        )
        .map(({ namespace, name }) => `${namespace}/${name}`),
    ),
    nodes: ofKinds('Node').map(liveNode),
    pulls: ofKinds('Event').flatMap((event) => imagePull(event) ?? []),
    problems: [],
  };
}

/** When registries say that images were built: lines `# built: IMAGE TIME` of a case. */
export function builtIn(text: string): ReadonlyMap<string, string> {
  return new Map([...text.matchAll(/^# built: (\S+) (\S+)$/gm)].map(([, image = '', time = '']) => [image, time]));
}
