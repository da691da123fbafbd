import { describe, expect, test } from 'vitest';
import { readManifests } from '../../src/kubernetes/manifest.ts';
import { isScraped } from '../../src/kubernetes/monitors.ts';
import { workloadsOf } from '../../src/kubernetes/read-workload.ts';
import { autoscalersOf, disruptionBudgetsOf, servicesOf } from '../../src/kubernetes/relations.ts';

const manifest = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 3
  template:
    metadata:
      labels: {app: web}
    spec:
      securityContext:
        runAsNonRoot: yes
        runAsUser: 1000
      initContainers:
        - {name: migrate, image: shop/migrate}
        - {name: proxy, image: "proxy:1", restartPolicy: Always}
      containers:
        - name: web
          image: registry.example.com:5000/shop/web:1.2@sha256:0000000000000000000000000000000000000000000000000000000000000000
          args: [serve, 8080]
          env:
            - {name: LEVEL, value: info}
            - name: PASSWORD
              valueFrom: {secretKeyRef: {name: db, key: password}}
          envFrom:
            - configMapRef: {name: settings, optional: true}
              prefix: S_
          resources:
            requests: {cpu: 250m, memory: 128Mi}
            limits: {memory: 1e9}
          readinessProbe:
            httpGet: {path: /ready, port: http}
            periodSeconds: 5
          securityContext:
            runAsUser: 0
            capabilities: {drop: [ALL], add: [NET_ADMIN]}
          volumeMounts:
            - {name: engine, mountPath: /var/run/docker.sock, readOnly: true}
      volumes:
        - name: engine
          hostPath: {path: /var/run/docker.sock}
---
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Service
    metadata: {name: web, labels: {team: a}}
    spec: {selector: {app: web}, ports: [{port: 80, targetPort: http}]}
  - apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata: {name: web}
    spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}}
  - apiVersion: policy/v1
    kind: PodDisruptionBudget
    metadata: {name: web}
    spec: {minAvailable: 1, selector: {matchExpressions: [{key: app, operator: In, values: [web, api]}]}}
  - apiVersion: monitoring.coreos.com/v1
    kind: ServiceMonitor
    metadata: {name: all}
    spec: {selector: {matchLabels: {team: a}}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: report}
spec:
  schedule: "0 * * * *"
  jobTemplate: {spec: {template: {spec: {containers: [{name: report}]}}}}
`;

const { objects, problems } = readManifests({ path: 'shop.yaml', text: manifest, encoding: 'utf-8' });
const workloads = workloadsOf(objects);
const web = workloads[0];
const container = web?.containers[0];
const textOf = (node: { range: { start: number; end: number } } | undefined) =>
  node && manifest.slice(node.range.start, node.range.end);

describe('a workload', () => {
  test('is found in each document and list', () => {
    expect(problems).toEqual([]);
    expect(objects.map((object) => `${object.kind}/${object.name}`)).toEqual([
      'Deployment/web',
      'Service/web',
      'HorizontalPodAutoscaler/web',
      'PodDisruptionBudget/web',
      'ServiceMonitor/all',
      'CronJob/report',
    ]);
    expect(workloads.map(({ kind, longRunning }) => [kind, longRunning])).toEqual([
      ['Deployment', true],
      ['CronJob', false],
    ]);
  });

  test('has replicas, schedule and all containers with their roles', () => {
    expect(web?.replicas).toBe(3);
    expect(workloads[1]?.schedule?.text).toBe('0 * * * *');
    expect(web?.allContainers.map(({ name, role }) => [name, role])).toEqual([
      ['migrate', 'init'],
      ['proxy', 'sidecar'],
      ['web', 'container'],
    ]);
  });

  test('knows the objects that belong to it', () => {
    expect(web && servicesOf(web, objects).map((object) => object.name)).toEqual(['web']);
    expect(web && autoscalersOf(web, objects)).toHaveLength(1);
    expect(web && disruptionBudgetsOf(web, objects)).toHaveLength(1);
    expect(web && isScraped(web, objects)).toBe(true);
    const report = workloads[1];
    expect(report && servicesOf(report, objects)).toEqual([]);
    expect(report && isScraped(report, objects)).toBe(false);
  });
});

describe('a container', () => {
  test('has its image with place and parts', () => {
    expect(textOf(container?.image)).toMatch(/^registry\.example\.com:5000\/shop\/web:1\.2@sha256:0{64}$/);
    expect(container?.imageReference).toMatchObject({
      registry: 'registry.example.com:5000',
      repository: 'shop/web',
      tag: '1.2',
    });
  });

  test('has words of any type as text', () => {
    expect(container?.args?.map((word) => word.text)).toEqual(['serve', '8080']);
    expect(container?.command).toBeUndefined();
  });

  test('takes its environment from literals, Secrets and ConfigMaps', () => {
    expect(container?.env[0]).toMatchObject({ name: 'LEVEL', value: { text: 'info' }, from: undefined });
    expect(container?.env[1]).toMatchObject({
      name: 'PASSWORD',
      value: undefined,
      from: { kind: 'secret', name: 'db', key: 'password', optional: false },
    });
    expect(container?.envFrom[0]).toMatchObject({
      kind: 'configMap',
      name: 'settings',
      prefix: 'S_',
      optional: true,
    });
  });

  test('has amounts in cores and bytes', () => {
    const { requests, limits } = container?.resources ?? {};
    expect(requests?.get('cpu')?.amount).toBe(0.25);
    expect(requests?.get('memory')?.amount).toBe(128 * 1024 * 1024);
    expect(limits?.get('memory')?.amount).toBe(1e9);
    expect(limits?.has('cpu')).toBe(false);
  });

  test('has probes with the defaults of Kubernetes', () => {
    expect(container?.readinessProbe).toMatchObject({
      handler: 'httpGet',
      port: { value: 'http' },
      periodSeconds: 5,
      timeoutSeconds: 1,
      failureThreshold: 3,
    });
    expect(container?.livenessProbe).toBeUndefined();
  });

  test("has its own security context over the pod's", () => {
    expect(container?.security.runAsUser).toMatchObject({ value: 0, from: 'container' });
    expect(container?.security.runAsNonRoot).toMatchObject({ value: true, from: 'pod' });
    expect(container?.security.privileged).toEqual({ value: undefined, node: undefined, from: undefined });
    expect(container?.security.addedCapabilities.map((name) => name.text)).toEqual(['NET_ADMIN']);
    expect(container?.security.droppedCapabilities.map((name) => name.text)).toEqual(['ALL']);
  });

  test('has mounts with their volumes', () => {
    expect(container?.volumeMounts[0]).toMatchObject({
      readOnly: true,
      volume: { kind: 'hostPath', hostPath: { text: '/var/run/docker.sock' } },
    });
  });
});
