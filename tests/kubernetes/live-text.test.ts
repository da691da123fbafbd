import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusterObjectOf } from '../../src/kubernetes/cluster-object.ts';
import { imagePull } from '../../src/kubernetes/image-pull.ts';
import { liveText } from '../../src/kubernetes/live-text.ts';
import { readYaml } from '../../src/kubernetes/read-yaml.ts';
import type { YamlNode } from '../../src/kubernetes/yaml-node.ts';
import { yamlText } from '../../src/kubernetes/yaml-text.ts';

function textOf(value: unknown): string {
  const object = clusterObjectOf(value);
  if (!object) throw new Error('no object');
  return liveText(object);
}

describe('the text of a live object', () => {
  it('is what its user would have written', () => {
    const text = textOf({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        name: 'web',
        namespace: 'shop',
        uid: 'u',
        resourceVersion: '7',
        generation: 2,
        creationTimestamp: '2026-11-27T10:00:00Z',
        labels: { app: 'web' },
        annotations: {
          'deployment.kubernetes.io/revision': '2',
          'kubectl.kubernetes.io/last-applied-configuration': '{"token":"hunter2"}',
          'example.org/owner': 'team a',
        },
        managedFields: [{}],
      },
      spec: {
        progressDeadlineSeconds: 600,
        replicas: 2,
        revisionHistoryLimit: 10,
        selector: { matchLabels: { app: 'web' } },
        strategy: { rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' }, type: 'RollingUpdate' },
        template: {
          metadata: { creationTimestamp: null, labels: { app: 'web' } },
          spec: {
            containers: [
              {
                env: [
                  { name: 'A', value: 'yes' },
                  { name: 'IP', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'status.podIP' } } },
                ],
                image: 'nginx:1.27',
                imagePullPolicy: 'IfNotPresent',
                name: 'web',
                ports: [{ containerPort: 8080, protocol: 'TCP' }],
                readinessProbe: {
                  failureThreshold: 3,
                  periodSeconds: 5,
                  successThreshold: 1,
                  tcpSocket: { port: 8080 },
                  timeoutSeconds: 1,
                },
                resources: {},
                terminationMessagePath: '/dev/termination-log',
                terminationMessagePolicy: 'File',
              },
            ],
            dnsPolicy: 'ClusterFirst',
            restartPolicy: 'Always',
            schedulerName: 'default-scheduler',
            securityContext: {},
            serviceAccount: 'web',
            serviceAccountName: 'web',
            terminationGracePeriodSeconds: 30,
            volumes: [{ name: 'c', configMap: { name: 'c', defaultMode: 420 } }],
          },
        },
      },
      status: { replicas: 2 },
    });
    expect(text).toBe(`apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
  labels:
    app: web
  annotations:
    example.org/owner: "team a"
spec:
  replicas: 2
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
      - env:
        - name: A
          value: "yes"
        - name: IP
          valueFrom:
            fieldRef:
              fieldPath: status.podIP
        image: nginx:1.27
        name: web
        ports:
        - containerPort: 8080
        readinessProbe:
          periodSeconds: 5
          tcpSocket:
            port: 8080
      serviceAccountName: web
      volumes:
      - name: c
        configMap:
          name: c
`);
  });

  it.each([
    ['nginx', 'Always', false],
    ['nginx:latest', 'Always', false],
    ['nginx:1.27', 'Always', true],
    ['nginx:1.27', 'IfNotPresent', false],
    ['nginx:latest', 'IfNotPresent', true],
    [`nginx@sha256:${'a'.repeat(64)}`, 'IfNotPresent', false],
  ])('of %s with the policy %s keeps it where it is a choice', (image, imagePullPolicy, kept) => {
    const spec = { containers: [{ name: 'a', image, imagePullPolicy }] };
    expect(textOf({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec }).includes('imagePullPolicy')).toBe(
      kept,
    );
  });

  it('keeps what makes an init container a sidecar', () => {
    const initContainers = [{ name: 'proxy', image: 'a:1', restartPolicy: 'Always' }];
    const spec = { initContainers, containers: [{ name: 'a', image: 'a:1' }], restartPolicy: 'Always' };
    const text = textOf({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec });
    expect(text.match(/restartPolicy/g)).toHaveLength(1);
  });

  it('of a pod has none of what admission puts into it', () => {
    const token = { name: 'kube-api-access-x1', projected: { defaultMode: 420, sources: [] } };
    const spec = {
      containers: [{ name: 'a', image: 'a:1', volumeMounts: [{ name: 'kube-api-access-x1', mountPath: '/var/run' }] }],
      nodeName: 'node1',
      priority: 0,
      serviceAccountName: 'default',
      serviceAccount: 'default',
      tolerations: [
        { key: 'node.kubernetes.io/not-ready', effect: 'NoExecute', operator: 'Exists', tolerationSeconds: 300 },
      ],
      volumes: [token],
    };
    expect(textOf({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, spec })).toBe(
      'apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n  - name: a\n    image: a:1\n',
    );
  });
});

describe('YAML text', () => {
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        'yes',
        '0x1f',
        '1e3',
        '- a',
        'a: b',
        '# no',
        '2026-11-27',
        '---',
        '~',
        '',
        'a:b',
        '\u0085\u2028',
        '\r\n',
      ),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.string({ unit: 'binary' }), tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  })).value;

  it('is read as the value that it was written from', () => {
    fc.assert(
      fc.property(json, (value) => {
        // Half a surrogate pair is no text of a cluster: JSON over HTTP is UTF-8.
        const whole = JSON.parse(Buffer.from(JSON.stringify({ value })).toString('utf8'));
        fc.pre(!JSON.stringify(whole).includes('\\ud'));
        const { documents, problems } = readYaml({ path: 'a', text: yamlText(whole), encoding: 'utf-8' });
        expect(problems).toEqual([]);
        expect(documents.map(({ root }) => plain(root))).toEqual([normal(whole)]);
      }),
    );
  });
});

function plain(node: YamlNode): unknown {
  if (node.kind === 'sequence') return node.items.map(plain);
  if (node.kind === 'map')
    return Object.fromEntries(node.entries.map(({ key, value }) => [`${key.text}`, plain(value)]));
  return node.value;
}

/** As Kubernetes reads it: `-0` is 0. */
function normal(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe('a pull that an event tells of', () => {
  const event = (message: string) =>
    clusterObjectOf({
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: 'e', namespace: 'shop' },
      involvedObject: { kind: 'Pod', name: 'web-1', namespace: 'shop' },
      source: { host: 'node1' },
      message,
    });
  it.each([
    [
      'Successfully pulled image "nginx:1.27" in 1.2s (1m3.5s including waiting). Image size: 71000000 bytes.',
      63.5,
      71_000_000,
    ],
    ['Successfully pulled image "nginx:1.27" in 820ms (820ms including waiting)', 0.82, undefined],
    ['Successfully pulled image "nginx:1.27" in 2.5s', 2.5, undefined],
  ])('%s', (message, seconds, bytes) => {
    const told = event(message);
    const pull = told && imagePull(told);
    expect(pull).toEqual({
      namespace: 'shop',
      pod: 'web-1',
      image: 'nginx:1.27',
      node: 'node1',
      seconds: expect.closeTo(seconds),
      bytes,
    });
  });
  it.each(['Container image "nginx" already present on machine', 'Successfully pulled image "a" in soon'])(
    'not: %s',
    (message) => {
      const told = event(message);
      expect(told && imagePull(told)).toBeUndefined();
    },
  );
});
