import { describe, expect, it } from 'vitest';
import { goDurationSeconds } from '../../../src/kubernetes/go-duration.ts';
import { imageFinder, imagesOf } from '../../../src/observe/exporter/node-images.ts';
import { pullEventOf } from '../../../src/observe/exporter/pull-events.ts';
import { pullHistory } from '../../../src/observe/exporter/pull-history.ts';
import { containersOf, jobOwners } from '../../../src/observe/exporter/running-container.ts';

const digest = `sha256:${'a'.repeat(64)}`;

const pod = (owner: object | undefined, labels: object = {}, more: object = {}) => ({
  metadata: {
    name: 'web-7c5596dcbd-pffsm',
    namespace: 'shop',
    labels,
    ...(owner && { ownerReferences: [{ controller: true, ...owner }] }),
  },
  spec: { nodeName: 'n1', containers: [{ name: 'web', image: 'shop/web:1.4', imagePullPolicy: 'Always' }] },
  status: {
    phase: 'Running',
    containerStatuses: [
      {
        name: 'web',
        imageID: `docker.io/shop/web@${digest}`,
        restartCount: 3,
        lastState: { terminated: { reason: 'OOMKilled' } },
        state: { waiting: { reason: 'CrashLoopBackOff' } },
      },
    ],
  },
  ...more,
});

describe('the workload of a pod', () => {
  const hash = { 'pod-template-hash': '7c5596dcbd' };
  it.each([
    ['of a Deployment', { kind: 'ReplicaSet', name: 'web-7c5596dcbd' }, hash, 'Deployment web'],
    ['of a ReplicaSet of its own', { kind: 'ReplicaSet', name: 'web-7c5596dcbd' }, {}, 'ReplicaSet web-7c5596dcbd'],
    ['of a StatefulSet', { kind: 'StatefulSet', name: 'db' }, {}, 'StatefulSet db'],
    ['of a Job that a CronJob made', { kind: 'Job', name: 'report-29384756' }, {}, 'CronJob report'],
    ['of a Job', { kind: 'Job', name: 'migrate' }, {}, 'Job migrate'],
    ['that nobody made', undefined, {}, 'Pod web-7c5596dcbd-pffsm'],
  ])('%s', (_, owner, labels, expected) => {
    const jobs = jobOwners([
      {
        metadata: {
          name: 'report-29384756',
          namespace: 'shop',
          ownerReferences: [{ controller: true, kind: 'CronJob', name: 'report' }],
        },
      },
      { metadata: { name: 'migrate', namespace: 'shop' } },
    ]);
    const [container] = containersOf(pod(owner, labels), jobs);
    expect(`${container?.workload.kind} ${container?.workload.name}`).toBe(expected);
  });

  it('tells digest, restarts and why', () => {
    expect(containersOf(pod(undefined), new Map())).toEqual([
      {
        workload: { namespace: 'shop', kind: 'Pod', name: 'web-7c5596dcbd-pffsm' },
        pod: 'web-7c5596dcbd-pffsm',
        node: 'n1',
        container: 'web',
        image: 'shop/web:1.4',
        digest,
        pullPolicy: 'Always',
        restarts: 3,
        lastReason: 'OOMKilled',
        waiting: 'CrashLoopBackOff',
      },
    ]);
  });

  it('a pod that is over is none that runs', () => {
    expect(containersOf(pod(undefined, {}, { status: { phase: 'Succeeded' } }), new Map())).toEqual([]);
  });

  it.each([[null], ['text'], [{}], [{ spec: { containers: 'many' } }], [{ spec: { containers: [null, 3] } }]])(
    'reads nothing of %j and goes on',
    (value) => {
      expect(containersOf(value, new Map())).toEqual([]);
    },
  );
});

