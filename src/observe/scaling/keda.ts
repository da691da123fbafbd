import { promqlString, re2Literal } from '../promql.ts';
import type { ResourceTarget, Scaling } from './figures.ts';
import { behavior } from './horizontal.ts';
import { boundReasons, called, commentLines, metadata } from './object-head.ts';

/** A ScaledObject of KEDA, in place of a HorizontalPodAutoscaler. https://keda.sh/docs/latest/reference/scaledobject-spec/ */
export function writeScaledObject(scaling: Scaling, monitoring: string): string {
  const { workload, minimum, maximum, cpu, memory, requests } = scaling;
  const why = boundReasons(scaling);
  return `# Scales ${called(workload)} with its load, by KEDA: it makes the HorizontalPodAutoscaler, so that there
# must be no other one. Leave «replicas» out of its manifest: each apply would set it back.
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
${metadata(workload)}spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: ${JSON.stringify(workload.name)}
${commentLines(why.minimum, '  ')}  minReplicaCount: ${minimum}
${commentLines(why.maximum, '  ')}  maxReplicaCount: ${maximum}
  # How often KEDA asks: as often as the autoscaler looks.
  pollingInterval: 15
${
  requests
    ? `  # Without an answer from Prometheus (three times) it does not go below what runs now.
  fallback:
    failureThreshold: 3
    replicas: ${minimum}
    behavior: currentReplicasIfHigher
`
    : ''
}  advanced:
    horizontalPodAutoscalerConfig:
      behavior:
${behavior('        ')}  triggers:
${cpu ? resource('cpu', cpu) : ''}${memory ? resource('memory', memory) : ''}${requests ? prometheus(scaling, monitoring) : ''}`;
}

function resource(type: 'cpu' | 'memory', { percent, container, why }: ResourceTarget): string {
  return `${commentLines(why, '    ')}    - type: ${type}
      metricType: Utilization
      metadata:
        value: "${percent}"
${container === undefined ? '' : `        # The container that serves alone.\n        containerName: ${JSON.stringify(container)}\n`}`;
}

function prometheus({ workload, requests }: Scaling, monitoring: string): string {
  if (!requests) return '';
  // A pod of a Deployment is named by it, its ReplicaSet and five characters.
  const pods = `${re2Literal(workload.name)}-[a-z0-9]+-[a-z0-9]{5}`;
  const namespace = workload.namespace === undefined ? '' : `namespace=${promqlString(workload.namespace)},`;
  const query = `sum(rate(${requests.counter}{${namespace}pod=~${promqlString(pods)}}[2m]))`;
  return `${commentLines(requests.why, '    ')}    - type: prometheus
      # All requests divided by this are the pods that are wanted.
      metricType: AverageValue
      metadata:
        serverAddress: http://prometheus.${monitoring}.svc:9090
        # Two minutes: four scrapes of 30 s, so that one may be missing.
        query: ${JSON.stringify(query)}
        # plimsoll:keep requests
        threshold: "${requests.each}"
        # plimsoll:end
        # No series is no answer, not an answer of none: the fallback holds the pods.
        ignoreNullValues: "false"
`;
}
