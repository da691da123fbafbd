import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readManifests } from '../../src/kubernetes/manifest.ts';
import { checkObject, type Violation } from '../../src/kubernetes/schema/check-object.ts';
import { fieldMeant } from '../../src/kubernetes/schema/field-meant.ts';
import { kubernetesSchema } from '../../src/kubernetes/schema/read-schema.ts';

function check(text: string, release?: string): readonly Violation[] {
  const { objects } = readManifests({ path: 'object.yaml', text, encoding: 'utf-8' });
  const schema = kubernetesSchema();
  const at = release === undefined ? undefined : schema.versions.indexOf(release);
  return objects.flatMap((object) => {
    const kind = schema.kind(object.apiVersion, object.kind);
    return kind ? checkObject(object.node, kind.type, { release: at }) : [];
  });
}

const pod = (spec: string, metadata = 'name: a') =>
  `apiVersion: v1\nkind: Pod\nmetadata: {${metadata}}\nspec:\n  containers: [{name: a, image: a}]\n${spec}`;

describe('the schema that is shipped', () => {
  it('covers the supported releases', () => {
    expect(kubernetesSchema().versions).toEqual(expect.arrayContaining(['1.34', '1.35', '1.36', '1.37']));
  });

  it('is small', () => {
    expect(readFileSync('schemas/kubernetes.txt').length).toBeLessThan(150_000);
  });

  it.each([
    ['apps/v1', 'Deployment'],
    ['v1', 'Pod'],
    ['networking.k8s.io/v1', 'Ingress'],
    ['autoscaling/v2', 'HorizontalPodAutoscaler'],
    ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
  ])('has %s %s', (apiVersion, kind) => {
    expect(kubernetesSchema().kind(apiVersion, kind)?.type.fields.has('metadata')).toBe(true);
  });

  it('has every type that it names', () => {
    const lines = readFileSync('schemas/kubernetes.txt', 'utf8').split('\n');
    const names = new Set(lines.map((line) => line.split(' ')[0]));
    const used = new Set(lines.flatMap((line) => [...line.matchAll(/@([\w./]+)/g)].map(([, name]) => name)));
    // What has no fields of its own is free JSON.
    const missing = [...used].filter((name) => !names.has(name));
    expect(missing.filter((name) => !/\.JSON/.test(name ?? ''))).toEqual([]);
  });
});

