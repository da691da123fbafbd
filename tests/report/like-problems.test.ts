import { describe, expect, test } from 'vitest';
import { likeProblems, othersText } from '../../src/report/internal/like-problems.ts';

const charts = (count: number) =>
  Array.from({ length: count }, (_, at) => ({
    path: `charts/c${at}/Chart.yaml`,
    message: `the ${at + 2} templates of this chart need Helm to be read, and helm is not installed`,
  }));
const told = (problems: readonly { path: string; message: string }[]) =>
  likeProblems(problems).map((each) => [each.first.path, othersText(each)]);

describe('problems that say the same', () => {
  test('are told once, with a count and the first places', () => {
    expect(told(charts(40))).toEqual([
      [
        'charts/c0/Chart.yaml',
        'The same 39 times more: charts/c1/Chart.yaml, charts/c2/Chart.yaml, charts/c3/Chart.yaml …',
      ],
    ]);
  });

  test('are told one by one where there are few', () => {
    expect(told(charts(3)).map(([, others]) => others)).toEqual(['', '', '']);
  });

  test('name other addresses, files and numbers', () => {
    const elsewhere = ['https://a.example/b?ref=v1', 'git@b.example:c/d', '../../c', 'd.yaml'].map((written, at) => ({
      path: `${at}/kustomization.yaml`,
      message: `${written} lies elsewhere and is not fetched`,
    }));
    expect(told(elsewhere)).toHaveLength(1);
  });

  test('are none in other words', () => {
    const problems = ['crds', 'openapi', 'helmCharts', 'vars'].map((field) => ({
      path: `${field}.yaml`,
      message: `${field} is not applied here`,
    }));
    expect(told(problems)).toHaveLength(4);
  });
});
