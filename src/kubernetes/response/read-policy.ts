import { type PolicyValue, readPolicyText } from './policy-value.ts';
import {
  type ActionLimit,
  type BusinessHours,
  changeOf,
  type ResponsePolicy,
  type ResponseRule,
  respondedKinds,
  responseActions,
  type TargetLabels,
  type WorkloadPattern,
  workloadChanges,
} from './response-policy.ts';

const name = /^[A-Za-z0-9](?:[A-Za-z0-9 _.-]{0,61}[A-Za-z0-9])?$/;
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]{0,127}$/;
const namespaceName = /^(?:\*|[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)$/;
const namePattern = /^[a-z0-9*](?:[a-z0-9.*-]{0,251}[a-z0-9*])?$/;
const address = /^https?:\/\/[^\s@/?#]{1,253}(?:\/[^\s?#]*)?$/;

const day = 86_400;
const defaultLimit: ActionLimit = { actions: 10, seconds: 3600 };
const defaultRuleLimit: ActionLimit = { actions: 3, seconds: 3600 };
/** What Plimsoll's own alert rules and kube-state-metrics call what an alert is about. */
const defaultLabels: TargetLabels = {
  namespace: ['namespace', 'exported_namespace'],
  workload: ['workload', 'deployment', 'statefulset', 'daemonset'],
  kind: ['workload_kind', 'workload_type'],
  pod: ['pod', 'exported_pod'],
};

/**
 * The policy that a file's text says, with what it leaves out filled in.
 * @throws UserError with path, line, column and reason for the first mistake.
 */
export function readPolicy(path: string, text: string): ResponsePolicy {
  const root = readPolicyText(path, text);
  const fields = root.asFields(
    [
      'version',
      'mode',
      'limit',
      'giveUpAfter',
      'targetLabels',
      'hours',
      'approval',
      'evidence',
      'record',
      'notify',
      'rules',
    ],
    'a policy',
  );
  if (fields.version === undefined) throw root.complain('«version: 1» is missing');
  fields.version.asInteger(1, 1);
  const hours = new Map(
    fields.hours?.asEntries('hours').map(({ name: called, value }) => [called, readHours(called, value)]),
  );
  if (fields.rules === undefined) throw root.complain('«rules» is missing: a policy without rules does nothing');
  const approval = fields.approval && readApproval(fields.approval);
  const rules = fields.rules.asList().map((value) => readRule(value, hours));
  refuseDoubles(rules, fields.rules);
  if (rules.length === 0) throw fields.rules.complain('the list of rules is empty');
  if (approval === undefined && rules.some((rule) => rule.approval))
    throw fields.rules.complain(
      'a rule needs approval, and the policy has no «approval» with the «url» that links begin with',
    );
  return {
    mode: fields.mode?.asChoice(['dry-run', 'act'] as const) ?? 'dry-run',
    limit: readLimit(fields.limit, defaultLimit),
    giveUpAfter: fields.giveUpAfter?.asDuration(10, day) ?? 600,
    targetLabels: readTargetLabels(fields.targetLabels),
    rules,
    approval,
    evidence: readEvidence(fields.evidence),
    record: readRecord(fields.record),
    notify: readNotify(fields.notify),
  };
}

function readLimit(value: PolicyValue | undefined, otherwise: ActionLimit): ActionLimit {
  if (value === undefined) return otherwise;
  const fields = value.asFields(['actions', 'window'], 'a limit');
  return {
    actions: fields.actions?.asInteger(1, 200) ?? otherwise.actions,
    seconds: fields.window?.asDuration(10, 7 * day) ?? otherwise.seconds,
  };
}

function readTargetLabels(value: PolicyValue | undefined): TargetLabels {
  const fields = value?.asFields(['namespace', 'workload', 'kind', 'pod'], 'targetLabels') ?? {};
  const names = (field: PolicyValue | undefined, otherwise: readonly string[]) =>
    field?.asList().map((item) => item.asText(labelName, 'the name of a label')) ?? otherwise;
  return {
    namespace: names(fields.namespace, defaultLabels.namespace),
    workload: names(fields.workload, defaultLabels.workload),
    kind: names(fields.kind, defaultLabels.kind),
    pod: names(fields.pod, defaultLabels.pod),
  };
}

const dayNames = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

function readHours(called: string, value: PolicyValue): BusinessHours {
  const fields = value.asFields(['timeZone', 'days', 'from', 'to'], 'business hours');
  if (!fields.timeZone || !fields.from || !fields.to)
    throw value.complain('business hours need «timeZone», «from» and «to»');
  const timeZone = fields.timeZone.asText();
  if (!isTimeZone(timeZone))
    throw fields.timeZone.complain(
      `«${fields.timeZone.text}» is no time zone`,
      'Names are those of the IANA database: Europe/Vienna.',
    );
  const days = fields.days?.asList().map((item) => dayNames.indexOf(item.asChoice(dayNames)) + 1) ?? [1, 2, 3, 4, 5];
  if (days.length === 0) throw value.complain('business hours need a day');
  const [from, to] = [minutesOf(fields.from), minutesOf(fields.to)];
  if (from === to) throw fields.to.complain('business hours end when they begin');
  return { name: called, timeZone, days, from, to };
}

function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: text });
    return true;
  } catch {
    return false;
  }
}