describe('an object is compared with its kind', () => {
  it.each<[string, string, readonly [string, string][]]>([
    ['nothing wrong', pod('  hostNetwork: true\n'), []],
    ['an unknown field', pod('  hostnetworks: true\n'), [['unknown-field', 'spec.hostnetworks']]],
    [
      'another case, and what is below it',
      pod('  HostNetwork: "true"\n'),
      [
        ['unknown-field', 'spec.HostNetwork'],
        ['wrong-type', 'spec.HostNetwork'],
      ],
    ],
    ['a text for a boolean', pod('  hostNetwork: "true"\n'), [['wrong-type', 'spec.hostNetwork']]],
    ['null as nothing', pod('  hostNetwork: null\n  volumes:\n'), []],
    ['a fraction for a whole number', pod('  priority: 1.5\n'), [['wrong-type', 'spec.priority']]],
    ['more than 32 bits', pod('  priority: 3000000000\n'), [['wrong-type', 'spec.priority']]],
    ['a number as label', pod('', 'name: a, labels: {a: 1}'), [['wrong-type', 'metadata.labels.a']]],
    ['a placeholder', pod('  hostNetwork: ${HOST}\n  priority: "{{ .Values.x }}"\n'), []],
    ['an empty value of a set', pod('  restartPolicy: ""\n'), []],
    ['a value of no set', pod('  restartPolicy: Sometimes\n'), [['unknown-value', 'spec.restartPolicy']]],
    ['a list for a map', pod('  securityContext: []\n'), [['wrong-type', 'spec.securityContext']]],
    [
      'two volumes of a name',
      pod('  volumes: [{name: a, emptyDir: {}}, {name: a, emptyDir: {}}]\n'),
      [['repeated-item', 'spec.volumes[1]']],
    ],
    [
      'two volumes of a placeholder',
      pod('  volumes: [{name: "${A}", emptyDir: {}}, {name: "${A}", emptyDir: {}}]\n'),
      [],
    ],
    [
      'an amount',
      pod('  volumes: [{name: a, emptyDir: {sizeLimit: 1 GB}}]\n'),
      [['wrong-type', 'spec.volumes[0].emptyDir.sizeLimit']],
    ],
    [
      'what has to be there',
      'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {}\n',
      [['missing-field', 'spec.containers']],
    ],
    [
      'base64 that is none',
      'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata: {a: "not base64"}\n',
      [['wrong-type', 'data.a']],
    ],
    ['base64 over lines', 'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\ndata:\n  a: |\n    YWFh\n    YmJi\n', []],
    ['kinds that it does not know', 'apiVersion: example.com/v1\nkind: Pod\nspec: {x: 1}\n', []],
  ])('%s', (_, text, expected) => {
    expect(check(text).map(({ kind, path }) => [kind, path])).toEqual(expected);
  });

  it.each<[string, string | undefined, number]>([
    ['1.34', '1.34', 0],
    ['one without the field', '1.31', 1],
    ['any', undefined, 0],
  ])('for a release: %s', (_, release, count) => {
    // Resources of whole pods came with 1.32.
    expect(check(pod('  resources: {limits: {memory: 1Gi}}\n'), release)).toHaveLength(count);
  });

  it('stops after some faults', () => {
    const many = Array.from({ length: 500 }, (_, index) => `  field${index}: 1\n`).join('');
    expect(check(pod(many)).length).toBe(50);
    expect(check(pod('').replace('spec:', `spec:\n  initContainers: [${'{x: 1},'.repeat(400)}]`)).length).toBe(50);
  });
});

describe('what was meant by a field', () => {
  const meantIn = (text: string) =>
    check(text).flatMap((fault) =>
      fault.kind === 'unknown-field' ? [fieldMeant(fault.within, fault.entry, undefined)] : [],
    );

  it.each([
    ['a slip', pod('  hostNetwrok: true\n'), { kind: 'spelling', name: 'hostNetwork' }],
    ['case', pod('  hostnetwork: true\n'), { kind: 'spelling', name: 'hostNetwork' }],
    ['a dash', pod('  host-network: true\n'), { kind: 'spelling', name: 'hostNetwork' }],
    [
      'too little indented',
      pod('  imagePullPolicy: Always\n'),
      { kind: 'place', path: 'spec.containers[0]', direction: 'inner' },
    ],
    [
      'too much indented',
      pod('').replace('image: a', 'image: a, ports: [{containerPort: 80, readinessProbe: {tcpSocket: {port: 80}}}]'),
      { kind: 'place', path: 'spec.containers[0]', direction: 'outer' },
    ],
    [
      'spelled like a list, where no probe is written that it would be of',
      pod('').replace('image: a', 'image: a, port: 80'),
      { kind: 'spelling', name: 'ports', fits: false },
    ],
    [
      'of a probe that is written',
      pod('').replace('image: a', 'image: a, port: 80, readinessProbe: {tcpSocket: {}}'),
      { kind: 'place', path: 'spec.containers[0].readinessProbe.tcpSocket', direction: 'inner' },
    ],
    [
      'of the template',
      'apiVersion: apps/v1\nkind: Deployment\nspec: {selector: {}, template: {}, containers: [{name: a}]}\n',
      { kind: 'place', path: 'spec.template.spec', direction: 'inner' },
    ],
  ])('%s', (_, text, expected) => {
    expect(meantIn(text)[0]).toMatchObject(expected);
  });

  it('nothing, where nothing is near', () => {
    expect(meantIn(pod('  colour: red\n'))).toEqual([undefined]);
  });
});
