import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { repairDirectory } from '../../benchmarks/corpus/fix-results.ts';
import { askApiServer } from '../../benchmarks/manifests/api-server.ts';
import { splitDocuments } from '../../src/kubernetes/read-yaml.ts';
import { rules } from '../../src/rules/generated.ts';
import { readRulePage } from '../rules/rule-page.ts';

const missing = spawnSync('scripts/cluster', ['check', 'api']).status !== 0;
const reason = 'the API server of Kubernetes is missing: scripts/system-parts cluster';
const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-api-'));
const kubeconfig = path.join(directory, 'cluster', 'kubeconfig');

beforeAll(() => {
  if (missing && process.env.CI === 'true') throw new Error(reason);
  if (missing) return;
  const started = spawnSync('scripts/cluster', ['up', path.join(directory, 'cluster'), 'api'], { encoding: 'utf8' });
  if (started.status !== 0) throw new Error(started.stderr);
}, 120_000);
beforeEach((context) => {
  if (missing) context.skip(reason);
});
afterAll(() => {
  if (!missing) spawnSync('scripts/cluster', ['down', path.join(directory, 'cluster')]);
  rmSync(directory, { recursive: true, force: true });
}, 60_000);

interface Pair {
  readonly title: string;
  readonly before: string | undefined;
  readonly after: string;
}

/** What the API server took before it takes after. Gives how many it took. */
function expectAccepted(pairs: readonly Pair[]): { readonly before: number; readonly after: number } {
  const before = askApiServer(
    kubeconfig,
    pairs.map((pair) => pair.before ?? ''),
  );
  const after = askApiServer(
    kubeconfig,
    pairs.map((pair) => pair.after),
  );
  const refused = pairs.flatMap(({ title, before: old }, index) =>
    after[index]?.accepted === false && (old === undefined || before[index]?.accepted)
      ? `${title}: ${after[index]?.says}`
      : [],
  );
  expect(refused).toEqual([]);
  const accepted = (verdicts: typeof before) =>
    verdicts.filter((verdict, index) => verdict.accepted && pairs[index]?.before !== undefined).length;
  return { before: accepted(before), after: accepted(after) };
}

function documentsOf(text: string): string[] {
  return [...splitDocuments(text)]
    .map(({ start, end }) => text.slice(start, end))
    .filter((document) => document.replace(/^---|#.*$/gm, '').trim() !== '');
}

describe('a real API server takes what is repaired wherever it took the original', () => {
  test('on the pages of the rules, and more than before', { timeout: 300_000 }, () => {
    const pairs = rules.flatMap(({ id }) => {
      const { cases } = readRulePage(readFileSync(path.join('src/rules', `${id}.md`), 'utf8'));
      return cases.flatMap((fixed) => {
        const bad = cases.find(({ kind, title }) => kind === 'bad' && title === fixed.title);
        if (fixed.kind !== 'fixed' || !bad) return [];
        return fixed.files.flatMap(({ path: file, text }): Pair[] => {
          const old = bad.files.find((each) => each.path === file)?.text;
          if (!/\.(?:ya?ml|json)$/.test(file) || !/^\s*"?apiVersion"?:/m.test(text)) return [];
          return [{ title: `${id}: ${fixed.title}: ${file}`, before: old, after: text }];
        });
      });
    });
    expect(pairs.length).toBeGreaterThan(35);
    const { before, after } = expectAccepted(pairs);
    expect(after).toBeGreaterThan(before);
    console.log(`${pairs.length} repaired manifests of rule pages: ${before} accepted before, ${after} after`);
  });

  test('in files of many styles, and a second run finds nothing more to do', { timeout: 300_000 }, async () => {
    const original = 'tests/system/manifests';
    const scratch = path.join(directory, 'repaired');
    cpSync(original, scratch, { recursive: true });
    const first = await repairDirectory(original, 'recommended', true);
    const pairs = first.changed.flatMap(({ path: file, before, after }) => {
      writeFileSync(path.join(scratch, file), after.text);
      if (!/\.(?:ya?ml|json)$/.test(file)) return [];
      const olds = before ? documentsOf(before.text) : [];
      return documentsOf(after.text).map((text, index) => ({ title: file, before: olds[index], after: text }));
    });
    const { before } = expectAccepted(pairs);
    expect(first.changed.length).toBeGreaterThan(2);
    expect(before).toBe(pairs.filter((pair) => pair.before !== undefined).length);
    for (const { before: old, after } of first.changed) {
      if (!old) continue;
      for (const [comment] of old.text.matchAll(/# .*/g)) expect(after.text).toContain(comment.trimEnd());
      if (old.text.includes('\r\n')) expect(after.text.replaceAll('\r\n', '')).not.toContain('\n');
    }
    const second = await repairDirectory(scratch, 'recommended', true);
    expect(second.changed.map(({ path: file }) => file)).toEqual([]);
    console.log(`${first.applied.length} fixes in ${first.changed.length} files, ${first.withdrawn.length} taken back`);
  });
});
