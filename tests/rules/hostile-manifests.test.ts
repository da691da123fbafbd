import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runRules } from '../../src/audit/run-rules.ts';
import { loadProject } from '../../src/project/load-project.ts';
import { rules } from '../../src/rules/generated.ts';

let scratch = '';
beforeAll(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-hostile-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const keys = [
  'metadata name namespace labels annotations spec selector matchLabels matchExpressions template replicas containers',
  'initContainers image imagePullPolicy command args ports containerPort hostPort protocol env value valueFrom envFrom',
  'secretKeyRef resources requests limits cpu memory livenessProbe readinessProbe startupProbe httpGet tcpSocket exec',
  'port path securityContext runAsUser runAsNonRoot privileged capabilities add drop seccompProfile type windowsOptions',
  'hostProcess sysctls volumes hostPath volumeMounts mountPath readOnly hostNetwork hostPID serviceAccountName',
  'targetPort scaleTargetRef kind minReplicas maxReplicas metrics resource target minAvailable maxUnavailable rules http',
  'paths backend service number defaultBackend data stringData schedule jobTemplate app',
]
  .join(' ')
  .split(' ');

const leaves = fc.oneof(
  fc.constantFrom(
    'web',
    '80',
    80,
    0,
    -1,
    1e30,
    true,
    false,
    null,
    '',
    'Always',
    'ALL',
    'Unconfined',
    '100%',
    '{{ .x }}',
  ),
  fc.constantFrom('/var/run/docker.sock', '/', 'nginx', 'nginx:latest', 'a b', '512MB', '128m', 'Utilization', 'cpu'),
);

const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 9, depthSize: 'large', withCrossShrink: true },
    leaves,
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...keys), tie('tree'), { maxKeys: 6 }),
  ),
}));

const object = fc.record({
  apiVersion: fc.constantFrom('v1', 'apps/v1', 'batch/v1', 'policy/v1', 'autoscaling/v2', 'networking.k8s.io/v1'),
  kind: fc.constantFrom(
    'Deployment',
    'Pod',
    'CronJob',
    'Service',
    'HorizontalPodAutoscaler',
    'PodDisruptionBudget',
    'Ingress',
    'Secret',
  ),
  metadata: tree,
  spec: fc.oneof(
    tree,
    fc.record({ template: fc.record({ metadata: tree, spec: podSpec() }), selector: tree }),
    podSpec(),
  ),
});

function podSpec() {
  return fc.record({
    containers: fc.array(fc.dictionary(fc.constantFrom(...keys), tree), { maxLength: 3 }),
    volumes: tree,
  });
}

const compose = fc.record({ services: fc.dictionary(fc.constantFrom('web', 'database'), tree), version: tree });

test('no rule throws, whatever a manifest or Compose file says', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(object, { maxLength: 5 }), compose, async (objects, services) => {
      writeFileSync(path.join(scratch, 'all.yaml'), objects.map((each) => JSON.stringify(each)).join('\n---\n'));
      writeFileSync(path.join(scratch, 'compose.yaml'), JSON.stringify(services));
      const project = await loadProject({ kind: 'directory', path: scratch });
      const findings = runRules(project, rules, {
        mayReport: () => true,
        settingFor: (rule) => ({ severity: rule.definition.severity, options: {} }),
      });
      for (const { locations } of findings)
        for (const { path: file, range } of locations) {
          const length = project.artifacts.get(file)?.text.length ?? 0;
          if (range) expect(range.end).toBeLessThanOrEqual(length);
        }
    }),
    { numRuns: 200 },
  );
}, 120_000);
