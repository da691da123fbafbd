import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { eventually } from './eventually.ts';
import type { KubernetesNode } from './kubernetes-node.ts';
import { startPlimsollOnNode } from './plimsoll-on-node.ts';
import { runPlimsoll } from './run-plimsoll.ts';

// The CronJob of the weekly review, started once on a real node with Plimsoll's own image, under its generated account in a namespace that enforces the
// restricted Pod Security Standard. Building takes minutes: npm run test:node, not on each push.

const asked = process.env.PLIMSOLL_PODS === 'all';

describe('the weekly review as a CronJob', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-review-'));
  let node: KubernetesNode;

  beforeAll(async () => {
    if (!asked) return;
    node = await startPlimsollOnNode(directory);
  }, 3_600_000);
  beforeEach((context) => {
    if (!asked) context.skip('asked for with PLIMSOLL_PODS=all (npm run test:node)');
  });
  afterAll(() => {
    if (node) {
      node.kubectl(['delete', 'namespace', 'plimsoll', 'review-subject', '--ignore-not-found', '--wait=false']);
      for (const object of [
        'clusterrole/plimsoll-audit',
        'clusterrolebinding/plimsoll-review',
        'persistentvolume/plimsoll-review',
      ])
        node.kubectl(['delete', object, '--ignore-not-found', '--wait=false']);
      node.stop();
    }
    rmSync(directory, { recursive: true, force: true });
  }, 120_000);

  it('reads the cluster by its own account, and leaves its reports on the volume', async () => {
    const project = path.join(directory, 'project');
    mkdirSync(project);
    const written = runPlimsoll(['ci', 'init', 'kubernetes', project]);
    expect(written.status, written.stderr).toBe(0);
    // What is found: a Deployment without limits, of an image by its newest tag.
    const containers = [{ name: 'web', image: 'registry.example/shop/web:latest' }];
    const template = { metadata: { labels: { app: 'web' } }, spec: { containers } };
    const subject = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'review-subject' },
      spec: { replicas: 1, selector: { matchLabels: { app: 'web' } }, template },
    };
    node.kubectl(['create', 'namespace', 'review-subject']);
    node.kubectl(['apply', '--filename', '-'], stringify(subject));
    // There is no provisioner of volumes on the node, and no Service routing: the address of the API server is set.
    const reports = path.join(directory, 'reports');
    mkdirSync(reports);
    chmodSync(directory, 0o755);
    chmodSync(reports, 0o777);
    const volume = {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'plimsoll-review' },
      spec: {
        capacity: { storage: '100Mi' },
        accessModes: ['ReadWriteOnce'],
        claimRef: { namespace: 'plimsoll', name: 'plimsoll-review' },
        hostPath: { path: reports },
      },
    };
    const server = node.kubectl(['config', 'view', '--minify', '--output', 'jsonpath={.clusters[0].cluster.server}']);
    const { hostname, port } = new URL(server.trim());
    const manifest = readFileSync(path.join(project, 'deploy/plimsoll-review.yaml'), 'utf8').replace(
      /( +)# plimsoll:keep env-\w+\n/g,
      (mark, indent: string) =>
        `${mark}${indent}- {name: KUBERNETES_SERVICE_HOST, value: "${hostname}"}\n${indent}- {name: KUBERNETES_SERVICE_PORT, value: "${port}"}\n`,
    );
    node.kubectl(['apply', '--filename', '-'], stringify(volume));
    // A volume claim without a class of storage takes the volume that is for it.
    const documents = parseAllDocuments(manifest).map((each) => each.toJS());
    for (const each of documents) if (each.kind === 'PersistentVolumeClaim') each.spec.storageClassName = '';
    node.kubectl(
      ['apply', '--server-side', '--validate=strict', '--filename', '-'],
      documents.map((each) => stringify(each)).join('---\n'),
    );
    node.kubectl(['create', 'job', '--namespace', 'plimsoll', '--from=cronjob/plimsoll-review', 'now']);
    const state = () =>
      node.kubectl([
        'get',
        'pods',
        '--namespace',
        'plimsoll',
        '--selector',
        'job-name=now',
        '--output',
        'jsonpath={range .items[0].status.containerStatuses[*]}{.name}={.state.terminated.exitCode} {end}',
      ]);
    await eventually(120, async () => {
      expect(state()).toMatch(/audit=\d+ bases=\d+ review=\d+/);
    });
    const logs = node.kubectl(['logs', '--namespace', 'plimsoll', 'job/now', '--all-containers']);
    // The image of the example is in no registry, which is what «bases» says, with 3.
    expect(state(), logs).toBe('audit=1 bases=3 review=0 ');
    expect(logs).toContain('registry.example: did not answer all that was asked');
    // Nothing but what Plimsoll says itself, on the image's newer Node.js, too.
    expect(logs).not.toContain('DeprecationWarning');
    const report = JSON.parse(readFileSync(path.join(reports, 'audit.json'), 'utf8'));
    expect(report.inventory.cluster.namespaces, logs).toContain('review-subject');
    expect(report.findings.some(({ path: at }: { path: string }) => at.includes('review-subject'))).toBe(true);
    expect(readFileSync(path.join(reports, 'audit.html'), 'utf8')).toContain('<!doctype html>');
    // What was recorded in the pod is what the next one looks back into.
    expect(readFileSync(path.join(reports, 'review.md'), 'utf8')).toContain('The history has one run');
    const history = runPlimsoll(['history', '--store', path.join(reports, 'history.db'), '--all-projects', '--json']);
    expect(JSON.parse(history.stdout).runs).toMatchObject([{ subject: '--cluster' }]);
    // Nothing that was asked for was refused.
    expect(report.problems).toEqual([]);
    expect(logs).toContain('registry.example/shop/web');
    const can = (verb: string, what: string) =>
      node.kubectl([
        'auth',
        'can-i',
        verb,
        what,
        '--all-namespaces',
        '--as=system:serviceaccount:plimsoll:plimsoll-review',
      ]);
    expect(can('list', 'pods').trim()).toBe('yes');
    expect(() => can('list', 'secrets')).toThrow();
    expect(() => can('delete', 'pods')).toThrow();
  }, 300_000);
});