/** In quotes or not: YAML 1.2 reads `08:00` as a text. */
function minutesOf(value: PolicyValue): number {
  const [hour, minute] = value.asText(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'a time such as "08:00"').split(':');
  return Number(hour) * 60 + Number(minute);
}

function readApproval(value: PolicyValue): ResponsePolicy['approval'] {
  const fields = value.asFields(['url', 'expires'], 'approval');
  if (!fields.url) throw value.complain('approval needs «url»: where people reach the responder');
  return {
    url: fields.url.asText(address, 'an address such as https://respond.example.com').replace(/\/+$/, ''),
    expires: fields.expires?.asDuration(60, day) ?? 1800,
  };
}

function readEvidence(value: PolicyValue | undefined): ResponsePolicy['evidence'] {
  const fields = value?.asFields(['prometheus', 'logLines', 'events', 'queries'], 'evidence') ?? {};
  const queries = fields.queries?.asEntries('queries') ?? [];
  const [, , , , , , , , , , , eleventh] = queries;
  if (eleventh) throw eleventh.value.complain('at most 10 queries are asked');
  return {
    prometheus: fields.prometheus?.asText(address, 'an address such as http://prometheus:9090').replace(/\/+$/, ''),
    logLines: fields.logLines?.asInteger(0, 500) ?? 50,
    events: fields.events?.asInteger(0, 100) ?? 20,
    queries: new Map(queries.map((query) => [query.name, query.value.asText()])),
  };
}

function readRecord(value: PolicyValue | undefined): ResponsePolicy['record'] {
  const fields = value?.asFields(['kind', 'directory', 'keep'], 'record') ?? {};
  const kind = fields.kind?.asChoice(['configmap', 'file', 'none'] as const) ?? 'configmap';
  if (value && kind === 'file' && !fields.directory) throw value.complain('records in files need a «directory»');
  return { kind, directory: fields.directory?.asText(), keep: fields.keep?.asInteger(1, 200) ?? 50 };
}

function readNotify(value: PolicyValue | undefined): ResponsePolicy['notify'] {
  const fields = value?.asFields(['alertmanager', 'webhookUrlFile'], 'notify') ?? {};
  return {
    alertmanager: fields.alertmanager
      ?.asText(address, 'an address such as http://alertmanager:9093')
      .replace(/\/+$/, ''),
    webhookUrlFile: fields.webhookUrlFile?.asText(),
  };
}

function readRule(value: PolicyValue, hours: ReadonlyMap<string, BusinessHours>): ResponseRule {
  const fields = value.asFields(
    [
      'name',
      'alerts',
      'labels',
      'namespaces',
      'workloads',
      'do',
      'mode',
      'limit',
      'coolDown',
      'hours',
      'approval',
      'singleReplica',
      'scale',
      'rollback',
    ],
    'a rule',
  );
  const { name: called, alerts, namespaces, workloads, do: wanted } = fields;
  if (!called || !alerts || !namespaces || !workloads || !wanted)
    throw value.complain('a rule needs «name», «alerts», «namespaces», «workloads» and «do»');
  const rule: ResponseRule = {
    name: called.asText(name, 'a name of letters, digits, spaces, «_», «.» and «-», at most 63,'),
    alerts: someOf(alerts).map((item) => item.asText(/^[^\s\x00-\x1f]{1,200}$/, 'the name of an alert')),
    labels: new Map(fields.labels?.asEntries('labels').map((entry) => [labelOf(entry), entry.value.asText()])),
    namespaces: readNamespaces(namespaces),
    workloads: someOf(workloads).map(readWorkload),
    actions: readActions(wanted),
    mode: fields.mode?.asChoice(['dry-run', 'act'] as const),
    limit: readLimit(fields.limit, defaultRuleLimit),
    coolDown: fields.coolDown?.asDuration(10, 7 * day) ?? 900,
    hours: fields.hours && hoursNamed(fields.hours, hours),
    approval: fields.approval?.asBoolean() ?? false,
    allowSingleReplica: fields.singleReplica?.asChoice(['refuse', 'allow'] as const) === 'allow',
    scale: readScale(fields.scale),
    rollback: readRollback(fields.rollback),
  };
  refuseUnfit(rule, fields.scale, workloads, wanted);
  return rule;
}

