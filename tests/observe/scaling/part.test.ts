import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { ObservedWorkload } from '../../../src/observe/observe-plan.ts';
import { scalingsOf } from '../../../src/observe/scaling/figures.ts';
import { scalingPart } from '../../../src/observe/scaling/part.ts';
import { plainContainer, planOf } from '../observe-choices.ts';

const metrics: ObservedWorkload['metrics'] = {
  port: 8080,
  path: '/metrics',
  requestMetric: 'http_requests_total',
  durationMetric: undefined,
  scrapedBy: 'annotation',
};
const java = { ...plainContainer, language: 'java' } as const;
const unsized = { ...plainContainer, requests: { cpu: undefined, memory: undefined } };
const sidecar = { ...plainContainer, name: 'proxy', ports: [] };

function decided(workload: Partial<ObservedWorkload>, choices: Parameters<typeof planOf>[1] = {}) {
  const { scaled, unscaled } = scalingsOf(planOf([workload], choices));
  return { ...scaled[0], why: unscaled[0]?.why };
}

describe('what a workload is scaled on', () => {
  it.each([
    ['on CPU, at 70 % of its request', {}, { cpu: { percent: 70 }, requests: undefined, memory: undefined }],
    ['earlier where it is slow to start', { containers: [java] }, { cpu: { percent: 60 } }],
    [
      'by the container that serves, beside a sidecar',
      { containers: [sidecar, plainContainer] },
      { cpu: { container: 'app' } },
    ],
    [
      'on requests where a counter is known: 175m at 10 ms each',
      { metrics },
      { requests: { metric: 'http_requests_per_second', each: 18 } },
    ],
    [
      'on requests alone where no CPU is requested',
      { metrics, containers: [unsized] },
      { cpu: undefined, requests: { each: 10 } },
    ],
    ['from the replicas of its manifest to five times as many', { replicas: 3 }, { minimum: 3, maximum: 15 }],
    ['never with one pod alone', { replicas: 1 }, { minimum: 2, maximum: 10 }],
  ])('%s', (_, workload, expected) => {
    expect(decided(workload)).toMatchObject(expected);
  });

  it('on memory only where it was asked for, at 80 % of the limit', () => {
    expect(decided({}, { memoryScaled: ['web'] }).memory).toMatchObject({ percent: 160 });
    expect(decided({}, { memoryScaled: ['other'] }).memory).toBeUndefined();
  });

  it.each([
    ['it has an autoscaler', { autoscaled: true }, /autoscaler already/],
    ['it keeps data', { alone: 'it keeps data in a volume claim' }, /volume claim/],
    ['it is a StatefulSet', { kind: 'StatefulSet' }, /StatefulSet/],
    ['it is a DaemonSet', { kind: 'DaemonSet' }, /one pod a node/],
    ['nothing sends it requests', { serves: false }, /queue/],
    ['nothing is known of its size', { containers: [unsized] }, /requests CPU/],
    ['its name leads out of the directory', { name: '../../etc/cron.d/x' }, /name/],
    ['its namespace is no name', { namespace: 'a/../b' }, /name/],
    [
      'its counter is no name of a metric',
      { metrics: { ...metrics, requestMetric: 'x"} or up' }, containers: [unsized] },
      /counter/,
    ],
  ])('not at all when %s', (_, workload, why) => {
    const { cpu, requests, ...rest } = decided(workload);
    expect(rest.why).toMatch(why);
    expect([cpu, requests]).toEqual([undefined, undefined]);
  });
});

interface Written {
  readonly kind: string;
  readonly spec: Record<string, unknown>;
}

function objectsOf(workloads: readonly Partial<ObservedWorkload>[], choices: Parameters<typeof planOf>[1] = {}) {
  const files = scalingPart.write(planOf(workloads, choices));
  return new Map(
    files.map(({ path, text }): [string, Written] => [
      path.slice('base/scaling/'.length),
      parseAllDocuments(text)[0]?.toJS(),
    ]),
  );
}

describe('the files of the scaling part', () => {
  it('an autoscaler, a budget and recommended requests for each, and nothing that is there already', () => {
    const files = objectsOf([
      {},
      { name: 'old', autoscaled: true, hasDisruptionBudget: true },
      { name: 'node', kind: 'DaemonSet', replicas: undefined },
      { name: 'db', kind: 'StatefulSet', replicas: 3, namespace: undefined },
      { name: 'single', serves: false, replicas: 1 },
      { name: 'job', kind: 'Job', longRunning: false },
    ]);
    expect([...files.keys()].filter((path) => !path.endsWith('kustomization.yaml')).sort()).toEqual([
      'shop.web-hpa.yaml',
      'shop.web-pdb.yaml',
      'statefulset-db-pdb.yaml',
      'vertical/shop.daemonset-node-vpa.yaml',
      'vertical/shop.old-vpa.yaml',
      'vertical/shop.single-vpa.yaml',
      'vertical/shop.web-vpa.yaml',
      'vertical/statefulset-db-vpa.yaml',
    ]);
    expect(files.get('vertical/shop.web-vpa.yaml')?.spec).toMatchObject({ updatePolicy: { updateMode: 'Off' } });
    expect(files.get('shop.web-pdb.yaml')?.spec).toMatchObject({
      maxUnavailable: 1,
      selector: { matchLabels: { app: 'web' } },
    });
  });

  it('KEDA in place of the autoscaler, never both, and no adapter', () => {
    const files = objectsOf([{ metrics }], { keda: true, stack: 'full' });
    expect([...files.values()].map(({ kind }) => kind)).not.toContain('HorizontalPodAutoscaler');
    expect([...files.keys()].join()).not.toContain('adapter');
    expect(files.get('shop.web-scaledobject.yaml')?.spec).toMatchObject({
      minReplicaCount: 2,
      maxReplicaCount: 10,
      triggers: [
        { type: 'cpu', metricType: 'Utilization', metadata: { value: '70' } },
        {
          type: 'prometheus',
          metadata: {
            threshold: '18',
            query: 'sum(rate(http_requests_total{namespace="shop",pod=~"web-[a-z0-9]+-[a-z0-9]{5}"}[2m]))',
          },
        },
      ],
    });
  });

  it('the rules of the adapter make the metric that the autoscaler asks for', () => {
    const files = objectsOf([{ metrics }], { stack: 'full' });
    const rules: unknown = files.get('adapter/config.yaml');
    expect(rules).toMatchObject({ rules: [{ name: { as: 'http_requests_per_second' } }] });
    const autoscaler = files.get('shop.web-hpa.yaml');
    expect(JSON.stringify(autoscaler?.spec)).toContain('"name":"http_requests_per_second"');
    expect(objectsOf([{}], { stack: 'full' }).has('adapter/config.yaml')).toBe(false);
    expect(objectsOf([{ metrics }], {}).has('adapter/deployment.yaml')).toBe(false);
  });

  it('no budget with a selector that would choose every pod', () => {
    expect(objectsOf([{ selector: new Map() }]).has('shop.web-pdb.yaml')).toBe(false);
  });

  it('labels that mean something else in YAML stay what they are', () => {
    const selector = new Map([
      ['on', 'yes'],
      ['a"b', '1e3'],
    ]);
    expect(objectsOf([{ selector }]).get('shop.web-pdb.yaml')?.spec).toMatchObject({
      selector: { matchLabels: { on: 'yes', 'a"b': '1e3' } },
    });
  });
});
