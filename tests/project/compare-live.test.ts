import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { isJsonObject } from '../../src/core/json-object.ts';
import { readManifests } from '../../src/kubernetes/manifest.ts';
import { differences } from '../../src/project/compare-live.ts';

/** `kind field manifest → live` of each difference between two specs of a Deployment. */
function compared(manifest: string, live: string, skip: readonly string[] = []): string[] {
  const head = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n';
  const body = (text: string) => head + text.replace(/^/gm, '  ');
  const [object] = readManifests({ path: 'a.yaml', text: body(manifest), encoding: 'utf-8' }).objects;
  const value: unknown = parse(body(live));
  if (!object || !isJsonObject(value)) throw new Error('no object');
  return differences(object.node, value, new Set(skip)).map(
    ({ kind, field, manifest: one, live: other, only }) =>
      `${kind} ${field.replace('spec.template.spec.', '')} ${one ?? '-'} → ${other ?? '-'}${only ? ` only ${only}` : ''}`,
  );
}

const container = (text: string) => `template: {spec: {containers: [{name: a, ${text}}]}}`;

describe('no difference is', () => {
  it.each([
    [
      'what only the server wrote',
      'replicas: 1',
      'replicas: 1\nrevisionHistoryLimit: 10\nstrategy: {type: RollingUpdate}',
    ],
    [
      'what is empty',
      'strategy: {}\npaused: null\ntemplate: {spec: {securityContext: {}, volumes: []}}',
      'template: {spec: {}}',
    ],
    ['a false that was left out', 'paused: false', 'replicas: 1'],
    [
      'an amount in other words',
      container('resources: {limits: {cpu: 0.5, memory: 1024Mi}}'),
      container('resources: {limits: {cpu: 500m, memory: 1Gi}}'),
    ],
    [
      'a request that is the limit',
      container('resources: {limits: {cpu: 1}}'),
      container('resources: {limits: {cpu: "1"}, requests: {cpu: "1"}}'),
    ],
    [
      'an octal mode',
      'template: {spec: {volumes: [{name: v, secret: {defaultMode: 0644}}]}}',
      'template: {spec: {volumes: [{name: v, secret: {defaultMode: 420}}]}}',
    ],
    ['an image in full', container('image: nginx'), container('image: "docker.io/library/nginx:latest"')],
    [
      'the order of a keyed list',
      container('env: [{name: B, value: "2"}, {name: A, value: "1"}]'),
      container('env: [{name: A, value: "1"}, {name: B, value: "2"}]'),
    ],
    [
      'the first of two variables of one name',
      container('env: [{name: A, value: "1"}, {name: A, value: "2"}]'),
      container('env: [{name: A, value: "1"}, {name: A, value: "2"}]'),
    ],
    [
      'two protocols of one port',
      container('ports: [{containerPort: 53}, {containerPort: 53, protocol: UDP}]'),
      container('ports: [{containerPort: 53, protocol: TCP}, {containerPort: 53, protocol: UDP}]'),
    ],
    ['a number for a text', 'minReadySeconds: 5', 'minReadySeconds: "5"'],
  ])('%s', (_, manifest, live) => {
    expect(compared(manifest, live)).toEqual([]);
  });

  it('what somebody else owns', () => {
    expect(compared('replicas: 2', 'replicas: 7', ['replicas'])).toEqual([]);
  });
});

