import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, test } from 'vitest';
import { command } from '../../../src/cli/commands/cost.ts';
import type { CostReport } from '../../../src/core/cost-report.ts';
import { costVersion } from '../../../src/report/cost.ts';
import { runCommand } from '../../cli/run-command.ts';
import { layoutFiles, testBlobs, types, writeFiles } from '../../image/image-blobs.ts';
import { tarOf } from '../../image/tar-archive.ts';
import { digestOf } from '../../image/test-image.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-cost-command-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const noise = new Map(['base', 'deps', 'web-1', 'web-2', 'api'].map((name) => [name, randomBytes(100_000)]));
const schema = JSON.parse(readFileSync('schemas/cost.schema.json', 'utf8'));
const validate = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).compile(schema);

const oci = (name: string) => `oci:${path.join(scratch, name)}:registry.example/shop/${name.replace('-', ':')}`;

/** An OCI layout in the scratch directory, of layers by their names. */
function layout(name: string, reference: string, layers: readonly string[]): void {
  const blobs = testBlobs();
  const packed = layers.map((layer) => {
    const tar = tarOf([{ name: layer, content: noise.get(layer) ?? Buffer.alloc(0) }]);
    return { diffId: digestOf(tar), descriptor: blobs.add(`${types.tar}+gzip`, gzipSync(tar)) };
  });
  const manifest = blobs.image(name, {
    config: {
      rootfs: { type: 'layers', diff_ids: packed.map(({ diffId }) => diffId) },
      history: layers.map((layer) => ({ created_by: `COPY ${layer} /srv/ # buildkit` })),
    },
    manifest: { layers: packed.map(({ descriptor }) => descriptor) },
  });
  const annotations = { 'org.opencontainers.image.ref.name': reference };
  writeFiles(path.join(scratch, name), layoutFiles(blobs.blobs, [{ ...manifest, annotations }]));
}

layout('web-1', 'registry.example/shop/web:1', ['base', 'deps', 'web-1']);
layout('web-2', 'registry.example/shop/web:2', ['base', 'deps', 'web-2']);
layout('api-1', 'registry.example/shop/api:1', ['base', 'api']);

mkdirSync(path.join(scratch, 'deploy'));
writeFileSync(
  path.join(scratch, 'deploy', 'all.yaml'),
  `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 6
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: registry.example/shop/web:1
          readinessProbe:
            httpGet: {port: 80}
            initialDelaySeconds: 5
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: api}
spec:
  selector: {matchLabels: {app: api}}
  template:
    metadata: {labels: {app: api}}
    spec: {containers: [{name: api, image: "registry.example/shop/api:1"}]}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: api}
spec:
  minReplicas: 2
  maxReplicas: 9
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: api}
`,
);
writeFileSync(path.join(scratch, 'plimsoll.yaml'), 'cost:\n  nodes: 10\n  bandwidth: 1MB/s\n');

async function json(...args: string[]): Promise<CostReport> {
  const { code, stdout } = await runCommand(command, scratch, [...args, '--json']);
  expect(code).toBe(0);
  const report = JSON.parse(stdout);
  expect(validate(report), JSON.stringify(validate.errors)).toBe(true);
  return report;
}

describe('plimsoll cost', () => {
  test('agrees with the published schema, and counts what nodes do not have', async () => {
    expect(schema.properties.version.const).toBe(costVersion);
    const report = await json('deploy', oci('web-2'), '--previous', oci('web-1'), '--deploys-per-day', '3');
    const [image] = report.images;
    const [base, deps, web] = image?.layers ?? [];
    expect(image).toMatchObject({ name: oci('web-2'), previous: oci('web-1'), nodes: 6, basis: 'measured' });
    expect([base?.heldBy, deps?.heldBy, web?.heldBy]).toEqual(['previous version', 'previous version', null]);
    expect(image?.changedBytes).toBe(web?.bytes);
    expect(report.bytesADeploy).toBe(6 * (web?.bytes ?? 0));
    expect(report.bytesADay).toBe(3 * report.bytesADeploy);
    expect(web?.createdBy).toContain('COPY web-2 /srv/');
  }, 90_000);

  test('says where every figure comes from', async () => {
    const { inputs, images } = await json('deploy', oci('web-2'), oci('api-1'), '--deploys-per-day', '3');
    expect(inputs).toMatchObject({
      nodes: { value: 10, source: 'plimsoll.yaml:2' },
      bandwidth: { value: 1_000_000, source: 'plimsoll.yaml:3' },
      deploysPerDay: { value: 3, source: '--deploys-per-day' },
      newNodesPerDay: { value: 0, source: 'default' },
    });
    expect(images.flatMap(({ uses }) => uses)).toMatchObject([
      {
        workload: 'deployment/web',
        replicas: { value: 6, source: 'deploy/all.yaml:5' },
        programSeconds: { value: 5, source: 'deploy/all.yaml:15' },
      },
      { workload: 'deployment/api', replicas: { value: 2, source: 'deploy/all.yaml:30: the least' } },
    ]);
  });

  test('of two images with one base, the second deploy pulls it on the nodes that have not the first', async () => {
    const { images } = await json('deploy', oci('web-2'), oci('api-1'), '--nodes', '8');
    const [web, api] = images;
    const [base, own] = api?.layers ?? [];
    expect(base?.sharedWith).toEqual([oci('web-2')]);
    expect(api?.bytesADeploy).toBeCloseTo(2 * (own?.bytes ?? 0) + 2 * (1 - 6 / 8) * (base?.bytes ?? 0), 3);
    expect(web?.bytesADeploy).toBeCloseTo(6 * (web?.bytes ?? 0), 3);
  });

  test('a pod starts sooner where the previous version is, by the bandwidth that is stated', async () => {
    const { images } = await json('deploy', oci('web-2'), '--previous', oci('web-1'), '--bandwidth', '100KB/s');
    const { deploy, newNode } = images[0]?.startUp ?? {};
    expect(newNode && deploy && newNode.readySeconds - deploy.readySeconds).toBeCloseTo(2, 0);
  });

  test('shows a person the result, what of it is measured, and every input', async () => {
    const { stdout } = await runCommand(command, scratch, ['deploy', oci('web-2'), '--previous', oci('web-1')]);
    for (const part of [
      'deployment/web ×6 on 6 nodes (deploy/all.yaml:5)',
      'a deploy pulls   601 kB: 100 kB of new layers on 6 nodes',
      '(estimated)',
      '301 kB packed (measured)',
      'plimsoll.yaml:2',
      'default of containerd',
    ])
      expect(stdout).toContain(part);
  });

  test.each([
    [['--nodes', 'many', oci('web-1')], '--nodes takes a number'],
    [['--bandwidth', '100', oci('web-1')], '--bandwidth takes a rate'],
  ])('refuses %j', async (args, message) => {
    await expect(runCommand(command, scratch, args)).rejects.toThrow(message);
  });

  test('an image that cannot be had takes nothing from the others', async () => {
    const { code, stdout } = await runCommand(command, scratch, ['deploy', oci('web-2'), oci('not-there')]);
    expect(code).toBe(2);
    expect(stdout).toContain(oci('not-there'));
    expect(stdout).toContain('not counted');
    expect(stdout).toContain('deployment/web ×6');
  });

  test('a configuration that is no rate is refused with its place', async () => {
    writeFileSync(path.join(scratch, 'wrong.yaml'), 'cost:\n  bandwidth: quick\n');
    await expect(runCommand(command, scratch, [oci('web-2'), '--config', 'wrong.yaml'])).rejects.toMatchObject({
      where: 'wrong.yaml:2:14',
    });
  });
});
