import { durationText } from '../kubernetes/response/policy-value.ts';
import type { BusinessHours, ResponsePolicy, ResponseRule } from '../kubernetes/response/response-policy.ts';

const dayNames = ['', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** What a policy allows, in words, for whoever reviews it. */
export function describePolicy(policy: ResponsePolicy): string {
  const { limit } = policy;
  return [
    `${policy.rules.length} ${policy.rules.length === 1 ? 'rule' : 'rules'}, ${policy.mode}, at most ${limit.actions} actions in ${durationText(limit.seconds)}`,
    ...policy.rules.flatMap((rule) => ['', ...describeRule(rule, policy)]),
    '',
  ].join('\n');
}

function describeRule(rule: ResponseRule, policy: ResponsePolicy): readonly string[] {
  const labels = [...rule.labels].map(([name, pattern]) => `${name}=${pattern}`);
  const workloads = rule.workloads.map(({ kind, name }) => (kind === undefined ? name : `${kind}/${name}`));
  const { minimum, maximum, step, giveBack } = rule.scale;
  const parameters = [
    ...(rule.actions.includes('scale')
      ? [
          `${minimum} to ${maximum} replicas, ${step} more at a time`,
          giveBack === undefined
            ? 'never given back'
            : `a step given back each ${durationText(giveBack)} after the alert is over`,
        ]
      : []),
    ...(rule.actions.includes('restart') && rule.allowSingleReplica ? ['a single replica, too'] : []),
    ...(rule.actions.includes('rollback') ? [`image changes of the last ${durationText(rule.rollback.within)}`] : []),
  ];
  return [
    `${rule.name} (${rule.mode ?? policy.mode})`,
    `  alerts      ${[...rule.alerts, ...labels].join(', ')}`,
    `  workloads   ${workloads.join(', ')} in ${rule.namespaces[0] === '*' ? 'all namespaces but those of the system' : rule.namespaces.join(', ')}`,
    `  does        ${rule.actions.join(', ')}${parameters.length > 0 ? ` (${parameters.join('; ')})` : ''}`,
    `  how often   at most ${rule.limit.actions} in ${durationText(rule.limit.seconds)}, one workload again after ${durationText(rule.coolDown)}`,
    ...(rule.hours ? [`  when        ${describeHours(rule.hours)}`] : []),
    ...(rule.approval
      ? [
          `  only if     a person confirms it within ${durationText(policy.approval?.expires ?? 0)}${
            (policy.notify.alertmanager ?? policy.notify.webhookUrlFile)
              ? ''
              : ' (nobody gets the link: «notify» is missing)'
          }`,
        ]
      : []),
  ];
}

function describeHours({ timeZone, days, from, to }: BusinessHours): string {
  const time = (minutes: number) =>
    `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
  return `${days.map((day) => dayNames[day]).join(', ')}, ${time(from)} to ${time(to)} in ${timeZone}`;
}
