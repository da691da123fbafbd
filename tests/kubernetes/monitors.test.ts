import { expect, test } from 'vitest';
import { readManifests } from '../../src/kubernetes/manifest.ts';
import { isScraped, monitoredPort, monitorsOf } from '../../src/kubernetes/monitors.ts';
import { workloadsOf } from '../../src/kubernetes/read-workload.ts';

/** A workload of the namespace «b», and a monitor that chooses its labels. */
function read(monitor: { readonly kind: string; readonly metadata: string; readonly spec: string }) {
  const text = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: b}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: a, ports: [{name: http, containerPort: 8080}]}]}
---
apiVersion: monitoring.example.com/v1
kind: ${monitor.kind}
metadata: ${monitor.metadata}
spec: {selector: {matchLabels: {app: web}}, ${monitor.spec}}
`;
  const { objects } = readManifests({ path: 'all.yaml', text, encoding: 'utf-8' });
  const workload = workloadsOf(objects)[0] ?? expect.unreachable();
  return { objects, workload };
}

const endpoints = 'endpoints: [{port: http}]';

test.each([
  ['of its own namespace', 'PodMonitoring', '{name: web, namespace: b}', endpoints, true],
  ['of no namespace that is written', 'PodMonitor', '{name: web}', endpoints, true],
  ['of another one', 'PodMonitor', '{name: web, namespace: a}', endpoints, false],
  ['of the whole cluster', 'ClusterPodMonitoring', '{name: web, namespace: a}', endpoints, true],
  [
    'that looks into all',
    'PodMonitor',
    '{name: web, namespace: a}',
    `namespaceSelector: {any: true}, ${endpoints}`,
    true,
  ],
  [
    'that names it',
    'PodMonitor',
    '{name: web, namespace: a}',
    `namespaceSelector: {matchNames: [c, b]}, ${endpoints}`,
    true,
  ],
  [
    'that names others',
    'PodMonitor',
    '{name: web, namespace: a}',
    `namespaceSelector: {matchNames: [c]}, ${endpoints}`,
    false,
  ],
])('a monitor %s finds the workload: %s %s %s', (_, kind, metadata, spec, expected) => {
  const { objects, workload } = read({ kind, metadata, spec });
  expect(isScraped(workload, objects)).toBe(expected);
});

test.each([
  ['8080', 8080],
  ['99999', undefined],
  ['0', undefined],
])('a port that can be none is none: %s', (port, expected) => {
  const spec = `endpoints: [{port: ${port}}]`;
  const { objects, workload } = read({ kind: 'PodMonitoring', metadata: '{name: web}', spec });
  const [monitor = expect.unreachable()] = monitorsOf(workload, objects);
  expect(monitoredPort(workload, monitor)?.port).toBe(expected);
});
