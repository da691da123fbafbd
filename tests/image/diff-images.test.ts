import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { compareImages } from '../../src/image/compare-images.ts';
import { diffImages } from '../../src/image/diff-images.ts';
import {
  comparisonJson,
  differenceJson,
  renderComparison,
  renderDifference,
} from '../../src/report/image-difference.ts';
import { analysisFrom } from './build-analysis.ts';

const before = analysisFrom(`
name: shop/web:1
user: root
environment: [TOKEN=old, PATH=/bin]
steps:
  - by: base
    digest: sha256:aa
    files: [{ path: bin/sh, bytes: 100, content: x }]
    packages: [{ name: openssl, version: "1.0" }, { kind: npm, name: left, version: "1" }]
  - by: own
    digest: sha256:bb
    files:
      - { path: app/a, bytes: 10, content: one }
      - { path: app/gone, bytes: 5, content: two }
      - { path: app/mode, bytes: 5, content: three, mode: "644" }
`).analysis;

const after = analysisFrom(`
name: shop/web:2
user: "10001"
environment: [TOKEN=new, PATH=/bin]
steps:
  - by: base
    files: [{ path: bin/sh, bytes: 100, content: x }]
    packages: [{ name: openssl, version: "1.1" }, { kind: npm, name: right, version: "1" }]
  - by: own
  - by: more
    files:
      - { path: app/a, bytes: 10, content: other }
      - { path: app/new, bytes: 7, content: four }
      - { path: app/mode, bytes: 5, content: three, mode: "755" }
`).analysis;

describe('what an image has otherwise than another', () => {
  const difference = diffImages(before, after);

  test('files: content, also of the same size, mode, what came and went', () => {
    expect(difference.files.map(({ change, path, differs }) => [change, path, differs.join()])).toEqual([
      ['changed', 'app/a', 'content'],
      ['added', 'app/new', ''],
      ['removed', 'app/gone', ''],
      ['changed', 'app/mode', 'mode'],
    ]);
  });

  test('packages', () => {
    expect(difference.packages).toEqual([
      { kind: 'deb', name: 'openssl', before: ['1.0'], after: ['1.1'] },
      { kind: 'npm', name: 'left', before: ['1'], after: [] },
      { kind: 'npm', name: 'right', before: [], after: ['1'] },
    ]);
  });

  test('configuration, no value of a variable', () => {
    expect(difference.configuration).toEqual([
      { field: 'user', before: 'root', after: '10001' },
      { field: 'env TOKEN', before: '•••', after: '•••' },
    ]);
  });

  test('as text', () => {
    const text = renderDifference(
      { before: 'a', after: 'b', beforeBytes: 120, afterBytes: 122, difference, vulnerabilities: undefined },
      { columns: 100, color: false, all: false },
    );
    expect(text).toContain('120 B → 122 B: 2 B more');
    expect(text).toContain('Files: 1 added, 1 removed, 2 changed');
    expect(text).toMatch(/~\s+10 B\s+10 B\s+content\s+\/app\/a/);
  });

  test('nothing for the same image', () => {
    expect(diffImages(before, before)).toMatchObject({ files: [], packages: [], configuration: [] });
  });
});

describe('what images share', () => {
  const one = (digit: string, path: string) =>
    analysisFrom(`
name: shop/${path}:1
steps:
  - by: base
    files: [{ path: bin/sh, bytes: 100, content: x }]
  - by: own
    digest: sha256:${digit}
    files: [{ path: ${path}, bytes: 10, content: ${path} }, { path: lib, bytes: 50, content: lib }]
`).analysis;
  const [web, api] = [one('1', 'web'), one('2', 'api')];
  const other = {
    ...api,
    layers: api.layers.map((each, at) =>
      at === 0 ? each : { ...each, layer: { ...each.layer, diffId: 'sha256:other' } },
    ),
  };
  const comparison = compareImages([web, other]);

  test('layers are stored once, by what is in them', () => {
    expect(comparison).toMatchObject({
      sumBytes: 320,
      storedBytes: 220,
      packedBytes: 3000,
      images: [
        { bytes: 160, sharedBytes: 100 },
        { bytes: 160, sharedBytes: 100 },
      ],
      shared: [
        [160, 100],
        [100, 160],
      ],
    });
  });

  test('what all have alike outside of them is what a common base would save', () => {
    expect(comparison.common).toEqual({ files: 1, bytes: 50, savedBytes: 50 });
    expect(renderComparison(comparison, { columns: 100, color: false, all: false })).toContain('save 50 B');
  });
});

describe('the JSON for programs', () => {
  const vulnerable =
    analysisFrom(
      'vulnerabilities: [{ id: CVE-2026-0001, package: a, severity: high }]\nsteps: [{ packages: [{ name: a, version: "1" }] }]',
    ).vulnerabilities ?? [];
  const difference = (found: boolean) =>
    differenceJson({
      before: 'a',
      after: 'b',
      beforeBytes: 1,
      afterBytes: 2,
      difference: diffImages(before, after),
      vulnerabilities: found ? { gone: vulnerable, come: [] } : undefined,
    });

  test.each([
    ['image-difference', difference(true)],
    ['image-difference', difference(false)],
    ['image-comparison', comparisonJson(compareImages([before, after]))],
  ])('agrees with schemas/%s.schema.json, which refuses what is missing or more', (name, text) => {
    const schema = JSON.parse(readFileSync(`schemas/${name}.schema.json`, 'utf8'));
    const validate = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true }).compile(schema);
    const value = JSON.parse(text);
    expect(validate(value), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...value, more: 1 })).toBe(false);
    for (const field of Object.keys(value)) expect(validate({ ...value, [field]: undefined })).toBe(false);
  });
});

test('secrets in labels and commands are shown of neither image', () => {
  const imageWith = (secret: string) =>
    analysisFrom(`
name: shop/web:1
labels: { api_token: ${secret}, version: ${secret.slice(0, 3)} }
command: [app, --db-password, ${secret}]
steps:
  - by: own
`).analysis;
  const { configuration } = diffImages(imageWith('q8Zk3Lw9Vb2X'), imageWith('Tr0ub4dor3Ab'));
  expect(configuration).toEqual([
    { field: 'command', before: 'app --db-password •••', after: 'app --db-password •••' },
    { field: 'label api_token', before: '•••', after: '•••' },
    { field: 'label version', before: 'q8Z', after: 'Tr0' },
  ]);
});
