import { parseImageReference } from '../core/image-reference.ts';
import { isJsonObject, type JsonObject, jsonObjectOf } from '../core/json-object.ts';
import type { ClusterObject } from './cluster-object.ts';
import { yamlText } from './yaml-text.ts';

/**
 * A live object as the manifest that its user would have written: without status, what the server keeps for itself, and the
 * defaults that it filled in, so that nobody is blamed for what he did not write.
 * https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/
 */
export function liveText(object: ClusterObject): string {
  const { apiVersion, kind, metadata, status: _, ...rest } = object;
  const { name, namespace } = metadata;
  const kept = {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      ...filled('labels', metadata.labels),
      ...filled('annotations', annotations(metadata.annotations)),
    },
  };
  const own = cleaned(rest, '');
  return yamlText({ ...kept, ...(isJsonObject(own) ? ofKind(kind, own) : {}) });
}

function filled(key: string, value: unknown): JsonObject {
  return isJsonObject(value) && Object.keys(value).length > 0 ? { [key]: value } : {};
}

const serverAnnotations =
  /^(?:kubectl\.kubernetes\.io\/last-applied-configuration|deployment\.kubernetes\.io\/(?:revision|desired-replicas|max-replicas)|deprecated\.daemonset\.template\.generation|autoscaling\.alpha\.kubernetes\.io\/.*|kubernetes\.io\/config\..*)$/;

/** The applied manifest is in them once more, with whatever secret it holds. */
function annotations(value: unknown): JsonObject {
  return Object.fromEntries(Object.entries(jsonObjectOf(value)).filter(([key]) => !serverAnnotations.test(key)));
}

/** Maps whose keys are the user's own. */
const ownKeys: ReadonlySet<string> = new Set([
  'labels',
  'annotations',
  'matchLabels',
  'nodeSelector',
  'data',
  'stringData',
  'limits',
  'requests',
  'hard',
]);

const rollingUpdate = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } };

/** Defaults by the name of their field, as JSON. Fields of these names mean the same wherever they stand. */
const defaults: ReadonlyMap<string, readonly unknown[]> = new Map<string, readonly unknown[]>([
  ['terminationMessagePath', ['/dev/termination-log']],
  ['terminationMessagePolicy', ['File']],
  ['dnsPolicy', ['ClusterFirst']],
  ['schedulerName', ['default-scheduler']],
  ['terminationGracePeriodSeconds', [30]],
  ['enableServiceLinks', [true]],
  ['preemptionPolicy', ['PreemptLowerPriority']],
  ['securityContext', [{}]],
  ['resources', [{}]],
  ['strategy', [rollingUpdate, {}]],
  [
    'updateStrategy',
    [
      { type: 'RollingUpdate', rollingUpdate: { partition: 0 } },
      { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
    ],
  ],
  ['progressDeadlineSeconds', [600]],
  ['revisionHistoryLimit', [10]],
  ['podManagementPolicy', ['OrderedReady']],
  ['persistentVolumeClaimRetentionPolicy', [{ whenDeleted: 'Retain', whenScaled: 'Retain' }]],
  ['backoffLimit', [6]],
  ['completionMode', ['NonIndexed']],
  ['podReplacementPolicy', ['TerminatingOrFailed']],
  ['suspend', [false]],
  ['concurrencyPolicy', ['Allow']],
  ['successfulJobsHistoryLimit', [3]],
  ['failedJobsHistoryLimit', [1]],
  ['protocol', ['TCP']],
  ['defaultMode', [420]],
  ['timeoutSeconds', [1]],
  ['periodSeconds', [10]],
  ['successThreshold', [1]],
  ['failureThreshold', [3]],
  ['scheme', ['HTTP']],
  ['sessionAffinity', ['None']],
  ['internalTrafficPolicy', ['Cluster']],
  ['externalTrafficPolicy', ['Cluster']],
  ['allocateLoadBalancerNodePorts', [true]],
  ['creationTimestamp', [null]],
]);

/** What the server writes besides defaults, by the name of its field. */
const serverFields: ReadonlySet<string> = new Set([
  'clusterIP',
  'clusterIPs',
  'ipFamilies',
  'ipFamilyPolicy',
  'healthCheckNodePort',
]);

/** Kubernetes compares such small values alike, whatever the order of their keys. */
function same(one: unknown, other: unknown): boolean {
  if (!isJsonObject(one) || !isJsonObject(other)) return one === other;
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => same(one[key], other[key]));
}

