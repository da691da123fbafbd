import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readBake } from '../../src/kubernetes/bake.ts';
import { readKustomizations } from '../../src/kubernetes/kustomize.ts';
import { mayHoldManifests, readManifests } from '../../src/kubernetes/manifest.ts';
import { isScraped } from '../../src/kubernetes/monitors.ts';
import { readCompose } from '../../src/kubernetes/read-compose.ts';
import { workloadsOf } from '../../src/kubernetes/read-workload.ts';
import { autoscalersOf, dataOf, disruptionBudgetsOf, servicesOf } from '../../src/kubernetes/relations.ts';
import { readSelector, selects } from '../../src/kubernetes/selector.ts';
import { readSkaffold } from '../../src/kubernetes/skaffold.ts';

const read = (text: string) => readManifests({ path: 'a.yaml', text, encoding: 'utf-8' });
const names = (text: string) => read(text).objects.map(({ kind, name }) => `${kind}/${name}`);

describe('objects', () => {
  test.each<[string, string, string[]]>([
    ['YAML', 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}', ['Pod/a']],
    ['JSON', '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}', ['Pod/a']],
    [
      'JSON with tabs',
      '{\n\t"apiVersion": "v1",\n\t"kind": "Pod",\n\t"metadata": {\n\t\t"name": "a"\n\t}\n}\n',
      ['Pod/a'],
    ],
    [
      'Windows line ends and a byte order mark',
      '\uFEFFapiVersion: v1\r\nkind: Pod\r\nmetadata:\r\n  name: a\r\n',
      ['Pod/a'],
    ],
    [
      'several documents',
      'apiVersion: v1\nkind: Pod\n---\n# nothing\n---\napiVersion: v1\nkind: Node\n',
      ['Pod/', 'Node/'],
    ],
    ['a generated name', 'apiVersion: v1\nkind: Pod\nmetadata: {generateName: a-}', ['Pod/a-']],
    ['a list', 'apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Pod, metadata: {name: a}}, 3]', ['Pod/a']],
    ['a list of lists', 'apiVersion: v1\nkind: PodList\nitems: [{apiVersion: v1, kind: List, items: []}]', []],
    [
      'an object of a kind that ends in List',
      'apiVersion: x/v1\nkind: AllowList\nmetadata: {name: a}',
      ['AllowList/a'],
    ],
    ['something else', 'services: {a: {}}', []],
    ['a scalar', 'apiVersion kind', []],
    ['a file for a tool', 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization', []],
    [
      'an environment of Tanka',
      '{"apiVersion": "tanka.dev/v1alpha1", "kind": "Environment", "metadata": {"name": "environments/a"}}',
      [],
    ],
  ])('of %s', (_, text, expected) => {
    expect(names(text)).toEqual(expected);
  });

  test('of a list have their own places', () => {
    const text =
      'apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n- apiVersion: v1\n  kind: Pod\n';
    const [first, second] = read(text).objects;
    expect(first && text.slice(first.range.start, first.range.end)).toBe(
      'apiVersion: v1\n  kind: Pod\n  metadata: {name: a}',
    );
    expect(second?.place.range.start).toBe(text.lastIndexOf('Pod'));
  });

  test('after one that is no YAML are still read', () => {
    const { objects, problems } = read('kind: [\n---\napiVersion: v1\nkind: Pod\n');
    expect(objects).toHaveLength(1);
    expect(problems).toHaveLength(1);
  });

  test.each([
    ['apiVersion: v1\nkind: Pod', true],
    ['{"apiVersion":"v1","kind":"Pod"}', true],
    ['services: {}', false],
  ])('may be in %j: %s', (text, expected) => {
    expect(mayHoldManifests(text)).toBe(expected);
  });
});

describe('a selector', () => {
  const labels = new Map([
    ['app', 'web'],
    ['tier', 'front'],
  ]);
  const selector = (text: string) =>
    readSelector(read(`{apiVersion: a, kind: b, s: ${text}}`).objects[0]?.node.entries[2]?.value);

  test.each([
    ['{}', true],
    ['{matchLabels: {app: web}}', true],
    ['{matchLabels: {app: web, tier: back}}', false],
    ['{matchExpressions: [{key: app, operator: In, values: [api, web]}]}', true],
    ['{matchExpressions: [{key: app, operator: NotIn, values: [web]}]}', false],
    ['{matchExpressions: [{key: zone, operator: NotIn, values: [a]}]}', true],
    ['{matchExpressions: [{key: tier, operator: Exists}]}', true],
    ['{matchExpressions: [{key: tier, operator: DoesNotExist}]}', false],
    ['{matchExpressions: [{key: tier, operator: Like}]}', false],
  ])('%s', (text, expected) => {
    const found = selector(text);
    expect(found && selects(found, labels)).toBe(expected);
  });
});

describe('data', () => {
  test.each([
    [
      'Secret',
      'data: {a: Yg==}\nstringData: {c: d}',
      [
        ['c', false],
        ['a', true],
      ],
    ],
    [
      'ConfigMap',
      'data: {a: b}\nbinaryData: {c: ZA==}',
      [
        ['a', false],
        ['c', true],
      ],
    ],
    ['Pod', 'data: {a: b}', []],
  ])('of a %s', (kind, text, expected) => {
    const object = read(`apiVersion: v1\nkind: ${kind}\n${text}\n`).objects[0];
    expect(object && dataOf(object).map(({ key, base64 }) => [key.text, base64])).toEqual(expected);
  });
});

/** YAML of the right words in any order and of any shape. */
const anyManifest = (() => {
  const word = fc.constantFrom(
    ...[
      'apiVersion',
      'kind',
      'metadata',
      'name',
      'spec',
      'template',
      'containers',
      'image',
      'env',
      'valueFrom',
      'volumes',
    ],
    ...[
      'resources',
      'limits',
      'securityContext',
      'selector',
      'services',
      'build',
      'extends',
      'ports',
      'environment',
      'items',
    ],
    ...[
      'patches',
      'patch',
      'target',
      'path',
      'images',
      'newTag',
      'replicas',
      'labels',
      'pairs',
      'literals',
      'artifacts',
      'docker',
    ],
    ...[
      'configMapGenerator',
      'namePrefix',
      'patchesStrategicMerge',
      'healthcheck',
      'livenessProbe',
      'httpGet',
      '$patch',
      'inherits',
    ],
  );
  const leaf = fc.oneof(
    word,
    fc.constantFrom(
      'v1',
      'apps/v1',
      'Deployment',
      'Pod',
      'Service',
      'List',
      'HorizontalPodAutoscaler',
      'a.yaml',
      '8080:80',
      'a=b',
    ),
    fc.constantFrom('- {op: remove, path: /spec}', 'skaffold/v4beta1', 'batch/v1', 'CronJob', '.', '..', 'delete'),
    fc.constantFrom<(string | number | boolean | null)[]>(null, true, 1, 0.5, ''),
  );
  return fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { maxDepth: 6, depthSize: 'medium' },
      leaf,
      fc.array(tie('node'), { maxLength: 4 }),
      fc.dictionary(word, tie('node'), { maxKeys: 6 }),
    ),
  })).node;
})();

