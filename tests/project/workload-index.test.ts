import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { autoscalersByTarget } from '../../src/project/autoscalers.ts';
import { loadProject } from '../../src/project/load-project.ts';
import type { Project } from '../../src/project/project.ts';
import { servicesBeside, servicesNamed } from '../../src/project/service-index.ts';
import {
  hasOperatedBeside,
  workloadOfObject,
  workloadsBeside,
  workloadsChosenBy,
  workloadsNamed,
} from '../../src/project/workload-index.ts';

let scratch = '';
let project: Project;

const files: Readonly<Record<string, string>> = {
  'a/web.yaml': `
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: one, labels: {app: web, tier: front}}
spec: {containers: [{name: web, image: "web:1"}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: one}
spec: {selector: {tier: front, app: web}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: other, namespace: two}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec: {maxReplicas: 2, scaleTargetRef: {kind: Pod, name: web}}
`,
  'b/mail.yaml': `
apiVersion: v1
kind: Pod
metadata: {name: mail}
spec: {containers: [{name: mail, image: "mail:1"}]}
---
apiVersion: example.com/v1
kind: Mailbox
metadata: {name: mail}
`,
};

beforeAll(async () => {
  scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-workload-index-'));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(scratch, file)), { recursive: true });
    writeFileSync(path.join(scratch, file), text);
  }
  project = await loadProject({ kind: 'directory', path: scratch });
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function object(kind: string, name: string) {
  const found = project.objects.find((each) => each.kind === kind && each.name === name);
  if (!found) throw new Error(`no ${kind} ${name}`);
  return found;
}

function workload(name: string) {
  const found = workloadOfObject(project, object('Pod', name));
  if (!found) throw new Error(`${name} is no workload`);
  return found;
}

test('a Service chooses pods with all its labels, in its namespace', () => {
  expect(workloadsChosenBy(project, object('Service', 'web'))).toEqual([workload('web')]);
  expect(workloadsChosenBy(project, object('Service', 'other'))).toEqual([]);
  expect(workloadsChosenBy(project, object('Pod', 'mail'))).toEqual([]);
});

test('workloads are found by kind and name, where the namespace allows', () => {
  expect(workloadsNamed(project, 'Pod', 'web', { namespace: undefined })).toEqual([workload('web')]);
  expect(workloadsNamed(project, 'Pod', 'web', { namespace: 'two' })).toEqual([]);
  expect(workloadsNamed(project, 'Deployment', 'web', { namespace: 'one' })).toEqual([]);
});

test('what stands beside an object is of the same directory and namespace', () => {
  expect(workloadsBeside(project, object('Service', 'web'))).toEqual([workload('web')]);
  expect(workloadsBeside(project, object('Service', 'other'))).toEqual([]);
  expect(servicesBeside(project, object('Pod', 'web'), 3)).toEqual([object('Service', 'web')]);
  expect(servicesBeside(project, object('Pod', 'mail'), 3)).toEqual([]);
});

test('Services are found by name, where the namespace allows', () => {
  expect(servicesNamed(project, 'web', object('HorizontalPodAutoscaler', 'web'))).toEqual([object('Service', 'web')]);
  expect(servicesNamed(project, 'other', object('Pod', 'web'))).toEqual([]);
});

test('an object of a custom kind may make pods', () => {
  expect(hasOperatedBeside(project, object('Pod', 'mail'))).toBe(true);
  expect(hasOperatedBeside(project, object('Service', 'web'))).toBe(false);
});

test('an autoscaler is found by what it scales', () => {
  expect(autoscalersByTarget(project, workload('web')).map(({ name }) => name)).toEqual(['web']);
  expect(autoscalersByTarget(project, workload('mail'))).toEqual([]);
});
