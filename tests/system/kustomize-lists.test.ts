import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { decodeArtifact } from '../../src/core/artifact.ts';
import { readKustomizations } from '../../src/kubernetes/kustomize.ts';
import type { YamlNode } from '../../src/kubernetes/yaml-node.ts';

/*
 * Lists of ports, in which some entries say a protocol and some do not, as kubectl's Kustomize merges them: hundreds of bases and patches in one kustomization.
 */
const missing = spawnSync('kubectl', ['version', '--client']).status !== 0;
const reason = 'kubectl is missing: scripts/system-parts kubectl';
const listCount = 400;

interface Port {
  readonly number: number;
  readonly protocol: string | undefined;
  readonly name: string | undefined;
  readonly deleted?: boolean;
}

const port = {
  number: fc.constantFrom(53, 80, 81),
  protocol: fc.constantFrom(undefined, undefined, 'TCP', 'UDP', 'SCTP'),
};
const basePort = fc.record<Port>({ ...port, name: fc.constantFrom(undefined, 'own') });
const patchPort = fc.record<Port>({
  ...port,
  name: fc.constantFrom(undefined, 'new'),
  deleted: fc.constantFrom(false, false, false, false, true),
});
const lists = fc.record({
  kind: fc.constantFrom<'Pod' | 'Service'>('Pod', 'Service'),
  base: fc.uniqueArray(basePort, {
    minLength: 1,
    maxLength: 4,
    selector: ({ number, protocol }) => `${number} ${protocol}`,
  }),
  patch: fc.uniqueArray(patchPort, {
    minLength: 1,
    maxLength: 3,
    selector: ({ number, protocol }) => `${number} ${protocol}`,
  }),
});

function object(name: string, kind: 'Pod' | 'Service', ports: readonly Port[]): string {
  const items = ports.map(({ number, protocol, name: own, deleted = false }) => ({
    [kind === 'Pod' ? 'containerPort' : 'port']: number,
    ...(protocol !== undefined && { protocol }),
    ...(own !== undefined && { name: own }),
    ...(deleted && { $patch: 'delete' }),
  }));
  const spec = kind === 'Pod' ? { containers: [{ name: 'c', ports: items }] } : { ports: items };
  return `${JSON.stringify({ apiVersion: 'v1', kind, metadata: { name }, spec })}\n`;
}

function plain(node: YamlNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'sequence') return node.items.map(plain);
  return Object.fromEntries(node.entries.map(({ key, value }) => [key.text, plain(value)]));
}

const byName = (objects: readonly unknown[]) =>
  new Map(objects.map((each) => [String(Object(Object(each).metadata).name), Object(each).spec]));

test('ports with and without a protocol are merged as kubectl kustomize merges them', ({ skip }) => {
  if (missing && process.env.CI === 'true') throw new Error(reason);
  skip(missing, reason);
  const cases = fc.sample(lists, listCount);
  const files = {
    'base.yaml': cases.map(({ kind, base }, at) => object(`o${at}`, kind, base)).join('---\n'),
    'patch.yaml': cases.map(({ kind, patch }, at) => object(`o${at}`, kind, patch)).join('---\n'),
    'kustomization.yaml': 'resources: [base.yaml]\npatches: [{path: patch.yaml}]\n',
  };
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-kustomize-lists-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(directory, name), text);
  const output = execFileSync('kubectl', ['kustomize', directory], { encoding: 'utf8', maxBuffer: 1 << 26 });
  rmSync(directory, { recursive: true, force: true });
  const theirs = byName(parseAllDocuments(output).map((document) => document.toJS()));
  const { objects, problems } = readKustomizations(['kustomization.yaml'], (wanted) => {
    const text = Object.entries(files).find(([name]) => name === wanted)?.[1];
    return text === undefined ? undefined : decodeArtifact(wanted, Buffer.from(text));
  });
  expect(problems).toEqual([]);
  const ours = byName(objects.map(({ node }) => plain(node)));
  expect(theirs.size).toBe(listCount);
  const different = cases.flatMap(({ kind, base, patch }, at) => {
    const [own, their] = [ours, theirs].map((each) =>
      JSON.stringify(each.get(`o${at}`)?.containers?.[0].ports ?? each.get(`o${at}`)?.ports ?? []),
    );
    return normal(own) === normal(their) ? [] : [{ kind, base, patch, own, their }];
  });
  expect(different).toEqual([]);
}, 60_000);

/** Without the order of the fields within an item. */
function normal(text: string | undefined): string {
  const items: unknown = JSON.parse(text ?? '[]');
  return JSON.stringify(Array.isArray(items) ? items.map((item) => Object.entries(Object(item)).sort()) : items);
}
