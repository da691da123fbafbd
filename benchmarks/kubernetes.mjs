// 1,000 Kubernetes objects, whole process, beside kube-score. Limit: 1 s.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { compare, machine, peer, plimsoll, printTable, scratchDirectory, verdict } from './measure.mjs';

const directory = scratchDirectory('objects');
const files = generateObjects(directory, 250);
const kubeScore = peer('kube-score');
const commands = [
  { name: 'plimsoll audit', command: process.execPath, args: [plimsoll, 'audit', directory, '--no-config', '--json'] },
  ...(kubeScore
    ? [{ name: 'kube-score', command: kubeScore, args: ['score', '--output-format', 'json', ...files], mayFail: true }]
    : []),
];
const rounds = Number(process.env.PLIMSOLL_BENCHMARK_ROUNDS ?? 5);
const results = compare(commands, rounds);
console.log(machine());
printTable(
  `${files.length * 4} Kubernetes objects, median of ${rounds} runs`,
  ['command', 'seconds', 'objects a second', 'memory', 'limit'],
  commands.map(({ name }, at) => [
    name,
    results[at].seconds.toFixed(2),
    Math.round((files.length * 4) / results[at].seconds).toLocaleString('en'),
    `${Math.round(results[at].memory / 1e6)} MB`,
    at === 0 ? verdict(Number(results[at].seconds.toFixed(2)), 1, ' s') : '',
  ]),
);
rmSync(directory, { recursive: true });

/** Four objects a file: Deployment, Service, ConfigMap, HorizontalPodAutoscaler, as a team would write them. */
function generateObjects(target, count) {
  mkdirSync(target, { recursive: true });
  return Array.from({ length: count }, (_, at) => {
    const file = path.join(target, `app-${at}.yaml`);
    writeFileSync(file, objects(`app-${at}`, at));
    return file;
  });
}

function objects(name, at) {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels: {app: ${name}}
spec:
  replicas: ${1 + (at % 4)}
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
      annotations:
        prometheus.io/scrape: "true"
        prometheus.io/port: "9090"
    spec:
      containers:
        - name: app
          image: registry.example.com/team/${name}:1.${at % 7}.0
          ports:
            - name: http
              containerPort: 8080
          env:
            - name: LOG_LEVEL
              value: info
            - name: DB_HOST
              valueFrom:
                configMapKeyRef:
                  name: ${name}
                  key: host
          resources:
            requests: {cpu: 100m, memory: 128Mi}
            limits:
              memory: 256Mi
          readinessProbe:
            httpGet:
              path: /healthz
              port: http
            periodSeconds: 5
${at % 2 === 0 ? '          securityContext:\n            runAsNonRoot: true\n            allowPrivilegeEscalation: false\n' : ''}---
apiVersion: v1
kind: Service
metadata:
  name: ${name}
spec:
  selector:
    app: ${name}
  ports:
    - port: 80
      targetPort: http
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: ${name}
data:
  host: db-${at}.example.com
  settings.yaml: |
    a: 1
    b: [1, 2, 3]
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: ${name}
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: ${name}
  minReplicas: 2
  maxReplicas: 6
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: 70
`;
}