function refuseUnfit(
  rule: ResponseRule,
  scale: PolicyValue | undefined,
  workloads: PolicyValue,
  wanted: PolicyValue,
): void {
  const change = changeOf(rule);
  if (change === 'scale' && scale === undefined)
    throw wanted.complain('«scale» needs its limits', 'scale: {min: 2, max: 10, step: 1}');
  if (change !== 'scale' && scale !== undefined) throw scale.complain('this rule does not scale');
  const unfit = rule.workloads.findIndex(
    ({ kind }) =>
      (change === 'scale' && kind === 'daemonset') ||
      (change === 'rollback' && kind !== undefined && kind !== 'deployment'),
  );
  if (unfit !== -1)
    throw (someOf(workloads)[unfit] ?? workloads).complain(
      change === 'scale' ? 'a DaemonSet has no replicas' : 'only Deployments are rolled back',
    );
  if (rule.approval && change === undefined)
    throw wanted.complain('there is nothing to approve: the rule changes nothing');
}

function labelOf({ name: label, value }: { readonly name: string; readonly value: PolicyValue }): string {
  if (!labelName.test(label)) throw value.complain('the name of a label has letters, digits and «_»');
  return label;
}

/** One text or a list of at least one. */
function someOf(value: PolicyValue): readonly PolicyValue[] {
  const items = value.text === 'a list' ? value.asList() : [value];
  if (items.length === 0) throw value.complain('the list is empty');
  return items;
}

function readNamespaces(value: PolicyValue): readonly string[] {
  const items = someOf(value).map((item) =>
    item.asText(namespaceName, 'the exact name of a namespace, or "*" for all (RBAC knows no patterns),'),
  );
  if (items.includes('*') && items.length > 1) throw value.complain('"*" is all namespaces: it stands alone');
  return items;
}

function readWorkload(value: PolicyValue): WorkloadPattern {
  const text = value.asText();
  const slash = text.indexOf('/');
  const written = slash === -1 ? undefined : text.slice(0, slash).toLowerCase();
  const kind = respondedKinds.find((each) => each === written);
  if (written !== undefined && kind === undefined)
    throw value.complain(`a workload is one of ${respondedKinds.join(', ')}; not «${value.text}»`);
  const pattern = text.slice(slash + 1);
  if (!namePattern.test(pattern))
    throw value.complain(`a workload is written as deployment/web, deployment/* or web-*; not «${value.text}»`);
  return { kind, name: pattern };
}

function readActions(value: PolicyValue): ResponseRule['actions'] {
  const actions = someOf(value).map((item) => item.asChoice(responseActions));
  const changes = workloadChanges.filter((change) => actions.includes(change));
  if (changes.length > 1) throw value.complain(`one change a rule: ${changes.join(' and ')} are two`);
  return [...new Set(actions)];
}

function hoursNamed(value: PolicyValue, hours: ReadonlyMap<string, BusinessHours>): BusinessHours {
  const found = hours.get(value.asText());
  if (found === undefined)
    throw value.complain(
      `there are no hours «${value.text}»`,
      `Known here: ${[...hours.keys()].join(', ') || 'none'}.`,
    );
  return found;
}

function readScale(value: PolicyValue | undefined): ResponseRule['scale'] {
  const fields = value?.asFields(['min', 'max', 'step', 'giveBack'], 'scale') ?? {};
  if (value && !fields.max) throw value.complain('scale needs «max»: more is never asked for');
  const minimum = fields.min?.asInteger(1, 10_000) ?? 1;
  const maximum = fields.max?.asInteger(1, 10_000) ?? 1;
  if (value && minimum > maximum) throw value.complain('«min» is greater than «max»');
  return {
    minimum,
    maximum,
    step: fields.step?.asInteger(1, 100) ?? 1,
    giveBack: fields.giveBack?.asDuration(10, 7 * day),
  };
}

function readRollback(value: PolicyValue | undefined): ResponseRule['rollback'] {
  const fields = value?.asFields(['within', 'settled'], 'rollback') ?? {};
  return {
    within: fields.within?.asDuration(60, 7 * day) ?? 3600,
    settled: fields.settled?.asDuration(0, 7 * day) ?? 600,
  };
}

function refuseDoubles(rules: readonly ResponseRule[], list: PolicyValue): void {
  for (const [index, rule] of rules.entries())
    if (rules.findIndex(({ name: other }) => other === rule.name) !== index)
      throw (list.asList()[index] ?? list).complain(`there are two rules «${rule.name}»`);
}
