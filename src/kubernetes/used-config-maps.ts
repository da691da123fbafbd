import { jsonObjectOf, objectsIn } from '../core/json-object.ts';
import type { ClusterObject } from './cluster-object.ts';

/** A ConfigMap by its namespace and name. */
export interface ConfigMapName {
  readonly namespace: string;
  readonly name: string;
}

/** In every namespace by itself: https://kubernetes.io/docs/concepts/configuration/configmap/ and OpenShift's like it. */
const madeByCluster: ReadonlySet<string> = new Set(['kube-root-ca.crt', 'openshift-service-ca.crt']);

/** What an object may be called: a reference in a pod may say anything, `..` too, and stands in an address. */
const objectName = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;

/** The ConfigMaps that live workloads take variables and volumes from, each once. */
export function usedConfigMaps(objects: readonly ClusterObject[]): readonly ConfigMapName[] {
  const found = new Map<string, ConfigMapName>();
  for (const object of objects) {
    const { namespace } = object.metadata;
    if (namespace === undefined) continue;
    for (const name of namesIn(podSpecOf(object)))
      if (typeof name === 'string' && objectName.test(name) && !madeByCluster.has(name))
        found.set(`${namespace}/${name}`, { namespace, name });
  }
  return [...found.values()];
}

function podSpecOf({ kind, spec }: ClusterObject): ReturnType<typeof jsonObjectOf> {
  const own = jsonObjectOf(spec);
  if (kind === 'Pod') return own;
  const template = kind === 'CronJob' ? jsonObjectOf(jsonObjectOf(own.jobTemplate).spec).template : own.template;
  return jsonObjectOf(jsonObjectOf(template).spec);
}

function namesIn(pod: ReturnType<typeof jsonObjectOf>): unknown[] {
  const containers = [...objectsIn(pod.containers), ...objectsIn(pod.initContainers)];
  return [
    ...containers.flatMap(({ env, envFrom }) => [
      ...objectsIn(env).map(({ valueFrom }) => jsonObjectOf(jsonObjectOf(valueFrom).configMapKeyRef).name),
      ...objectsIn(envFrom).map(({ configMapRef }) => jsonObjectOf(configMapRef).name),
    ]),
    ...objectsIn(pod.volumes).flatMap(({ configMap, projected }) => [
      jsonObjectOf(configMap).name,
      ...objectsIn(jsonObjectOf(projected).sources).map((source) => jsonObjectOf(source.configMap).name),
    ]),
  ];
}
