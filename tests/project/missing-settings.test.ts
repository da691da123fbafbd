import { expect, test } from 'vitest';
import { readManifests } from '../../src/kubernetes/manifest.ts';
import { workloadsOf } from '../../src/kubernetes/read-workload.ts';
import { missingReport } from '../../src/project/missing-settings.ts';

const text = `apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: web, image: web}]}
`;

test('what a container lacks is said of the template, not of where a chart takes its name from', () => {
  const [workload] = workloadsOf(readManifests({ path: 'templates/web.yaml', text, encoding: 'utf-8' }).objects);
  const [container] = workload?.containers ?? [];
  if (!workload || !container) throw new Error('no container was read');
  const givenAt = [{ path: 'Chart.yaml', range: { start: 6, end: 9 }, note: '.Chart.Name' }];
  const named = { ...container, place: { ...container.place, givenAt } };
  expect(missingReport(workload, [named], () => [{ name: 'memory limit', keys: [], peers: [] }])).toMatchObject({
    at: { path: 'templates/web.yaml', range: container.place.range },
    message: 'Pod web: container web has no memory limit.',
  });
  expect(
    missingReport(workload, [named], () => [{ name: 'memory limit', keys: [], peers: [] }])?.at,
  ).not.toHaveProperty('givenAt');
});
