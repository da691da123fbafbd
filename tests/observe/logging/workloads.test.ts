import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { command as audit } from '../../../src/cli/commands/audit.ts';
import { rootKustomizations } from '../../../src/observe/kustomizations.ts';
import { loggingPart } from '../../../src/observe/logging/part.ts';
import type { ObserveChoices } from '../../../src/observe/observe-plan.ts';
import { runCommand } from '../../cli/run-command.ts';
import { planOf } from '../example-plan.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-logging-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const chosen: Partial<ObserveChoices>[] = [
  { stack: 'full', logAgent: 'fluent-bit', logStore: 'elasticsearch' },
  { stack: 'full', logAgent: 'fluentd', logStore: 'logstash' },
  { stack: 'full', logAgent: 'otel', logStore: 'loki' },
  { stack: 'full', logAgent: 'fluent-bit', logStore: 'opensearch' },
  { stack: 'operator', logAgent: 'fluent-bit', logStore: 'elasticsearch' },
];

/** Rules come from the Prometheus part, which is not written here. */
const ofOtherParts = 'alerting/no-alert-rules';

async function findingsOf(choices: Partial<ObserveChoices>, edit: (text: string) => string): Promise<string[]> {
  const plan = planOf(choices);
  const part = loggingPart.write(plan);
  for (const { path: file, text } of [...part, ...rootKustomizations(plan, part, ['logging'], 'plimsoll observe')]) {
    const place = path.join(directory, file);
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, edit(text));
  }
  const { stdout } = await runCommand(audit, directory, ['--no-config', '--format', 'json']);
  const { findings }: { findings: { rule: string; message: string }[] } = JSON.parse(stdout);
  return findings.filter(({ rule }) => rule !== ofOtherParts).map(({ rule, message }) => `${rule}: ${message}`);
}

describe('what is generated for logging', () => {
  it.each(chosen)(
    'passes the audit: $stack, $logAgent, $logStore',
    async (choices) => {
      expect(await findingsOf(choices, (text) => text)).toEqual([]);
    },
    60_000,
  );

  it('has an ignore comment for each finding that remains, and for no other', async () => {
    const found = await findingsOf({ stack: 'full' }, (text) => text.replace(/^\s*# plimsoll ignore.*\n/gm, ''));
    expect([...new Set(found.map((each) => each.replace(/:.*/, '')))].sort()).toEqual([
      'security/host-path',
      'security/workload-root-user',
    ]);
    expect(found).toHaveLength(4);
  }, 60_000);
});
