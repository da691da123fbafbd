import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isArea } from '../../src/core/area.ts';
import type { Finding } from '../../src/core/finding.ts';
import { applyEdits, fixClass } from '../../src/core/fix.ts';
import type { NamedRule } from '../../src/core/rule.ts';
import type { Rule } from '../../src/project/rule.ts';
import { rules } from '../../src/rules/generated.ts';
import { checkCase, layOutFiles } from './check-case.ts';
import { type CaseFile, type RuleCase, readRulePage } from './rule-page.ts';

const only = process.env.RULE;
let scratch = '';

beforeAll(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-cases-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

for (const rule of rules) {
  if (only !== undefined && !rule.id.includes(only)) continue;
  describe(rule.id, () => {
    const file = path.join('src/rules', `${rule.id}.md`);
    const page = existsSync(file) ? readRulePage(readFileSync(file, 'utf8')) : undefined;
    const cases = page?.cases ?? [];

    test('is declared whole and has a page', () => {
      expect(isArea(rule.area)).toBe(true);
      expect(rule.id).toMatch(/^[a-z]+\/[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(page?.title, `${file} begins with a title`).not.toBe('');
      expect(cases.filter((each) => each.kind === 'bad').length, 'bad cases').toBeGreaterThan(0);
      expect(cases.filter((each) => each.kind === 'good').length, 'good cases').toBeGreaterThan(0);
      expect(rule.definition.offBecause !== undefined).toBe(rule.definition.preset === 'all');
      for (const sentence of [rule.definition.summary, rule.definition.why, rule.definition.remedy])
        expect(sentence.trim().length).toBeGreaterThan(8);
    });

    test.each(rule.definition.peers)('has a bad and a good case for %s', (peer) => {
      expect(cases.some((each) => each.kind === 'bad' && each.expected.some(({ peers }) => peers.includes(peer)))).toBe(
        true,
      );
      expect(cases.some((each) => each.kind === 'good' && each.goodFor.includes(peer))).toBe(true);
    });

    test.each(cases.filter((each) => each.kind === 'bad'))('finds: $title', async (bad) => {
      const directory = layOutFiles(scratch, bad.files);
      const findings = await checkCase(directory, rule, bad.options);
      expect(described(findings)).toEqual(expectedOf(bad));
      for (const finding of findings) for (const peer of finding.peers) expect(rule.definition.peers).toContain(peer);
      const fixes = findings.filter((finding) => finding.fix && fixClass(finding.fix) !== undefined);
      const fixed = cases.find((each) => each.kind === 'fixed' && each.title === bad.title);
      expect(fixed !== undefined, 'a fixed case exactly where there is a fix').toBe(fixes.length > 0);
      if (fixed) await checkFixed(rule, bad, fixed, fixes);
      for (const { fix, locations } of fixed?.fixClass ? fixes : [])
        expect(fix && fixClass(fix), `class of the fix of line ${locations[0].start.line}`).toBe(fixed?.fixClass);
    });

    test.each(cases.filter((each) => each.kind === 'good'))('passes: $title', async (good) => {
      const directory = layOutFiles(scratch, good.files);
      expect(described(await checkCase(directory, rule, good.options))).toEqual([]);
    });
  });
}

/** All fixes together give exactly the fixed files, and a second run has nothing left to fix. */
async function checkFixed(
  rule: NamedRule<Rule>,
  bad: RuleCase,
  fixed: RuleCase,
  findings: readonly Finding[],
): Promise<void> {
  const result = applyFixes(bad.files, findings);
  for (const file of fixed.files) expect(result.find(({ path }) => path === file.path)?.text).toBe(file.text);
  const again = await checkCase(layOutFiles(scratch, result), rule, bad.options);
  const left = again.filter((finding) => finding.fix && fixClass(finding.fix) !== undefined);
  expect(described(left), 'a second run has nothing left to fix').toEqual([]);
}

function applyFixes(files: readonly CaseFile[], findings: readonly Finding[]): CaseFile[] {
  const offered = findings.flatMap(({ fix }) => (fix && fixClass(fix) !== undefined ? fix.changes : []));
  // Several findings may carry one repair.
  const changes = [...new Map(offered.map((change) => [JSON.stringify(change), change])).values()];
  const edited = files.map((file) => ({
    ...file,
    text: applyEdits(
      file.text,
      changes.flatMap(({ edits }) => edits.filter((edit) => edit.path === file.path)),
    ),
  }));
  const added = changes.flatMap(({ newFiles }) => newFiles ?? []);
  return [...edited, ...added.map((file) => ({ ...file, size: undefined, mode: undefined }))];
}

function described(
  findings: readonly Finding[],
): readonly { readonly places: readonly string[]; readonly peers: readonly string[] }[] {
  return findings
    .map((finding) => ({
      places: finding.locations.map(({ path, start }) => `${path}:${start.line}`),
      peers: [...finding.peers].sort(),
    }))
    .sort(byFirstPlace);
}

function expectedOf(bad: RuleCase): ReturnType<typeof described> {
  return bad.expected.map(({ places, peers }) => ({ places, peers: [...peers].sort() })).sort(byFirstPlace);
}

function byFirstPlace(a: { readonly places: readonly string[] }, b: { readonly places: readonly string[] }): number {
  return a.places.join(' ').localeCompare(b.places.join(' '), 'en', { numeric: true });
}
