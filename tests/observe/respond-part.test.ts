import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { command as audit } from '../../src/cli/commands/audit.ts';
import { command as observe } from '../../src/cli/commands/observe.ts';
import { readPolicy } from '../../src/kubernetes/response/read-policy.ts';
import { policyGrants } from '../../src/kubernetes/response/response-grants.ts';
import { responderManifests } from '../../src/observe/respond/manifests.ts';
import { respondPart } from '../../src/observe/respond/part.ts';
import { runCommand } from '../cli/run-command.ts';
import { cart, planOf } from './example-plan.ts';

const examples = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../examples');
const textOf = (name: string, plan = planOf()) =>
  respondPart.write(plan).find((file) => file.path === `base/respond/${name}`)?.text ?? '';

describe('the part «respond» of plimsoll observe', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-observe-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('passes the audit without findings', async () => {
    cpSync(path.join(examples, 'shop-node'), directory, { recursive: true });
    await runCommand(observe, directory, ['--stack', 'full', '--part', 'respond']);
    const { stdout } = await runCommand(audit, path.join(directory, 'observe'), ['--json', '--no-config']);
    const { findings } = JSON.parse(stdout);
    expect(findings.map(({ rule }: { rule: string }) => rule)).toEqual([]);
  });

  it('writes nothing where nothing runs all the time', () => {
    expect(respondPart.write(planOf({}, [{ ...cart, kind: 'CronJob', longRunning: false }]))).toEqual([]);
  });

  it('shows only what it would do, and names the workloads of the project and no others', () => {
    const policy = textOf('policy.yaml');
    expect(policy).toContain('    mode: dry-run\n');
    expect(policy).toContain('namespaces: ["shop"]\n        workloads: ["deployment/cart"]');
  });

  it('has no rights to what Kubernetes itself is made of', () => {
    const resolver = { ...cart, kind: 'DaemonSet', name: 'resolver', namespace: 'kube-system' };
    expect(textOf('policy.yaml', planOf({}, [cart, resolver]))).not.toMatch(/kube-system|resolver/);
    expect(textOf('rbac.yaml', planOf({}, [cart, resolver]))).not.toContain('kube-system');
  });

  const deploymentFor = (more: string) => {
    const policyText = `version: 1
rules: [{name: one, alerts: A, namespaces: [shop], workloads: [deployment/web], do: restart}]
${more}`;
    const files = responderManifests({
      policy: readPolicy('p.yaml', policyText),
      policyText,
      namespace: 'monitoring',
      image: 'registry.example/plimsoll:1',
      imageNote: 'ours',
      mode: undefined,
      keda: false,
    });
    return files.find(({ path: file }) => file.endsWith('deployment.yaml'))?.text ?? '';
  };

  it('mounts what the policy writes records to and reads the address of a webhook from', () => {
    const text = deploymentFor(
      'record: {kind: file, directory: /var/records/}\nnotify: {webhookUrlFile: /hooks/slack-url}\n',
    );
    const { template } = parseAllDocuments(text, { version: '1.1' })[0]?.toJS().spec ?? {};
    expect(template.spec.containers[0].volumeMounts).toContainEqual({ name: 'records', mountPath: '/var/records' });
    expect(template.spec.volumes).toContainEqual({ name: 'records', emptyDir: { sizeLimit: '48Mi' } });
    expect(template.spec.containers[0].volumeMounts).toContainEqual({
      name: 'webhook-url',
      mountPath: '/hooks',
      readOnly: true,
    });
    expect(template.spec.volumes).toContainEqual({
      name: 'webhook-url',
      secret: {
        secretName: 'plimsoll-respond',
        defaultMode: 0o440,
        items: [{ key: 'slack-url', path: 'slack-url' }],
      },
    });
    expect(text).toContain('--from-file=slack-url');
    expect(deploymentFor('notify: {webhookUrlFile: /secrets/webhook-url}\n')).not.toContain('- name: webhook-url');
  });

  it.each([
    ['record: {kind: file, directory: records}', /begins with a slash/],
    ['record: {kind: file, directory: /secrets}', /is taken/],
    ['notify: {webhookUrlFile: /url}', /is taken/],
  ])('says that %s cannot be mounted', (more, complaint) => {
    expect(() => deploymentFor(`${more}\n`)).toThrow(complaint);
  });

  it('names that YAML would read as numbers and truth values stay names, and an indented policy stays whole', () => {
    const policyText = `  # mine
version: 1
rules: [{name: one, alerts: A, namespaces: ["123", "true"], workloads: [deployment/1e3, deployment/on], do: restart}]
`;
    const files = responderManifests({
      policy: readPolicy('p.yaml', policyText),
      policyText,
      namespace: '456',
      image: 'registry.example/plimsoll:1',
      imageNote: 'ours',
      mode: undefined,
      keda: false,
    });
    // 1.1 is what Kubernetes reads.
    const objects = files.flatMap(({ text }) => parseAllDocuments(text, { version: '1.1' }).map((each) => each.toJS()));
    expect(new Set(objects.map(({ metadata }) => metadata.namespace))).toEqual(new Set(['456', '123', 'true']));
    const names = objects.flatMap(({ rules = [] }) =>
      rules.flatMap((rule: { resourceNames?: string[] }) => rule.resourceNames ?? []),
    );
    expect(names).toEqual(expect.arrayContaining(['1e3', 'on']));
    expect(objects.find(({ data }) => data)?.data['policy.yaml']).toBe(policyText);
  });

  it('asks for KEDA’s objects only where KEDA is chosen', () => {
    expect(textOf('rbac.yaml')).not.toContain('keda.sh');
    expect(textOf('rbac.yaml', planOf({ keda: true }))).toContain('apiGroups: ["keda.sh"]');
  });

  it.each([
    ['restart', 'deployment/web', ['deployments: get patch of web', 'poddisruptionbudgets: list']],
    ['[incident]', 'deployment/web', ['deployments: get of web']],
    ['[evidence]', 'statefulset/db-*', ['pods events: list', 'pods/log: get', 'statefulsets: get']],
    ['rollback', '"*"', ['deployments: get patch', 'pods: list', 'replicasets: list']],
  ])('allows what the policy needs and no more: %s of %s', (action, workload, expected) => {
    const policy = readPolicy(
      'p.yaml',
      `version: 1\nrules: [{name: one, alerts: A, namespaces: shop, workloads: ${workload}, do: ${action}}]`,
    );
    const grants = policyGrants(policy, false).map(
      ({ resources, verbs, names }) =>
        `${resources.join(' ')}: ${verbs.join(' ')}${names === undefined ? '' : ` of ${names.join(' ')}`}`,
    );
    const always = ['pods: get', 'replicasets: get', 'events: create update'];
    expect(grants.sort()).toEqual([...expected, ...always].sort());
  });
});
