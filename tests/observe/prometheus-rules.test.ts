import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GeneratedFile, ObservedWorkload } from '../../src/observe/observe-plan.ts';
import { ruleTexts, runbookTexts, testTexts } from '../../src/observe/prometheus/rule-text.ts';
import { cart, planOf } from './example-plan.ts';

const promtool = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../.cache/bin/promtool');
// A store is made for each test: in memory, it takes milliseconds.
const env = existsSync('/dev/shm') ? { ...process.env, TMPDIR: '/dev/shm' } : process.env;
const missing = !existsSync(promtool);
const reason = 'promtool is missing: scripts/system-parts prometheus';

describe('the rules for Prometheus', () => {
  let directory: string;
  beforeEach((context) => {
    if (missing && process.env.CI === 'true') throw new Error(reason);
    if (missing) context.skip(reason);
    directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-rules-'));
  });
  afterEach(() => {
    if (directory) rmSync(directory, { recursive: true, force: true });
  });

  function write(files: readonly GeneratedFile[]): string[] {
    return files.map(({ path: file, text }) => {
      const place = path.join(directory, file);
      mkdirSync(path.dirname(place), { recursive: true });
      writeFileSync(place, text);
      return place;
    });
  }

  const odd: ObservedWorkload = {
    ...cart,
    name: 'web.v2',
    namespace: undefined,
    team: 'a.b @team',
    source: 'k8s/"odd"\nname.yaml:3',
    metrics: cart.metrics && { ...cart.metrics, requestMetric: 'shop_http_requests_total', durationMetric: undefined },
  };

  it.each([
    ['no workload', planOf({}, [])],
    ['one workload', planOf()],
    [
      'workloads without a team or namespace and with odd names',
      planOf({ imageAgeDays: 30 }, [cart, odd, { ...cart, name: 'b', team: undefined }]),
    ],
  ])(
    'are taken by promtool, and pass the tests that are generated with them: %s',
    (_, plan) => {
      const rules = write(ruleTexts(plan));
      const tests = write(testTexts(plan));
      const checked = spawnSync(promtool, ['check', 'rules', '--lint=all', '--lint-fatal', ...rules], {
        encoding: 'utf8',
        env,
      });
      expect(checked.status, checked.stdout + checked.stderr).toBe(0);
      const tested = spawnSync(promtool, ['test', 'rules', ...tests], { encoding: 'utf8', env });
      expect(tested.status, tested.stdout + tested.stderr).toBe(0);
    },
    60_000,
  );

  it('a test that is generated fails when its rule is changed', () => {
    write(testTexts(planOf()).filter(({ path: file }) => file.endsWith('containers.yaml')));
    const [rules = ''] = ruleTexts(planOf()).map(({ text }) =>
      text.replace('cpu_throttled_ratio:rate5m > 0.25', 'cpu_throttled_ratio:rate5m > 0.75'),
    );
    write([{ path: 'base/prometheus/rules/containers.yaml', text: rules, owner: 'base' }]);
    const tested = spawnSync(
      promtool,
      ['test', 'rules', path.join(directory, 'base/prometheus/tests/containers.yaml')],
      {
        encoding: 'utf8',
        env,
      },
    );
    expect(tested.stdout + tested.stderr).toContain('ContainerCpuThrottled');
    expect(tested.status).toBe(1);
  }, 60_000);
});

it('every alert has a runbook', () => {
  const alerts = ruleTexts(planOf()).flatMap(({ text }) =>
    [...text.matchAll(/- alert: (\w+)/g)].map(([, name]) => name),
  );
  const books = runbookTexts(planOf()).map(({ path: file }) => path.basename(file, '.md'));
  expect(alerts.length).toBeGreaterThan(20);
  expect([...new Set(alerts)].sort()).toEqual([...books].sort());
});
