import { expect, test } from 'vitest';
import type { FixReport } from '../../src/core/fix-report.ts';
import { renderFixes } from '../../src/report/fix-terminal.ts';

const nothing: FixReport = {
  tool: { name: 'plimsoll', version: '1' },
  target: '.',
  name: 'shop',
  files: [],
  applied: [],
  open: [],
  withdrawn: [],
  withoutFix: 0,
  leftAlone: [],
  problems: [],
  rounds: 1,
  complete: true,
  seconds: 0,
};

function leftAlone(problems: readonly (readonly [string, string])[]): readonly string[] {
  const report = { ...nothing, problems: problems.map(([path, message]) => ({ path, message, remedy: '' })) };
  return renderFixes(report, { columns: 200, color: false })
    .split('\n')
    .filter((line) => line.startsWith('left alone'));
}

test('a reason is told once, as in an audit, with the files that it holds for', () => {
  const remote = 'https://example.com/crds.yaml lies elsewhere and is not fetched';
  const files = ['a', 'b', 'c', 'c', 'd'].map((name): [string, string] => [`${name}/kustomization.yaml`, remote]);
  expect(leftAlone([...files, ['d.yaml', 'this is no YAML']])).toEqual([
    `left alone  a/kustomization.yaml: ${remote}. The same 3 times more: b/kustomization.yaml, c/kustomization.yaml, d/kustomization.yaml`,
    'left alone  d.yaml: this is no YAML',
  ]);
});
