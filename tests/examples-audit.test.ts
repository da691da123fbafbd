import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { runRules } from '../src/audit/run-rules.ts';
import { areas } from '../src/core/area.ts';
import type { Finding } from '../src/core/finding.ts';
import type { NamedRule } from '../src/core/rule.ts';
import { loadProject } from '../src/project/load-project.ts';
import type { Rule } from '../src/project/rule.ts';
import { rules } from '../src/rules/generated.ts';

interface Fault {
  readonly file: string;
  readonly fault: string;
  readonly rule: string;
}

const examples = readdirSync('examples', { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** The rows of the table under «Faults» in an example's README: place, fault, rule. */
function readFaults(name: string): Fault[] {
  const text = readFileSync(path.join('examples', name, 'README.md'), 'utf8');
  const rows = [...text.matchAll(/^\| `([^`]+)` \| (.+) \| `([^`]+)` \|$/gm)];
  return rows.map(([, file = '', fault = '', rule = '']) => ({ file, fault, rule }));
}

/** What an audit finds without any configuration, on the day these examples were written. */
async function auditExample(name: string): Promise<Finding[]> {
  const project = await loadProject({ kind: 'directory', path: path.resolve('examples', name) });
  const settings = {
    mayReport: ({ definition }: NamedRule<Rule>) => definition.preset !== 'all',
    settingFor: ({ definition }: NamedRule<Rule>) => ({ severity: definition.severity, options: {} }),
  };
  return runRules(project, rules, settings, '2026-11-24');
}

describe.each(examples)('%s', (name) => {
  let findings: readonly Finding[] = [];
  beforeAll(async () => {
    findings = await auditExample(name);
  });

  test.each(readFaults(name))('$file: $fault: $rule', ({ file, rule }) => {
    const places = findings
      .filter((finding) => finding.rule === rule)
      .flatMap(({ locations }) => locations.map((location) => location.path));
    expect(places).toContain(file);
  });
});

test('the examples have faults in every area', () => {
  const covered = new Set(examples.flatMap(readFaults).map(({ rule }) => rule.split('/')[0]));
  expect(areas.filter((area) => !covered.has(area))).toEqual([]);
});