describe('any manifest', () => {
  const shapes = [
    (node: unknown) => node,
    (spec: unknown) => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'a' },
      spec: { template: { spec } },
    }),
    (containers: unknown) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      spec: { containers: [containers], volumes: containers },
    }),
    (service: unknown) => ({ services: { a: service, b: { extends: 'a' } } }),
    (spec: unknown) => ({ apiVersion: 'v1', kind: 'Service', metadata: spec, spec }),
    (build: unknown) => ({ apiVersion: 'skaffold/v4', build: { artifacts: [build] }, target: { a: build } }),
    (patch: unknown) => ({
      resources: ['a.yaml'],
      patches: [{ patch: JSON.stringify(patch) }],
      images: patch,
      labels: patch,
      namePrefix: 'x',
    }),
  ];

  test('is read and looked at from all sides without an exception', () => {
    fc.assert(
      fc.property(anyManifest, fc.constantFrom(...shapes), (node, shape) => {
        const text = JSON.stringify(shape(node)) ?? '';
        const artifact = { path: 'kustomization.yaml', text, encoding: 'utf-8' as const };
        const pod = '{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: a}]}}';
        const own = read(text).objects;
        const made = readKustomizations(['kustomization.yaml'], (path) =>
          path === 'a.yaml' ? { path, text: pod, encoding: 'utf-8' } : path === artifact.path ? artifact : undefined,
        ).objects;
        for (const objects of [own, made])
          for (const workload of workloadsOf(objects)) {
            servicesOf(workload, objects);
            autoscalersOf(workload, objects);
            disruptionBudgetsOf(workload, objects);
            isScraped(workload, objects);
            expect(workload.volumes.length).toBeGreaterThanOrEqual(0);
            for (const { env, resources, security, volumeMounts, imageReference, ports } of workload.allContainers)
              expect([env, resources, security, volumeMounts, imageReference, ports]).toHaveLength(6);
          }
        readCompose(artifact);
        readSkaffold(artifact);
        readBake({ ...artifact, path: 'bake.json' });
      }),
      { numRuns: 2000 },
    );
  });
});
