import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { command as audit } from '../../src/cli/commands/audit.ts';
import { auditFamilies } from '../../src/observe/exporter/audit-families.ts';
import { createExporter } from '../../src/observe/exporter/exporter.ts';
import { imageFamilies } from '../../src/observe/exporter/image-families.ts';
import { exporterPart } from '../../src/observe/exporter/part.ts';
import { exporterScrapeJob } from '../../src/observe/exporter-scrape.ts';
import { grafanaPart } from '../../src/observe/grafana/part.ts';
import type { StackKind } from '../../src/observe/observe-plan.ts';
import { plimsollImage } from '../../src/observe/plimsoll-image.ts';
import { runCommand } from '../cli/run-command.ts';
import { planOf } from './observe-choices.ts';

const stacks: readonly StackKind[] = ['config', 'full', 'operator'];
const parts = [exporterPart, grafanaPart];
const written = stacks.flatMap((stack) =>
  parts.map((part) => ({ part: part.name, stack, files: part.write(planOf([{}], { stack })) })),
);

describe.each(written)('the part $part for --stack $stack', ({ part, stack, files }) => {
  it('each file says what it is for, but for JSON, which has no comments; none has a tab or ends without a line end', () => {
    for (const { path: file, text } of files) {
      if (!file.endsWith('.json')) expect(text, file).toMatch(/^# \S/);
      expect(text, file).toMatch(/[^\n]\n$/);
      expect(text, file).not.toContain('\t');
    }
  });

  it('the kustomization lists what is there, and all of it but templates', () => {
    const root = `base/${part}/`;
    const text = files.find((file) => file.path === `${root}kustomization.yaml`)?.text ?? '';
    const { resources = [], configMapGenerator = [] }: Kustomization = parse(text);
    const listed = [...resources, ...configMapGenerator.flatMap((each) => each.files)].map((name) => root + name);
    const others = files
      .map((file) => file.path)
      .filter((file) => !/(?:kustomization\.yaml|\.template|scrape-job\.yaml)$/.test(file));
    expect(listed.sort()).toEqual(others.sort());
  });

  it('gives the same bytes again', () => {
    const again = parts.find(({ name }) => name === part)?.write(planOf([{}], { stack }));
    expect(again).toEqual(files);
  });
});

interface Kustomization {
  readonly resources?: string[];
  readonly configMapGenerator?: {
    readonly files: string[];
    readonly options?: { readonly labels?: Record<string, string>; readonly disableNameSuffixHash?: boolean };
  }[];
}

describe('Grafana', () => {
  const kustomization = (stack: StackKind): Kustomization =>
    parse(
      written
        .find((each) => each.part === 'grafana' && each.stack === stack)
        ?.files.find((file) => file.path.endsWith('kustomization.yaml'))?.text ?? '',
    );

  it('with the Operator: the label by which the sidecar of kube-prometheus-stack finds dashboards', () => {
    const maps = kustomization('operator').configMapGenerator ?? [];
    expect(maps).toHaveLength(6);
    for (const { options } of maps)
      expect(options).toEqual({ disableNameSuffixHash: true, labels: { grafana_dashboard: '1' } });
  });

  it('in full: each ConfigMap of the kustomization is mounted, and nothing else', () => {
    const files = written.find((each) => each.part === 'grafana' && each.stack === 'full')?.files ?? [];
    const text = files.find((file) => file.path.endsWith('deployment.yaml'))?.text ?? '';
    const pod = parse(text).spec.template.spec;
    const mounted: string[] = pod.volumes.flatMap(
      (each: { configMap?: { name: string } }) => each.configMap?.name ?? [],
    );
    const made = (
      parse(files.find((file) => file.path.endsWith('kustomization.yaml'))?.text ?? '').configMapGenerator as {
        name: string;
      }[]
    ).map(({ name }) => name);
    expect(mounted.sort()).toEqual(made.sort());
    const names = pod.volumes.map((each: { name: string }) => each.name);
    const mounts = pod.containers[0].volumeMounts.map((each: { name: string }) => each.name);
    expect(mounts.sort()).toEqual(names.sort());
  });
});

describe('the exporter', () => {
  it('runs the image of this version', () => {
    const { version }: { version: string } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(plimsollImage).toBe(`registry.example/plimsoll:${version}`);
  });

  it('may list what it reads, and nothing else', () => {
    const text = written[0]?.files.find((file) => file.path.endsWith('rbac.yaml'))?.text ?? '';
    const [role] = parseAllDocuments(text).map((each) => each.toJS());
    expect(role.rules).toEqual([
      { apiGroups: [''], resources: ['pods', 'nodes', 'events'], verbs: ['list'] },
      { apiGroups: ['batch'], resources: ['jobs'], verbs: ['list'] },
    ]);
  });

  it('with configuration only: the scrape job for a Prometheus that runs already', () => {
    const text = written[0]?.files.find((file) => file.path.endsWith('scrape-job.yaml'))?.text;
    expect(parse(text ?? '')).toEqual(parse(exporterScrapeJob('monitoring')));
  });
});

describe('docs/exporter.md', () => {
  const page = readFileSync('docs/exporter.md', 'utf8');
  it('names every metric, and none that there is not', async () => {
    const nothing = { containers: [], nodeImages: [], pulls: new Map(), registry: new Map() };
    const exporter = createExporter(
      {
        cluster: {
          async *pages() {
            yield [];
          },
        },
        namespaces: [],
        registry: { refresh: async () => undefined, images: new Map(), failures: new Map() },
        audits: { read: async () => undefined, reports: [] },
      },
      { version: '0', clock: () => 0, log: () => undefined },
    );
    await exporter.refresh();
    const served = [...(await exporter.text()).matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name ?? '');
    const made = [...imageFamilies(nothing, 0), ...auditFamilies([])].map(({ name }) => name);
    const written = [...page.matchAll(/`((?:plimsoll|process)_[a-z_]+)[`{]/g)].map(([, name]) => name ?? '');
    expect([...new Set(written)].sort()).toEqual([...new Set([...served, ...made])].sort());
  });
});

describe('an audit finds nothing in', () => {
  it('the image of Plimsoll', { timeout: 60_000 }, async () => {
    const { code, stdout } = await runCommand(audit, process.cwd(), [
      'Dockerfile',
      '.dockerignore',
      '--format',
      'json',
    ]);
    expect([code, JSON.parse(stdout).findings]).toEqual([0, []]);
  });

  it.each(stacks)('the parts for --stack %s', { timeout: 60_000 }, async (stack) => {
    const directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-parts-'));
    for (const { files } of written.filter((each) => each.stack === stack))
      for (const file of files) {
        const place = path.join(directory, file.path);
        mkdirSync(path.dirname(place), { recursive: true });
        writeFileSync(place, file.text);
      }
    const { code, stdout } = await runCommand(audit, directory, ['.', '--format', 'json']);
    rmSync(directory, { recursive: true });
    expect([code, JSON.parse(stdout).findings]).toEqual([0, []]);
  });
});