describe('pulls, in the words of the kubelet', () => {
  const event = (reason: string, message: string, more: object = {}) => ({
    metadata: { uid: 'u1' },
    reason,
    message,
    involvedObject: { kind: 'Pod', namespace: 'shop', name: 'web-1', fieldPath: 'spec.containers{web}' },
    lastTimestamp: '2026-11-27T10:00:00Z',
    ...more,
  });

  it.each([
    [
      'measured',
      'Pulled',
      'Successfully pulled image "shop/web:1.4" in 1.2s (1m1.5s including waiting). Image size: 53477376 bytes.',
      { result: 'pulled', seconds: 1.2, secondsWithWaiting: 61.5, bytes: 53477376 },
    ],
    [
      'of a kubelet before 1.30, without a size',
      'Pulled',
      'Successfully pulled image "shop/web:1.4" in 340ms (340ms including waiting)',
      { result: 'pulled', seconds: 0.34, secondsWithWaiting: 0.34, bytes: undefined },
    ],
    [
      'there already',
      'Pulled',
      'Container image "shop/web:1.4" already present on machine and can be accessed by the pod',
      { result: 'present', seconds: undefined },
    ],
    ['failed', 'Failed', 'Failed to pull image "shop/web:1.4": not found', { result: 'failed' }],
  ])('%s', (_, reason, message, expected) => {
    expect(pullEventOf(event(reason, message))).toMatchObject({ image: 'shop/web:1.4', container: 'web', ...expected });
  });

  it.each([
    ['another reason', event('Created', 'Container created')],
    ['another failure', event('Failed', 'Error: ErrImagePull')],
    [
      'no container',
      event('Pulled', 'Container image "a" already present on machine', { involvedObject: { kind: 'Pod' } }),
    ],
    ['nothing', null],
  ])('%s is none', (_, value) => {
    expect(pullEventOf(value)).toBeUndefined();
  });

  it.each([
    ['1.2s', 1.2],
    ['1h2m3.5s', 3723.5],
    ['850µs', 0.00085],
    ['3 s', undefined],
    ['', undefined],
    ['fast', undefined],
  ])('duration %j', (text, seconds) => {
    const found = goDurationSeconds(text);
    if (seconds === undefined) expect(found).toBeUndefined();
    else expect(found).toBeCloseTo(seconds, 8);
  });

  it('are counted from the start of the exporter on, each once, and kept when the event is gone', () => {
    const containers = containersOf(pod(undefined), new Map());
    const of = (count: number) =>
      pullEventOf(
        event('Pulled', 'Successfully pulled image "shop/web:1.4" in 2s (2s including waiting). Image size: 5 bytes.', {
          count,
          involvedObject: {
            kind: 'Pod',
            namespace: 'shop',
            name: 'web-7c5596dcbd-pffsm',
            fieldPath: 'spec.containers{web}',
          },
        }),
      );
    const history = pullHistory();
    const take = (count: number | undefined) => {
      const known = count === undefined ? undefined : of(count);
      history.take(known ? [known] : [], containers);
      const [entry] = history.pulls.values();
      return [entry?.counts.pulled, entry?.counts.last?.seconds];
    };
    expect(take(2)).toEqual([0, 2]);
    expect(take(2)).toEqual([0, 2]);
    expect(take(4)).toEqual([2, 2]);
    expect(take(undefined)).toEqual([2, 2]);
    history.take([], []);
    expect(history.pulls.size).toBe(0);
  });
});

describe('the image that a node holds', () => {
  const node = {
    metadata: { name: 'n1' },
    status: {
      images: [
        { names: [`docker.io/shop/web@${digest}`, 'docker.io/shop/web:1.4'], sizeBytes: 100 },
        { names: ['docker.io/library/redis:latest'], sizeBytes: 7 },
        { names: null, sizeBytes: 1 },
        { names: ['x'], sizeBytes: 'large' },
      ],
    },
  };
  const find = imageFinder(imagesOf(node));
  it.each([
    ['by digest, whatever it is called', { image: 'other', digest, node: 'n1' }, 100],
    ['by its name in full', { image: 'shop/web:1.4', digest: undefined, node: 'n1' }, 100],
    ['by the shortest name', { image: 'redis', digest: undefined, node: 'n1' }, 7],
    ['not on another node', { image: 'redis', digest: undefined, node: 'n2' }, undefined],
    ['not by another tag', { image: 'shop/web:1.5', digest: undefined, node: 'n1' }, undefined],
  ])('%s', (_, container, bytes) => {
    expect(find(container)?.bytes).toBe(bytes);
  });
});
