import { describe, expect, test } from 'vitest';
import type { Report } from '../../src/core/report.ts';
import { renderGithub } from '../../src/report/github.ts';
import { renderJson } from '../../src/report/json.ts';
import { renderJunit } from '../../src/report/junit.ts';
import { renderPlain } from '../../src/report/plain.ts';
import { prefixPaths } from '../../src/report/prefix-paths.ts';
import { renderSarif } from '../../src/report/sarif.ts';
import { cleanReport } from './sample-report.ts';

const templates = ['web/templates/a.yaml', 'web/templates/b.yaml'];
const problem = {
  path: 'web/Chart.yaml',
  message: 'the 2 templates of this chart need Helm to be read, and helm is not installed',
  remedy: 'Install helm.',
};
const report: Report = { ...cleanReport, problems: [{ ...problem, templates }] };

/** Nothing is wrong with them, and a run that fails for them would fail on each machine without helm. */
describe('templates whose result is not known are a notice that names them', () => {
  test('in JUnit', () => {
    const text = renderJunit(report);
    expect(text).toContain('tests="1" failures="0" errors="0" skipped="1"');
    for (const each of templates) expect(text).toContain(each);
  });

  test('in SARIF', () => {
    const [run] = JSON.parse(renderSarif(report)).runs;
    const [notification] = run.invocations[0].toolExecutionNotifications;
    expect(notification.level).toBe('note');
    expect(JSON.stringify(notification.locations)).toContain('web/templates/b.yaml');
  });

  test('in SARIF, where one of them is the place of the problem, once', () => {
    const [path = ''] = templates;
    const [run] = JSON.parse(renderSarif({ ...report, problems: [{ ...problem, path, templates }] })).runs;
    const [{ locations }] = run.invocations[0].toolExecutionNotifications;
    expect(JSON.stringify(locations).split(path)).toHaveLength(2);
    expect(locations).toHaveLength(2);
  });

  test('in JSON, seen from where the report is read', () => {
    const { problems } = JSON.parse(renderJson(prefixPaths(report, 'shop')));
    expect(problems).toEqual([
      {
        ...problem,
        path: 'shop/web/Chart.yaml',
        line: null,
        column: null,
        templates: ['shop/web/templates/a.yaml', 'shop/web/templates/b.yaml'],
      },
    ]);
  });

  test('in annotations and plain text', () => {
    expect(renderGithub(report)).toMatch(/^::notice file=web\/Chart\.yaml,line=1,title=not read::/);
    expect(renderPlain(report)).toMatch(/^web\/Chart\.yaml:1:1: notice: /);
  });

  test('what cannot be read is an error and a warning still', () => {
    const broken: Report = { ...cleanReport, problems: [problem] };
    expect(renderJunit(broken)).toContain('errors="1" skipped="0"');
    expect(renderGithub(broken)).toMatch(/^::warning /);
  });
});
