import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { renderHtml } from '../../src/report/html.ts';
import { renderJson } from '../../src/report/json.ts';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { renderTerminal } from '../../src/report/terminal.ts';
import { clusterReport, sampleCluster } from './sample-report.ts';

const terminal = (columns: number) =>
  renderTerminal(clusterReport, { columns, color: false, all: false, commands: ['audit'] });

describe('the inventory of a cluster', () => {
  it('is a table in a terminal, in which what nobody told is a question mark', () => {
    expect(terminal(110)).toContain(
      [
        'Context production, https://10.0.0.1:6443, Kubernetes v1.37.2: 4 pods in 2 namespaces: shop, billing.',
        'Not looked at: kube-system (--all-namespaces does).',
        '1 node with 582 MB of images, as far as they tell.',
        '5 live objects compared with the manifests: 1 differ, 1 are missing, 1 workload without a manifest.',
        '',
        'image                                digest   age    size  pulled in  pods     restarts',
        'registry.example/shop/web:1.4  aaaaaaaaaaaa  54 d  406 MB       14 s     3  7 OOMKilled',
        'busybox                                   ?     ?       ?          ?     1            0',
      ].join('\n'),
    );
  });

  it.each([40, 60, 80, 200])('fits %i columns', (columns) => {
    expect(
      Math.max(
        ...terminal(columns)
          .split('\n')
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(columns);
  });

  it('is a section of the JSON report, as its schema says', () => {
    const schema = JSON.parse(readFileSync(new URL('../../schemas/report.schema.json', import.meta.url), 'utf8'));
    const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);
    const report = JSON.parse(renderJson(clusterReport));
    validate(report);
    expect(validate.errors ?? []).toEqual([]);
    expect(report.inventory.cluster.images[0]).toMatchObject({ ageDays: 54, runBy: [{ restarts: 7 }] });
    expect(report.inventory.cluster.drift.differing[0].differences[1]).toEqual({
      kind: 'env',
      field: 'spec.template.spec.containers[web].env[TOKEN]',
      manifest: null,
      live: null,
    });
  });

  it('is a table in Markdown and in HTML', () => {
    expect(renderMarkdown(clusterReport)).toContain('| busybox | ? | ? | ? | ? | 1 | 0 |');
    expect(renderHtml(clusterReport)).toContain('<code>registry.example/shop/web:1.4</code>');
    expect(renderHtml(clusterReport)).toContain(`Context ${sampleCluster.context}`);
  });
});
