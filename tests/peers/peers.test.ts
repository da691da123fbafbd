import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { rules } from '../../src/rules/generated.ts';
import { toolOf } from './collect-cases.ts';

const lists = new Map(
  Object.entries(read('tests/peers/peer-checks.json')).map(([name, value]) => [name, texts(value)]),
);

/** The lists of Dockerfile checks with the prefix that their ids have in a rule. */
const dockerfileLists = [
  ['hadolint', 'hadolint'],
  ['buildkit', 'buildkit'],
  ['trivy-dockerfile', 'trivy'],
  ['checkov-dockerfile', 'checkov'],
  ['kics-dockerfile', 'kics'],
  ['parfum', 'parfum'],
  ['tally', 'tally'],
] as const;

const imageLists = [['dockle', 'dockle']] as const;

const kubernetesLists = [
  ['trivy-kubernetes', 'trivy'],
  ['checkov-kubernetes', 'checkov'],
  ['kube-linter', 'kube-linter'],
  ['kube-score', 'kube-score'],
  ['polaris', 'polaris'],
  ['pod-security', 'pod-security'],
] as const;

const claimed = new Map<string, string[]>();
for (const { id, definition } of rules)
  for (const peer of definition.peers) claimed.set(peer, [...(claimed.get(peer) ?? []), id]);

describe.each([...dockerfileLists, ...kubernetesLists, ...imageLists])('every check of %s', (list, tool) => {
  const reasons = reasonsFor(tool);

  test.each(idsOf(list))('%s has a rule or a reason, and not both', (id) => {
    const ruled = claimed.has(`${tool}:${id}`);
    const declined = reasons.has(id);
    expect({ id, ruled, declined }).toEqual({ id, ruled: !declined, declined: !ruled });
  });
});

describe('what is said of other tools', () => {
  const known = new Set(
    [...dockerfileLists, ...kubernetesLists, ...imageLists].flatMap(([list, tool]) =>
      idsOf(list).map((id) => `${tool}:${id}`),
    ),
  );
  const tools = [...new Set([...dockerfileLists, ...kubernetesLists, ...imageLists].map(([, tool]) => tool))];

  test('every id of a rule is one that the tool has', () => {
    const listed = [...claimed.keys()].filter((peer) => tools.some((tool) => tool === toolOf(peer)));
    expect(listed.filter((peer) => !known.has(peer))).toEqual([]);
  });

  test.each(tools)('every reason for %s is a sentence on a check that it has', (tool) => {
    for (const [id, reason] of reasonsFor(tool)) {
      expect(known, `docs/peers/${tool}.json`).toContain(`${tool}:${id}`);
      expect(reason).toMatch(/^\S.{20,}\.$/s);
    }
  });
});

/** `DS001 use-specific-tags` is DS001, `tally/eol-last` is eol-last. */
function idsOf(list: string): string[] {
  return (lists.get(list) ?? []).map((entry) => (entry.split(' ')[0] ?? '').replace(/^tally\//, ''));
}

function reasonsFor(tool: string): ReadonlyMap<string, string> {
  const file = `docs/peers/${tool}.json`;
  return new Map(Object.entries(existsSync(file) ? read(file) : {}).map(([id, reason]) => [id, String(reason)]));
}

function read(file: string): Record<string, unknown> {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