describe('a difference is', () => {
  it.each([
    ['replicas', 'replicas: 2', 'replicas: 5', ['replicas spec.replicas 2 → 5']],
    ['an image', container('image: a:1'), container('image: a:2'), ['image containers[a].image a:1 → a:2']],
    [
      'an image by digest',
      container('image: a:1'),
      container(`image: "a:1@sha256:${'0'.repeat(64)}"`),
      [`image containers[a].image a:1 → a:1@sha256:${'0'.repeat(64)}`],
    ],
    [
      'a variable, without its value',
      container('env: [{name: A, value: one}]'),
      container('env: [{name: A, value: two}]'),
      ['env containers[a].env[A].value - → -'],
    ],
    [
      'a variable that was added',
      container('env: []'),
      container('env: [{name: A, value: two}]'),
      ['env containers[a].env[A] - → - only live'],
    ],
    [
      'a variable that was taken away',
      container('env: [{name: A, value: one}]'),
      container('image: a'),
      ['env containers[a].env[A] - → - only manifest'],
    ],
    [
      'a limit',
      container('resources: {limits: {memory: 64Mi}}'),
      container('resources: {limits: {memory: 128Mi}}'),
      ['resources containers[a].resources.limits.memory 64Mi → 128Mi'],
    ],
    [
      'a limit that was added',
      container('resources: {requests: {cpu: 1}}'),
      container('resources: {requests: {cpu: "1"}, limits: {cpu: "2"}}'),
      ['resources containers[a].resources.limits.cpu - → 2 only live'],
    ],
    [
      'a container that was added',
      container('image: a'),
      'template: {spec: {containers: [{name: a, image: a}, {name: b, image: b}]}}',
      ['container containers[b] - → - only live'],
    ],
    [
      'a container that is not there',
      'template: {spec: {containers: [{name: a}, {name: b, image: b}]}}',
      container('image: a'),
      ['container containers[b] - → - only manifest'],
    ],
    [
      'an argument, without its text',
      container('args: ["--token=x"]'),
      container('args: ["--token=y"]'),
      ['other containers[a].args[0] - → -'],
    ],
    [
      'an argument more',
      container('args: ["-v"]'),
      container('args: ["-v", "-x"]'),
      ['other containers[a].args - → -'],
    ],
    [
      'a number',
      container('livenessProbe: {periodSeconds: 5}'),
      container('livenessProbe: {periodSeconds: 10}'),
      ['other containers[a].livenessProbe.periodSeconds 5 → 10'],
    ],
  ])('%s', (_, manifest, live, expected) => {
    expect(compared(manifest, live)).toEqual(expected);
  });
});

describe('the data of a ConfigMap', () => {
  const dataOf = (manifest: string, live: string) => {
    const head = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n';
    const [object] = readManifests({ path: 'a.yaml', text: head + manifest, encoding: 'utf-8' }).objects;
    const value: unknown = parse(head + live);
    if (!object || !isJsonObject(value)) throw new Error('no object');
    return differences(object.node, value, new Set()).map(({ field, manifest: one, live: other, only }) => {
      expect([one, other]).toEqual([undefined, undefined]);
      return only ? `${field} only ${only}` : field;
    });
  };

  it.each<[string, string, string, string[]]>([
    ['the same', 'data: {a: x, status: "1"}', 'data: {a: x, status: "1"}', []],
    ['a key of the name status', 'data: {status: up}', 'data: {status: down}', ['data.status']],
    [
      'a key of the name creationTimestamp',
      'data: {creationTimestamp: a}',
      'data: {creationTimestamp: b}',
      ['data.creationTimestamp'],
    ],
    ['amounts in other words', 'data: {value: "1"}', 'data: {value: "1000m"}', ['data.value']],
    ['images in other words', 'data: {image: nginx}', 'data: {image: "nginx:latest"}', ['data.image']],
    ['white space at the end', 'data: {a: "x\\n"}', 'data: {a: x}', ['data.a']],
    [
      'an empty text that was taken away',
      'data: {a: ""}',
      'data: {b: ""}',
      ['data.a only manifest', 'data.b only live'],
    ],
    ['nothing', 'data: {a: }', 'data: {a: ""}', []],
    ['what every object inherits', 'data: {constructor: ""}', 'data: {}', ['data.constructor only manifest']],
    ['no data', 'data: {a: x}', 'immutable: true', ['data.a only manifest']],
    ['data by hand', 'immutable: true', 'data: {__proto__: x, a: x}', ['data.__proto__ only live', 'data.a only live']],
    ['Base64 in several lines', 'binaryData:\n  a: |\n    AAEC\n    AwQ=', 'binaryData: {a: AAECAwQ=}', []],
    ['other bytes', 'binaryData: {a: AAECAwQ=}', 'binaryData: {a: AAECAwU=}', ['binaryData.a']],
  ])('%s', (_, manifest, live, expected) => {
    expect(dataOf(manifest, live)).toEqual(expected);
  });
});

it('a label may be called as what the server writes', () => {
  const labels = (value: string) => `template: {metadata: {labels: {status: ${value}, creationTimestamp: ${value}}}}`;
  expect(compared(labels('a'), labels('b'))).toHaveLength(2);
  const made = 'template: {metadata: {creationTimestamp: "2026-01-01T00:00:00Z"}}';
  expect(compared(`${made}\nstatus: {replicas: 1}`, 'template: {metadata: {}}')).toEqual([]);
});
