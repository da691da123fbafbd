import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { askApiServer } from '../../benchmarks/manifests/api-server.ts';
import { alertmanagerPart } from '../../src/observe/alertmanager/part.ts';
import type { StackKind } from '../../src/observe/observe-plan.ts';
import { scalingPart } from '../../src/observe/scaling/part.ts';
import { allReceivers, plainWorkload, planOf } from '../observe/observe-choices.ts';
import { defineKinds } from './define-kinds.ts';

// A real API server takes all objects of the Alertmanager and scaling parts with strict validation. Of the kinds that are not Kubernetes' own it
// has the definitions that their projects publish in Go modules, as the operators' own admission is not asked.

const definitions: readonly (readonly [module: string, files: readonly string[]])[] = [
  [
    'github.com/prometheus-operator/prometheus-operator@v0.85.0',
    ['alertmanagers', 'alertmanagerconfigs'].map(
      (kind) => `example/prometheus-operator-crd/monitoring.coreos.com_${kind}.yaml`,
    ),
  ],
  ['github.com/kedacore/keda/v2@v2.21.0', ['config/crd/bases/keda.sh_scaledobjects.yaml']],
  ['k8s.io/autoscaler/vertical-pod-autoscaler@v1.8.1', ['deploy/vpa-v1-crd-gen.yaml']],
];

const missing =
  spawnSync('scripts/cluster', ['check', 'api']).status !== 0 || spawnSync('go', ['version']).status !== 0;
const reason = 'the API server of Kubernetes or Go is missing: scripts/system-parts cluster';
const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-objects-'));
const kubeconfig = path.join(directory, 'cluster', 'kubeconfig');

beforeAll(async () => {
  if (missing && process.env.CI === 'true') throw new Error(reason);
  if (missing) return;
  const started = spawnSync('scripts/cluster', ['up', path.join(directory, 'cluster'), 'api'], { encoding: 'utf8' });
  if (started.status !== 0) throw new Error(started.stderr);
  const files = definitions.flatMap(([module, paths]) => paths.map((each) => path.join(moduleDirectory(module), each)));
  await defineKinds((args) => must('kubectl', ['--kubeconfig', kubeconfig, ...args]), files);
}, 300_000);
beforeEach((context) => {
  if (missing) context.skip(reason);
});
afterAll(() => {
  if (!missing) spawnSync('scripts/cluster', ['down', path.join(directory, 'cluster')]);
  rmSync(directory, { recursive: true, force: true });
}, 60_000);

function moduleDirectory(module: string): string {
  const { Dir }: { readonly Dir: string } = JSON.parse(must('go', ['mod', 'download', '-json', module]));
  return Dir;
}

function must(command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    env: { ...process.env, GOFLAGS: '-mod=mod' },
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: exit ${status}\n${stderr}\n${stdout}`);
  return stdout;
}

const metrics = {
  port: 8080,
  path: '/metrics',
  requestMetric: 'http_requests_total',
  durationMetric: undefined,
  scrapedBy: 'annotation',
} as const;
const [container] = plainWorkload.containers;
const workloads = [
  { metrics, team: 'shop' },
  { name: 'two', containers: container ? [container, { ...container, name: 'proxy', ports: [] }] : [] },
  { kind: 'StatefulSet', name: 'db', replicas: 3 },
  { kind: 'DaemonSet', name: 'agent', namespace: undefined },
];
const quietHours = { from: '22:00', to: '07:00', zone: 'Europe/Berlin', weekends: true };
const stacks: readonly StackKind[] = ['config', 'full', 'operator'];

/** The kustomization's objects, one text each. */
function render(name: string, directoryOf: string): string[] {
  const text = must('kubectl', ['kustomize', path.join(directory, name, directoryOf)]);
  return text.split(/^---$/m).filter((each) => each.trim() !== '');
}

describe('a real API server takes', () => {
  it.each(stacks.flatMap((stack) => [false, true].map((keda) => [stack, keda] as const)))(
    'stack %s, KEDA %s',
    (stack, keda) => {
      const plan = planOf(workloads, { stack, keda, receivers: allReceivers, quietHours, memoryScaled: ['web'] });
      const name = `${stack}-${keda}`;
      for (const file of [...alertmanagerPart.write(plan), ...scalingPart.write(plan)]) {
        const place = path.join(directory, name, file.path);
        mkdirSync(path.dirname(place), { recursive: true });
        writeFileSync(place, file.text);
      }
      const template = readFileSync(path.join(directory, name, 'base/alertmanager/secret.yaml.template'), 'utf8');
      const objects = [
        template,
        ...['base/alertmanager', 'base/scaling', 'base/scaling/vertical'].flatMap((each) => render(name, each)),
      ];
      const refused = askApiServer(kubeconfig, objects).filter(({ accepted }) => !accepted);
      expect(refused).toEqual([]);
      const kinds = new Set(objects.map((each) => /^kind: (\w+)$/m.exec(each)?.[1]));
      expect(kinds.has(keda ? 'ScaledObject' : 'HorizontalPodAutoscaler')).toBe(true);
      expect(kinds.has(keda ? 'HorizontalPodAutoscaler' : 'ScaledObject')).toBe(false);
      expect(kinds.has('AlertmanagerConfig')).toBe(stack === 'operator');
      expect(kinds.has('StatefulSet')).toBe(stack === 'full');
    },
  );
});
