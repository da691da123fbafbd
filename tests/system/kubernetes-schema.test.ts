import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { objectsOf } from '../../src/kubernetes/manifest.ts';
import { dataKeyFault, keyFault, labelNameFault, objectNameFault } from '../../src/kubernetes/object-names.ts';
import { readYaml } from '../../src/kubernetes/read-yaml.ts';
import { checkObject } from '../../src/kubernetes/schema/check-object.ts';
import { kubernetesSchema } from '../../src/kubernetes/schema/read-schema.ts';
import { rules } from '../../src/rules/generated.ts';
import { readRulePage } from '../rules/rule-page.ts';
import { type Answer, strictAnswers } from './api-answers.ts';
import { isObject, mutationsOf } from './mutate-object.ts';
import { keysToTry, namesToTry, objectsToName, withKey } from './named-objects.ts';

const shared = process.env.PLIMSOLL_NODE;
const missing = shared === undefined && spawnSync('scripts/cluster', ['check', 'api']).status !== 0;
const reason = 'the API server of Kubernetes is missing: scripts/system-parts cluster';
const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-schema-'));
const kubeconfig = path.join(shared ?? path.join(directory, 'cluster'), 'kubeconfig');

beforeAll(() => {
  if (missing && process.env.CI === 'true') throw new Error(reason);
  if (missing || shared !== undefined) return;
  const started = spawnSync('scripts/cluster', ['up', path.join(directory, 'cluster'), 'api'], { encoding: 'utf8' });
  if (started.status !== 0) throw new Error(started.stderr);
}, 120_000);
beforeEach((context) => {
  if (missing) context.skip(reason);
});
afterAll(() => {
  if (!missing && shared === undefined) spawnSync('scripts/cluster', ['down', path.join(directory, 'cluster')]);
  rmSync(directory, { recursive: true, force: true });
}, 60_000);

/**
 * Fields of a feature gate that is off unless it is turned on: the API server drops them before it looks at what they say, so that it is no judge of it.
 * ContainerStopSignals: https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates/
 */
const dropped = /^core\/v1\.Lifecycle stopSignal: a value that it has not$/;

interface Known {
  readonly title: string;
  readonly text: string;
}

/** Every object of a kind that the schema has, a text each, in a file of the repository's own. */
function knownObjects(): Known[] {
  const pages = rules.flatMap(({ id }) =>
    readRulePage(readFileSync(path.join('src/rules', `${id}.md`), 'utf8')).cases.flatMap(({ title, files }) =>
      files.map(({ path: file, text }) => ({ title: `${id}: ${title}`, file, text })),
    ),
  );
  const manifests = readdirSync('tests/system/manifests').map((file) => ({
    title: file,
    file,
    text: readFileSync(path.join('tests/system/manifests', file), 'utf8'),
  }));
  const seen = new Map<string, Known>();
  for (const { title, file, text } of [...pages, ...manifests]) {
    if (!/\.(?:ya?ml|json)$/.test(file)) continue;
    for (const document of readYaml({ path: file, text, encoding: 'utf-8' }).documents)
      for (const object of objectsOf(document)) {
        const written = text.slice(object.range.start, object.range.end);
        const isSolitary = object.range === document.range;
        if (isSolitary && kubernetesSchema().kind(object.apiVersion, object.kind))
          seen.set(written, { title, text: written });
      }
  }
  return [...seen.values()];
}

function faultsIn(text: string): string[] {
  const { documents } = readYaml({ path: 'object.yaml', text, encoding: 'utf-8' });
  return documents
    .flatMap((document) => objectsOf(document))
    .flatMap((object) => {
      const kind = kubernetesSchema().kind(object.apiVersion, object.kind);
      return kind ? checkObject(object.node, kind.type) : [];
    })
    .map((fault) => `${fault.kind} ${fault.path}`);
}

let asked: Promise<readonly Answer[]> | undefined;

/** The objects with what the API server says of each; it is asked once. */
async function judged() {
  const objects = knownObjects();
  asked ??= strictAnswers(
    kubeconfig,
    objects.map(({ text }) => text),
  );
  return { objects, verdicts: await asked };
}

describe('what a real API server takes has no fault, and what has one it refuses', () => {
  test('the objects of the pages of rules', { timeout: 120_000 }, async () => {
    const { objects, verdicts } = await judged();
    const accepted = objects.filter((_, index) => verdicts[index]?.taken);
    expect(accepted.length).toBeGreaterThan(200);
    expect(accepted.flatMap(({ title, text }) => faultsIn(text).map((fault) => `${title}: ${fault}`))).toEqual([]);
  });

  test('each field of them, made wrong', { timeout: 240_000 }, async () => {
    const { objects, verdicts } = await judged();
    const mutations = new Map<string, string>();
    for (const [index, { text }] of objects.entries()) {
      if (!verdicts[index]?.taken) continue;
      const object: unknown = parse(text);
      const value = JSON.parse(JSON.stringify(object));
      const type = isObject(value) && kubernetesSchema().kind(String(value.apiVersion), String(value.kind))?.type;
      if (!type) continue;
      for (const { name, object: wrong } of mutationsOf(value, type))
        if (!mutations.has(name) && !dropped.test(name)) mutations.set(name, JSON.stringify(wrong));
    }
    const texts = [...mutations.values()];
    const answers = await strictAnswers(kubeconfig, texts);
    const disagreed = [...mutations.keys()].flatMap((name, index) => {
      const found = faultsIn(texts[index] ?? '');
      const refused = answers[index]?.taken === false;
      if (refused === found.length > 0) return [];
      return [`${name}: ${refused ? 'refused, and nothing found' : `taken, and found: ${found}`}`];
    });
    console.log(`${texts.length} mutations, ${disagreed.length} judged otherwise`);
    expect(texts.length).toBeGreaterThan(500);
    expect(disagreed).toEqual([]);
  });
});

describe('names and keys that a real API server refuses have a fault, and no others', () => {
  test('names, by kind', { timeout: 60_000 }, async () => {
    const cases = objectsToName.flatMap((object) => namesToTry.map((name) => ({ object, name })));
    const answers = await strictAnswers(
      kubeconfig,
      cases.map(({ object, name }) => JSON.stringify({ ...object, metadata: { name } })),
    );
    const disagreed = cases.flatMap(({ object, name }, index) => {
      const [group = ''] = String(object.apiVersion).includes('/') ? String(object.apiVersion).split('/') : [];
      const fault = objectNameFault(group, String(object.kind), name);
      const { taken, says = '' } = answers[index] ?? {};
      return taken === (fault === undefined) ? [] : [`${object.kind} ${name}: ${fault ?? 'nothing found'}; ${says}`];
    });
    expect(disagreed).toEqual([]);
  });

  test.each([
    ['label', (text: string) => keyFault(text, 'label')],
    ['annotation', (text: string) => keyFault(text, 'annotation')],
    ['data', dataKeyFault],
    ['container', labelNameFault],
    ['volume', labelNameFault],
  ] as const)('each %s', async (place, faultOf) => {
    const answers = await strictAnswers(
      kubeconfig,
      keysToTry.map((key) => JSON.stringify(withKey(place, key))),
    );
    const disagreed = keysToTry.flatMap((key, index) => {
      const fault = faultOf(key);
      const { taken, says = '' } = answers[index] ?? {};
      return taken === (fault === undefined) ? [] : [`${key}: ${fault ?? 'nothing found'}; ${says}`];
    });
    expect(disagreed).toEqual([]);
  });
});
