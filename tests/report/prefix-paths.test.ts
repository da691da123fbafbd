import { expect, test } from 'vitest';
import { renderJson } from '../../src/report/json.ts';
import { renderPlain } from '../../src/report/plain.ts';
import { prefixPaths } from '../../src/report/prefix-paths.ts';
import { sampleReport } from './sample-report.ts';

test('every path of a report is seen from the other directory', () => {
  const moved = renderJson(prefixPaths(sampleReport, 'shops/one/'));
  const paths = [...moved.matchAll(/"(?:path|dockerfile|context)": "([^"]*)"/g)].map(([, path]) => path);
  expect(paths.length).toBeGreaterThan(15);
  for (const path of paths) expect(path).toMatch(/^shops\/one\/[a-z]/);
  expect(moved).toContain('"excerpt": "RUN chown -R node:node /app"');
});

test.each(['', '.', './'])('the prefix %j changes nothing', (prefix) => {
  expect(prefixPaths(sampleReport, prefix)).toBe(sampleReport);
});

test('standard input stays what it is', () => {
  const [finding] = sampleReport.findings;
  if (!finding) throw new Error('the sample has findings');
  const report = {
    ...sampleReport,
    problems: [],
    findings: [{ ...finding, locations: [{ ...finding.locations[0], path: '-' }] as const }],
  };
  expect(renderPlain(prefixPaths(report, 'web'))).toMatch(/^-:5:1: error /);
});

test('what lies beside the audited directory does not get it before its path', () => {
  const report = { ...sampleReport, problems: [{ path: '../history.db', message: 'not recorded', remedy: '' }] };
  expect(prefixPaths(report, 'shops/one').problems[0]?.path).toBe('shops/history.db');
});
