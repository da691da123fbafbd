import { expect, test } from 'vitest';
import { readManifests } from '../../src/kubernetes/manifest.ts';
import { workloadsOf } from '../../src/kubernetes/read-workload.ts';
import { isWhole, runningContainers, titleOf } from '../../src/kubernetes/whole-workload.ts';

function workload(text: string) {
  const [found] = workloadsOf(readManifests({ path: 'a.yaml', text, encoding: 'utf-8' }).objects);
  if (!found) throw new Error('no workload');
  return found;
}

test.each([
  ['a whole Deployment', 'selector: {}\n  template: {spec: {containers: [{name: a, image: b}]}}', true],
  ['a patch without selector', 'template: {spec: {containers: [{name: a, image: b}]}}', false],
  ['a patch without image', 'selector: {}\n  template: {spec: {containers: [{name: a}]}}', false],
  ['a patch without containers', 'selector: {}\n  template: {spec: {serviceAccountName: a}}', false],
])('%s', (_, spec, whole) => {
  const text = `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  ${spec}\n`;
  expect(isWhole(workload(text))).toBe(whole);
});

test('the first version of the group took the labels of the pods for a selector', () => {
  const of = (metadata: string) =>
    workload(
      `apiVersion: apps/v1beta1\nkind: StatefulSet\nmetadata: {name: db}\nspec: {template: {${metadata}spec: {containers: [{name: a, image: b}]}}}\n`,
    );
  expect(isWhole(of('metadata: {labels: {app: db}}, '))).toBe(true);
  expect(isWhole(of(''))).toBe(false);
});

test('a Pod and a Job need no selector', () => {
  expect(isWhole(workload('{apiVersion: v1, kind: Pod, spec: {containers: [{name: a, image: b}]}}'))).toBe(true);
  expect(
    isWhole(
      workload('{apiVersion: batch/v1, kind: Job, spec: {template: {spec: {containers: [{name: a, image: b}]}}}}'),
    ),
  ).toBe(true);
});

test('sidecars run as long as the pod, other init containers do not', () => {
  const pod = workload(
    '{apiVersion: v1, kind: Pod, spec: {initContainers: [{name: i, image: b}, {name: s, image: b, restartPolicy: Always}], containers: [{name: a, image: b}]}}',
  );
  expect(runningContainers(pod).map(({ name }) => name)).toEqual(['a', 's']);
});

test('a workload without a name is called by its kind', () => {
  expect(titleOf({ kind: 'Pod', name: '' })).toBe('Pod');
  expect(titleOf({ kind: 'Pod', name: 'web' })).toBe('Pod web');
});