function cleaned(value: unknown, field: string): unknown {
  if (ownKeys.has(field)) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => cleaned(item, ''));
  if (!isJsonObject(value)) return value;
  const kept: Record<string, unknown> = {};
  for (const [key, entry] of Object.entries(value)) {
    if (defaults.get(key)?.some((known) => same(entry, known))) continue;
    if (serverFields.has(key) && !(key === 'clusterIP' && entry === 'None')) continue;
    kept[key] = cleaned(entry, key);
  }
  if (Array.isArray(kept.containers)) return podSpec(kept);
  if (typeof kept.name === 'string' && typeof kept.image === 'string') return container(kept);
  if (isJsonObject(kept.fieldRef)) return { ...kept, fieldRef: without(kept.fieldRef, 'apiVersion', 'v1') };
  if (isJsonObject(kept.hostPath)) return { ...kept, hostPath: without(kept.hostPath, 'type', '') };
  return kept;
}

function without(value: JsonObject, key: string, known: unknown): JsonObject {
  if (value[key] !== known) return value;
  const { [key]: _, ...rest } = value;
  return rest;
}

/** The deprecated alias of `serviceAccountName` is always written beside it. */
function podSpec(spec: JsonObject): JsonObject {
  const { serviceAccount, ...rest } = spec;
  const named = rest.serviceAccountName !== undefined || serviceAccount === undefined ? rest : spec;
  return without(named, 'restartPolicy', 'Always');
}

/** Without a policy, the tag decides: https://kubernetes.io/docs/concepts/containers/images/#imagepullpolicy-defaulting */
function container(spec: JsonObject): JsonObject {
  const reference = parseImageReference(typeof spec.image === 'string' ? spec.image : '');
  const moving = reference !== undefined && reference.digest === undefined && (reference.tag ?? 'latest') === 'latest';
  return without(spec, 'imagePullPolicy', moving ? 'Always' : 'IfNotPresent');
}

function ofKind(kind: string, rest: JsonObject): JsonObject {
  const spec = jsonObjectOf(rest.spec);
  switch (kind) {
    case 'Pod':
      return { ...rest, spec: barePod(spec) };
    case 'Job':
      return { ...rest, spec: job(spec) };
    case 'CronJob':
      return rest;
    case 'Service':
      return { ...rest, spec: service(spec) };
    case 'ServiceAccount':
      return { ...rest, secrets: undefined };
    default:
      return rest;
  }
}

const isTokenVolume = (value: unknown) =>
  isJsonObject(value) && typeof value.name === 'string' && value.name.startsWith('kube-api-access-');

/** What admission puts into a pod: its account, the account's token, where it runs and what it tolerates. */
function barePod(spec: JsonObject): JsonObject {
  const { nodeName: _, priority: __, tolerations, volumes, ...rest } = spec;
  const mounts = (value: unknown) =>
    Array.isArray(value)
      ? value.map((each: unknown) => {
          if (!isJsonObject(each) || !Array.isArray(each.volumeMounts)) return each;
          const volumeMounts = each.volumeMounts.filter((mount) => !isTokenVolume(mount));
          return { ...each, volumeMounts: volumeMounts.length > 0 ? volumeMounts : undefined };
        })
      : undefined;
  const own = listWithout(tolerations, (each) => isJsonObject(each) && each.tolerationSeconds === 300);
  return {
    ...without(rest, 'serviceAccountName', 'default'),
    containers: mounts(rest.containers),
    initContainers: mounts(rest.initContainers),
    tolerations: own,
    volumes: listWithout(volumes, isTokenVolume),
  };
}

function listWithout(value: unknown, isServers: (item: unknown) => boolean): unknown[] | undefined {
  const left = Array.isArray(value) ? value.filter((item) => !isServers(item)) : [];
  return left.length > 0 ? left : undefined;
}

/** The selector and the labels that tell its pods from others' are the controller's, unless `manualSelector` says otherwise. */
function job(spec: JsonObject): JsonObject {
  if (spec.manualSelector === true) return spec;
  const { selector: _, manualSelector: __, template, ...rest } = spec;
  const pod = jsonObjectOf(template);
  const metadata = jsonObjectOf(pod.metadata);
  const labels = Object.fromEntries(
    Object.entries(jsonObjectOf(metadata.labels)).filter(
      ([key]) => !/^(?:batch\.kubernetes\.io\/)?(?:controller-uid|job-name)$/.test(key),
    ),
  );
  return { ...rest, template: { ...pod, metadata: { ...metadata, labels } } };
}

function service(spec: JsonObject): JsonObject {
  const ports = Array.isArray(spec.ports)
    ? spec.ports.map((port: unknown) =>
        isJsonObject(port) && port.targetPort === port.port ? { ...port, targetPort: undefined } : port,
      )
    : undefined;
  return { ...without(spec, 'type', 'ClusterIP'), ...(ports && { ports }) };
}
