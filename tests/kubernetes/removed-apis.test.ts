import { expect, test } from 'vitest';
import { removedApi } from '../../src/kubernetes/removed-apis.ts';

test.each([
  ['extensions/v1beta1', 'Deployment', '1.16', 'apps/v1'],
  ['extensions/v1beta1', 'Ingress', '1.22', 'networking.k8s.io/v1'],
  ['apps/v1beta2', 'StatefulSet', '1.16', 'apps/v1'],
  ['batch/v1beta1', 'CronJob', '1.25', 'batch/v1'],
  ['autoscaling/v2beta2', 'HorizontalPodAutoscaler', '1.26', 'autoscaling/v2'],
  ['policy/v1beta1', 'PodSecurityPolicy', '1.25', undefined],
  ['flowcontrol.apiserver.k8s.io/v1beta3', 'FlowSchema', '1.32', 'flowcontrol.apiserver.k8s.io/v1'],
])('%s %s was removed in %s', (apiVersion, kind, removedIn, use) => {
  expect(removedApi({ apiVersion, kind })).toEqual({ removedIn, use });
});

test.each([
  ['apps/v1', 'Deployment'],
  ['extensions/v1beta1', 'Scale'],
  ['batch/v1beta1', 'Job'],
  ['constructor', 'name'],
  ['batch/v1beta1', 'constructor'],
])('%s %s is served', (apiVersion, kind) => {
  expect(removedApi({ apiVersion, kind })).toBeUndefined();
});

test.each<[string, string, string, string | undefined]>([
  ['batch/v1beta1', 'CronJob', '1.24', undefined],
  ['batch/v1beta1', 'CronJob', '1.25', '1.25'],
  ['extensions/v1beta1', 'Deployment', '1.9', undefined],
  ['flowcontrol.apiserver.k8s.io/v1beta3', 'FlowSchema', '1.31', undefined],
])('for a target: %s %s in %s', (apiVersion, kind, target, removedIn) => {
  expect(removedApi({ apiVersion, kind }, target)?.removedIn).toBe(removedIn);
});

test('what the last releases dropped is known from the schema', () => {
  expect(removedApi({ apiVersion: 'networking.k8s.io/v1beta1', kind: 'ServiceCIDR' })?.use).toBe(
    'networking.k8s.io/v1',
  );
  expect(
    removedApi({ apiVersion: 'admissionregistration.k8s.io/v1alpha1', kind: 'ValidatingAdmissionPolicy' }),
  ).toEqual({
    removedIn: '1.32',
    use: 'admissionregistration.k8s.io/v1',
  });
});
