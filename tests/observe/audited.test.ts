import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { command } from '../../src/cli/commands/audit.ts';
import { alertmanagerPart } from '../../src/observe/alertmanager/part.ts';
import { scalingPart } from '../../src/observe/scaling/part.ts';
import { runCommand } from '../cli/run-command.ts';
import { allReceivers, planOf } from './observe-choices.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-audited-'));
afterEach(() => rmSync(directory, { recursive: true, force: true }));

it('the workloads of Alertmanager and of the adapter pass the audit', { timeout: 60_000 }, async () => {
  const metrics = {
    port: 8080,
    path: '/metrics',
    requestMetric: 'http_requests_total',
    durationMetric: undefined,
    scrapedBy: 'annotation',
  } as const;
  const plan = planOf([{ team: 'shop', metrics }], { stack: 'full', receivers: allReceivers });
  for (const part of [alertmanagerPart, scalingPart])
    for (const file of part.write(plan)) {
      const place = path.join(directory, file.path);
      mkdirSync(path.dirname(place), { recursive: true });
      writeFileSync(place, file.text);
    }
  const { stdout } = await runCommand(command, directory, ['--format', 'json']);
  const { findings } = JSON.parse(stdout);
  // The alerts are of the Prometheus part, in files that its kustomization makes a ConfigMap of.
  const ours = findings.filter((each: { rule: string }) => each.rule !== 'alerting/no-alert-rules');
  expect(ours.map((each: { rule: string; message: string }) => `${each.rule}: ${each.message}`)).toEqual([]);
});
