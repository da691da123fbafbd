import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { command } from '../../src/cli/commands/audit.ts';
import { alertmanagerPart } from '../../src/observe/alertmanager/part.ts';
import { prometheusPart } from '../../src/observe/prometheus/part.ts';
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
  // Prometheus's rules belong to it: what is scraped without an alert would be a finding.
  for (const part of [alertmanagerPart, scalingPart, prometheusPart])
    for (const file of part.write(plan)) {
      const place = path.join(directory, file.path);
      mkdirSync(path.dirname(place), { recursive: true });
      writeFileSync(place, file.text);
    }
  const { stdout } = await runCommand(command, directory, ['--format', 'json']);
  const { findings } = JSON.parse(stdout);
  const ours = findings.filter((each: { locations: { path: string }[] }) =>
    /^base\/(?:alertmanager|scaling)\//.test(each.locations[0]?.path ?? ''),
  );
  expect(ours.map((each: { rule: string; message: string }) => `${each.rule}: ${each.message}`)).toEqual([]);
});
