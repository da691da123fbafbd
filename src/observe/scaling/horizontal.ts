import type { ResourceTarget, Scaling } from './figures.ts';
import { boundReasons, called, commentLines, metadata } from './object-head.ts';

/** How fast it goes up and down, with the reasons. The same in an autoscaler and in what KEDA makes. */
export function behavior(indent: string): string {
  return `${indent}scaleUp:
${indent}  # At once: who waits for an answer does not wait for an average.
${indent}  stabilizationWindowSeconds: 0
${indent}  policies:
${indent}    # Twice as many a minute, or four more where there are few: enough for a peak, and no storm of starts.
${indent}    - type: Percent
${indent}      value: 100
${indent}      periodSeconds: 60
${indent}    - type: Pods
${indent}      value: 4
${indent}      periodSeconds: 60
${indent}  selectPolicy: Max
${indent}scaleDown:
${indent}  # Five minutes of calm first: a start costs more than some idle minutes.
${indent}  stabilizationWindowSeconds: 300
${indent}  policies:
${indent}    # Then a quarter a minute, one at least: what comes back in between still finds pods.
${indent}    - type: Percent
${indent}      value: 25
${indent}      periodSeconds: 60
${indent}    - type: Pods
${indent}      value: 1
${indent}      periodSeconds: 60
${indent}  selectPolicy: Max
`;
}

/** A HorizontalPodAutoscaler. https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/horizontal-pod-autoscaler-v2/ */
export function writeHorizontal(scaling: Scaling): string {
  const { workload, minimum, maximum, cpu, memory, requests } = scaling;
  const why = boundReasons(scaling);
  return `# Scales ${called(workload)} with its load. The metric that asks for the most pods decides.
# Leave «replicas» out of its manifest: each apply would set it back.
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
${metadata(workload)}spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: ${JSON.stringify(workload.name)}
${commentLines(why.minimum, '  ')}  minReplicas: ${minimum}
${commentLines(why.maximum, '  ')}  maxReplicas: ${maximum}
  metrics:
${cpu ? resource('cpu', cpu) : ''}${memory ? resource('memory', memory) : ''}${
  requests
    ? `${commentLines(requests.why, '    ')}    - type: Pods
      pods:
        metric:
          # Requests a second, from ${requests.counter} by the rules of adapter/.
          name: ${requests.metric}
        target:
          type: AverageValue
          # plimsoll:keep requests
          averageValue: "${requests.each}"
          # plimsoll:end
`
    : ''
}  behavior:
${behavior('    ')}`;
}

function resource(name: 'cpu' | 'memory', { percent, container, why }: ResourceTarget): string {
  const target = (indent: string) =>
    `${indent}target:\n${indent}  type: Utilization\n${indent}  averageUtilization: ${percent}\n`;
  if (container === undefined)
    return `${commentLines(why, '    ')}    - type: Resource
      resource:
        name: ${name}
${target('        ')}`;
  return `${commentLines(why, '    ')}    # Of the container that serves alone: what stands beside it has a load of its own.
    - type: ContainerResource
      containerResource:
        name: ${name}
        container: ${JSON.stringify(container)}
${target('        ')}`;
}
