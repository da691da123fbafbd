import type { GeneratedFile, ObservePlan } from '../observe-plan.ts';
import { indent } from '../promql.ts';
import type { AlertRule, InputSeries, RuleFile } from './rule.ts';
import { ruleFiles } from './rule-set.ts';
import { noTeam, teamTemplate } from './teams.ts';

/** A string as a YAML scalar in double quotes: JSON is YAML. */
const quoted = (text: string) => JSON.stringify(text);

/** The groups of a file of rules, as Prometheus and the PrometheusRule of its Operator have them, without the line `groups:`. */
export function groupsText(file: RuleFile, team: string | undefined): string {
  const records = file.records.map(
    ({ record, why, expr }) => `# ${why}\n- record: ${record}\n  expr: |-\n${indent(expr, '    ')}\n`,
  );
  const alerts = file.alerts.map((rule) => alertText(rule, team));
  return `- name: ${groupName(file)}
${file.interval === undefined ? '' : `  interval: ${file.interval}\n`}  rules:
${indent([...records, ...alerts].join(''), '    ')}    # plimsoll:keep ${file.name}
    # plimsoll:end
`;
}

/** Names of groups are of a whole file: this one is not yours. */
export function groupName({ name }: Pick<RuleFile, 'name'>): string {
  return `plimsoll-${name}`;
}

function alertText(rule: AlertRule, team: string | undefined): string {
  const hasTeam = team !== undefined && isOfWorkload(rule);
  return `# ${rule.why}
- alert: ${rule.alert}
  expr: |-
${indent(rule.expr, '    ')}
${rule.for === undefined ? '' : `  for: ${rule.for}\n`}  labels:
    severity: ${quoted(rule.severity)}
${hasTeam ? `    team: ${quoted(team)}\n` : ''}  annotations:
    summary: ${quoted(rule.summary)}
    description: ${quoted(rule.description)}
    runbook: ${quoted(`${rule.runbook.steps.join(' ')} (runbooks/${rule.alert}.md)`)}
`;
}

/** Whether its series name a workload, and with it a team. */
function isOfWorkload({ about }: AlertRule): boolean {
  return ['container', 'pod', 'workload', 'image', 'target'].includes(about);
}

/** The rules as files of Prometheus. */
export function ruleTexts(plan: ObservePlan): GeneratedFile[] {
  const team = teamTemplate(plan);
  return ruleFiles(plan).map((file) => ({
    path: `base/prometheus/rules/${file.name}.yaml`,
    owner: 'base',
    text: `# ${file.purpose} Rules of your own go between the marks at the end; what differs for one workload into ../../../overlay.
# Tried by ../tests/${file.name}.yaml: promtool test rules tests/*.yaml
groups:
${indent(groupsText(file, team))}`,
  }));
}

/** For each file of rules a test of promtool: that each alert fires when it should, and stays silent when it should not. */
export function testTexts(plan: ObservePlan): GeneratedFile[] {
  return ruleFiles(plan).map((file) => ({
    path: `base/prometheus/tests/${file.name}.yaml`,
    owner: 'base',
    text: `# Whether the alerts of ../rules/${file.name}.yaml fire when they should and are silent when they should not:
# promtool test rules tests/*.yaml
rule_files:
  - ../rules/${file.name}.yaml
evaluation_interval: 1m
tests:
${indent(file.alerts.flatMap((rule) => testsOf(rule, plan)).join(''))}`,
  }));
}

function testsOf(rule: AlertRule, plan: ObservePlan): string[] {
  const { fires, silent } = rule.tests;
  const query = `ALERTS{alertname="${rule.alert}", alertstate="firing"}`;
  const team = isOfWorkload(rule) ? teamOf(plan, fires.labels) : undefined;
  const labels: Readonly<Record<string, string>> = {
    alertname: rule.alert,
    alertstate: 'firing',
    ...fires.labels,
    severity: rule.severity,
    ...(team !== undefined && { team }),
  };
  const series = Object.entries(labels)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${quoted(value)}`);
  const sample = `            - labels: ${quoted(`ALERTS{${series.join(', ')}}`)}\n              value: 1\n`;
  const cases = [testText(`${rule.alert} fires`, fires, query, sample)];
  if (rule.alert !== 'Watchdog') cases.push(testText(`${rule.alert} is silent`, silent, query, ''));
  return cases;
}

function teamOf(plan: ObservePlan, labels: Readonly<Record<string, string>>): string | undefined {
  if (teamTemplate(plan) === undefined) return undefined;
  const workload = plan.workloads.find(
    ({ team, name, namespace }) =>
      team !== undefined && name === labels.workload && (namespace === undefined || namespace === labels.namespace),
  );
  return workload?.team ?? noTeam;
}

function testText(
  name: string,
  {
    input,
    at,
    interval = '1m',
  }: { readonly input: readonly InputSeries[]; readonly at: string; readonly interval?: string },
  query: string,
  samples: string,
): string {
  const series = input.map(
    ({ series: each, values }) => `    - series: ${quoted(each)}\n      values: ${quoted(values)}\n`,
  );
  return `- name: ${name}
  interval: ${interval}
  input_series:${series.length === 0 ? ' []' : `\n${series.join('').trimEnd()}`}
  promql_expr_test:
    - expr: ${quoted(query)}
      eval_time: ${at}
      exp_samples:${samples === '' ? ' []\n' : `\n${samples.replace(/^ {4}/gm, '')}`}`;
}

/** What to do about each alert. */
export function runbookTexts(plan: ObservePlan): GeneratedFile[] {
  const alerts = ruleFiles(plan).flatMap((file) => file.alerts);
  return alerts.map((rule) => ({
    path: `base/prometheus/runbooks/${rule.alert}.md`,
    owner: 'base',
    text: `# ${rule.alert}

Severity: ${rule.severity}.${rule.for === undefined ? '' : ` Fires after ${rule.for}.`}

${rule.runbook.meaning}

## Effect

${rule.runbook.effect}

## What to do

${rule.runbook.steps.map((step, at) => `${at + 1}. ${step}\n`).join('')}
## Why these numbers

${rule.why}

\`\`\`promql
${rule.expr}
\`\`\`

<!-- plimsoll:keep notes -->
<!-- plimsoll:end -->
`,
  }));
}
