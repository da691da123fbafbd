import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { peerCases, toolOf } from '../peers/collect-cases.ts';
import { findProgram, type LaidOutCase, peerTools } from '../peers/peer-tools.ts';

/**
 * Every case of a rule's page that names another tool's check is shown to that tool, which must judge it the same way. The
 * tools are found by PLIMSOLL_PEERS (a list of directories), where scripts/system-parts put them, or on the PATH.
 */
const cases = peerCases();
const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-peers-'));
const laidOut: readonly LaidOutCase[] = cases.map((peerCase, index) => ({ peerCase, directory: `case-${index}` }));

beforeAll(() => {
  for (const { peerCase, directory } of laidOut)
    for (const file of peerCase.files) {
      const target = path.join(scratch, directory, file.path);
      mkdirSync(path.dirname(target), { recursive: true });
      writeFileSync(target, file.text);
    }
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function groups<Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, readonly Item[]> {
  const found = new Map<string, Item[]>();
  for (const item of items) found.set(keyOf(item), [...(found.get(keyOf(item)) ?? []), item]);
  return found;
}

for (const tool of peerTools) {
  const own = laidOut.filter(({ peerCase }) =>
    [...peerCase.judgements.keys()].some((peer) => toolOf(peer) === tool.name),
  );
  if (own.length === 0) continue;
  const program = findProgram(tool);

  describe(tool.name, () => {
    let reported: ReadonlyMap<LaidOutCase, ReadonlySet<string>> = new Map();
    beforeAll(() => {
      if (program !== undefined) reported = tool.ask(program, scratch, own);
    }, 600_000);
    beforeEach((context) => {
      if (program === undefined) context.skip(`${tool.name} is not installed: scripts/system-parts`);
    });

    const byRule = groups(own, ({ peerCase }) => peerCase.rule);
    test.each([...byRule])('judges the cases of %s alike', (_rule, cases) => {
      const differences = cases.flatMap((each) => {
        const found = reported.get(each) ?? new Set();
        return [...each.peerCase.judgements]
          .filter(([peer]) => toolOf(peer) === tool.name && !tool.unaskable?.includes(peer))
          .filter(([peer, must]) => found.has(peer) !== must)
          .map(([peer, must]) => `${each.peerCase.title}: ${peer} is ${must ? 'not reported' : 'reported'}`);
      });
      expect(differences).toEqual([]);
    });
  });
}

describe('tools that are not asked here', () => {
  const asked = new Set(peerTools.map(({ name }) => name));
  const others = cases.flatMap(({ judgements }) => [...judgements.keys()]).filter((peer) => !asked.has(toolOf(peer)));

  test('are the known ones', () => {
    const counts = groups(others, toolOf);
    for (const [tool, peers] of counts)
      console.log(`${tool}: ${peers.length} judgements of cases are not checked against the tool`);
    expect([...counts.keys()].filter((tool) => !unasked.includes(tool))).toEqual([]);
  });
});

/** Tools that no package registry has for this platform: their checks' own texts were read instead. Pod Security is asked by pod-security.test.ts. */
const unasked = [
  'trivy',
  'kics',
  'parfum',
  'kube-linter',
  'polaris',
  'kubescape',
  'dockle',
  'shellcheck',
  'pod-security',
];
