import type { AlertRule } from '../rule.ts';

const pod = 'job="pods", namespace="monitoring", pod="plimsoll-respond-1"';
const own = (metric: string, values: string, more = '') => ({
  series: `plimsoll_respond_${metric}{${pod}${more}}`,
  values,
});
const labels = { namespace: 'monitoring' };

/**
 * What happened within a quarter of an hour, by the time that the responder tells. A counter would not do: `increase()` takes the first of its kind for what always
 * was, and after a gap in what Prometheus has, an old count for a new one.
 */
function recently(series: string, by: string): string {
  return `time() - max by (${by}) (plimsoll_respond_${series}_timestamp_seconds) < 15 * 60`;
}

/** Whether the responder works. Their names begin alike, so that it knows them for its own and does not act on them. */
export const responderAlerts: readonly AlertRule[] = [
  {
    alert: 'PlimsollResponderNotLeading',
    severity: 'critical',
    why: 'A takeover takes 15 seconds; five minutes without anybody is no takeover.',
    expr: 'max by (namespace) (plimsoll_respond_leading) == 0',
    for: '5m',
    about: 'prometheus',
    summary: 'No instance of plimsoll respond acts',
    description: 'Alerts are not acted upon: no instance in {{ $labels.namespace }} has the lease.',
    runbook: {
      meaning: 'Instances run, and none of them can get or renew the lease.',
      effect: 'Nothing is done about alerts; Alertmanager tries again, and people are told as ever.',
      steps: [
        'Its log says why: kubectl logs -l app.kubernetes.io/name=plimsoll-respond. Mostly the API server does not answer, or RBAC is missing.',
        'kubectl get lease plimsoll-respond: who has it, since when.',
      ],
    },
    tests: {
      fires: { input: [own('leading', '0x20')], at: '10m', labels },
      silent: { input: [own('leading', '0x3 1x20')], at: '10m' },
    },
  },
  {
    alert: 'PlimsollResponderPolicyInvalid',
    severity: 'warning',
    why: 'Ten minutes, so that a mistake that is mended at once is no alert.',
    expr: 'min by (namespace) (plimsoll_respond_policy_last_load_successful) == 0',
    for: '10m',
    about: 'prometheus',
    summary: 'The policy of plimsoll respond has a mistake',
    description: 'The old policy stays in force in {{ $labels.namespace }}.',
    runbook: {
      meaning: 'The policy file was changed and cannot be read.',
      effect: 'What the new policy says does not hold; after a restart the responder would not start.',
      steps: ['Its log names line and reason. plimsoll respond check policy.yaml says the same before it is applied.'],
    },
    tests: {
      fires: { input: [own('policy_last_load_successful', '1x5 0x30')], at: '30m', labels },
      silent: { input: [own('policy_last_load_successful', '1x5 0x5 1x30')], at: '30m' },
    },
  },
  {
    alert: 'PlimsollResponderActionFailed',
    severity: 'warning',
    why: 'One is enough: it is what the policy demands, and it was not done.',
    expr: recently('action_failed', 'namespace, action, reason'),
    about: 'prometheus',
    summary: 'plimsoll respond could not do what the policy demands',
    description: '{{ $labels.action }} failed: {{ $labels.reason }}.',
    runbook: {
      meaning: 'An action was given up.',
      effect: 'The workload is as it was.',
      steps: [
        'Its log says which workload and why. «forbidden» is RBAC that was not made anew after the policy was changed: plimsoll respond manifests.',
        'Do by hand what it could not do.',
      ],
    },
    tests: {
      fires: {
        // The first of its kind, a minute before the fifth.
        input: [own('action_failed_timestamp_seconds', '_x5 240x20', ', action="restart", reason="forbidden"')],
        at: '10m',
        labels: { ...labels, action: 'restart', reason: 'forbidden' },
      },
      silent: {
        // Long ago, and nobody scraped in between.
        input: [own('action_failed_timestamp_seconds', '240x5 _x20 240x20', ', action="restart", reason="forbidden"')],
        at: '30m',
      },
    },
  },
  {
    alert: 'PlimsollResponderLimitUsedUp',
    severity: 'warning',
    why: 'That the limit over all rules holds something back means that much is wrong at once: more than the policy expected.',
    expr: recently('overall_limit', 'namespace'),
    about: 'prometheus',
    summary: 'plimsoll respond has reached the limit of its policy',
    description: 'It does no more for now: the limit over all rules is used up.',
    runbook: {
      meaning: 'Within the window as many actions were done as the policy allows.',
      effect: 'Alerts are not acted upon until the window has passed.',
      steps: [
        'Look for one cause behind many alerts: a node, the network, a change that went everywhere.',
        'Only if there is none: a higher limit in the policy.',
      ],
    },
    tests: {
      fires: { input: [own('overall_limit_timestamp_seconds', '0x5 300x20')], at: '16m', labels },
      // No limit was ever met.
      silent: { input: [own('overall_limit_timestamp_seconds', '0x40')], at: '16m' },
    },
  },
  {
    alert: 'PlimsollResponderTurnsAway',
    severity: 'warning',
    why: 'Five minutes of refusals: a wrong token after its renewal, or somebody who floods it.',
    expr: 'sum by (namespace, reason) (rate(plimsoll_respond_requests_refused_total[5m])) > 0',
    for: '5m',
    about: 'prometheus',
    summary: 'plimsoll respond turns webhooks away',
    description: 'Webhooks are turned away: {{ $labels.reason }}.',
    runbook: {
      meaning: 'Requests come with a wrong token or certificate, too many, too large, or malformed.',
      effect: 'If it is Alertmanager that is turned away, its alerts are not acted upon.',
      steps: [
        '«unauthorized»: have both the same webhook-token? «flood»: who sends so much, and is --max-rate right? «too-large»: max_alerts of the receiver.',
      ],
    },
    tests: {
      fires: {
        input: [own('requests_refused_total', '0+10x30', ', reason="unauthorized"')],
        at: '20m',
        labels: { ...labels, reason: 'unauthorized' },
      },
      silent: { input: [own('requests_refused_total', '5x30', ', reason="unauthorized"')], at: '20m' },
    },
  },
];
