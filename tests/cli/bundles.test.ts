import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { bundles, common, lateAudit, parts } from '../../scripts/bundles.mjs';

/** What an audit of files never asks for: it would be read and taken up in every run all the same. */
const ofOtherCommands = [
  'observe',
  'init',
  'respond',
  'fix',
  'prove',
  'optimize',
  'maintain',
  'history',
  'pipelines',
  'server',
];

/** Bytes. Every 100 kB more is a millisecond more at the start: what only some audits need belongs into a file beside it. */
const largest = 1_700_000;

test('the bundle of plimsoll audit has that command alone', async () => {
  const { metafile } = await build({ ...bundles.audit, write: false, outdir: 'dist/cli' });
  const [output] = Object.values(metafile?.outputs ?? {});
  const parts = Object.keys(output?.inputs ?? {}).map((file) =>
    /(?:^|\/)(src|node_modules)\/((?:@[^/]+\/)?[^/]+)/.exec(file),
  );
  const folders = new Set(parts.flatMap((part) => (part?.[1] === 'src' && part[2]) || []));
  expect([...folders]).toEqual(expect.arrayContaining(['audit', 'rules', 'repairs', 'report']));
  expect([...folders].filter((folder) => ofOtherCommands.includes(folder))).toEqual([]);
  const packages = new Set(parts.flatMap((part) => (part?.[1] === 'node_modules' && part[2]) || []));
  expect([...packages].sort()).toEqual(['get-east-asian-width', 'ignore', 'js-yaml', 'unbash']);
  expect(output?.bytes).toBeLessThan(largest);
});

test('what records a run has no more than that: images are recorded by a part of its own', async () => {
  const { outputFiles: [recording] = [] } = await build({ ...bundles.recording, write: false, outdir: 'dist/cli' });
  expect(recording?.text).toContain('require("./sqlite.js")');
  expect(recording?.text).toContain('require("./recorded-image.js")');
  expect(recording?.contents.length).toBeLessThan(80_000);
});

test('what is beside a bundle asks for its libraries as bundles do', async () => {
  const { outputFiles } = await build({ ...parts, write: false, outdir: 'dist/cli' });
  const text = (outputFiles ?? []).map((file) => file.text).join('\n');
  expect(text.includes('require("./yaml.js")')).toBe(true);
  expect(text.includes('import("./')).toBe(false);
});

test('a rebuild is told of without a rule: what loads them all takes longer than the question', async () => {
  const { metafile } = await build({
    ...{ ...common, metafile: true, format: 'esm', splitting: true, packages: 'external' },
    ...{ entryPoints: ['src/cli/perform-rebuild.ts'], write: false, outdir: 'dist/cli' },
  });
  const outputs = metafile?.outputs ?? {};
  // What is imported later stands in a file of its own.
  const [entry] = Object.values(outputs).filter(({ entryPoint }) => entryPoint === 'src/cli/perform-rebuild.ts');
  const shared = entry?.imports.flatMap((each) => (each.kind === 'import-statement' ? [each.path] : [])) ?? [];
  const inputs = [entry, ...shared.map((file) => outputs[file])].flatMap((each) => Object.keys(each?.inputs ?? {}));
  expect(inputs).toContain('src/maintain/rebuild/predict-rebuild.ts');
  expect(inputs.filter((file) => /^src\/(?:rules|repairs)\//.test(file))).toEqual([]);
});

test('functions that load a part of their own when they are called are all that their files export', async () => {
  for (const { file, functions } of Object.values(lateAudit)) {
    const exported: Record<string, unknown> = await import(pathToFileURL(file).href);
    expect(Object.keys(exported).sort()).toEqual([...functions].sort());
    expect(Object.values(exported).every((each) => typeof each === 'function')).toBe(true);
  }
});
