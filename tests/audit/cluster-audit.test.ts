import { describe, expect, it } from 'vitest';
import { audit } from '../../src/audit/audit.ts';
import { clusterRules } from '../../src/audit/cluster-rules.ts';
import { settingsFrom } from '../../src/audit/settings.ts';
import { noConfiguration } from '../../src/project/configuration.ts';
import { liveProject } from '../../src/project/live-project.ts';
import { renderJson } from '../../src/report/json.ts';
import { rules } from '../../src/rules/generated.ts';
import { snapshotOf } from '../rules/live-case.ts';

function reportOf(text: string) {
  return audit(
    liveProject(snapshotOf(text), { created: new Map([['registry.example/web:1.4', '2026-11-01T00:00:00Z']]) }),
    {
      rules: clusterRules(rules),
      settings: settingsFrom(noConfiguration, { only: [], skip: [] }),
      peerSettings: new Map(),
      honourIgnoreComments: true,
      today: '2026-11-27',
      baseline: undefined,
      changedPaths: undefined,
      version: '0',
      target: '--cluster',
      clock: () => 0,
      startedAt: 0,
    },
  );
}

const deployment = (spec: string, more = '') => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, uid: d}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: registry.example/web:1.4
${spec.replace(/^/gm, '          ')}
${more}`;

const token = `ghp_${'a1B2'.repeat(9)}`;

describe('the audit of a cluster', () => {
  it('finds secrets in live variables, and prints none', () => {
    const report = reportOf(deployment(`env: [{name: API_TOKEN, value: ${token}}]`));
    expect(report.findings.map(({ rule }) => rule)).toContain('secrets/plain-env-secret');
    expect(renderJson(report)).not.toContain(token);
  });

  it.each([
    [
      'replicas that an autoscaler sets',
      deployment(
        '',
        `---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web, namespace: shop}
spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}, minReplicas: 2, maxReplicas: 4}
`,
      ),
      /replicas-against/,
    ],
    ['a Secret, which is not read', deployment('envFrom: [{secretRef: {name: settings}}]'), /missing-reference/],
    [
      'metrics that are scraped by what was not read',
      deployment('ports: [{name: metrics, containerPort: 9090}]'),
      /scrape-configuration/,
    ],
  ])('says nothing of %s', (_, text, rule) => {
    const found = reportOf(text).findings.map((finding) => finding.rule);
    expect(found.length).toBeGreaterThan(0);
    expect(found.filter((each) => rule.test(each))).toEqual([]);
  });

  it('counts what runs: digests, sizes, ages, pulls, restarts', () => {
    const pod = (name: string, restarts: number) => `---
apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: shop, ownerReferences: [{kind: Deployment, name: web, uid: d, controller: true}]}
spec: {nodeName: node1, containers: [{name: web, image: 'registry.example/web:1.4', imagePullPolicy: Always}]}
status:
  phase: Running
  containerStatuses:
    - {name: web, restartCount: ${restarts}, ready: true, imageID: 'registry.example/web@sha256:${'c'.repeat(64)}', lastState: {terminated: {exitCode: 137, reason: OOMKilled}}}
`;
    const others = `---
apiVersion: v1
kind: Node
metadata: {name: node1}
status:
  nodeInfo: {kubeletVersion: v1.37.2, operatingSystem: linux, architecture: amd64}
  images: [{names: ['registry.example/web@sha256:${'c'.repeat(64)}', 'registry.example/web:1.4'], sizeBytes: 1000}]
---
apiVersion: v1
kind: Event
metadata: {name: e, namespace: shop}
message: 'Successfully pulled image "registry.example/web:1.4" in 2s (3s including waiting). Image size: 400 bytes.'
`;
    const { cluster } = reportOf(deployment('', pod('a', 1) + pod('b', 4) + others)).inventory;
    expect(cluster?.images).toEqual([
      {
        image: 'registry.example/web:1.4',
        registry: 'registry.example',
        digests: [`sha256:${'c'.repeat(64)}`],
        created: '2026-11-01T00:00:00Z',
        ageDays: 26,
        bytes: 1000,
        nodes: 1,
        pullPolicies: ['Always'],
        pulls: { count: 1, medianSeconds: 3, longestSeconds: 3, bytes: 400 },
        runBy: [
          {
            path: 'cluster:shop/deployment/web',
            namespace: 'shop',
            kind: 'deployment',
            name: 'web',
            container: 'web',
            pods: 2,
            restarts: 5,
            lastReason: 'OOMKilled',
          },
        ],
      },
    ]);
    expect(cluster?.nodes).toEqual([
      { name: 'node1', version: 'v1.37.2', platform: 'linux/amd64', images: 1, bytes: 1000 },
    ]);
  });
});
