import type { AlertRule } from '../rule.ts';

const own = (metric: string, values: string, more = '') => ({
  series: `${metric}{job="prometheus", instance="prometheus-0"${more}}`,
  values,
});
const labels = { job: 'prometheus', instance: 'prometheus-0' };

/** Whether alerting itself works. */
export const monitoringAlerts: readonly AlertRule[] = [
  {
    alert: 'Watchdog',
    severity: 'none',
    why: 'Fires always: a receiver outside of the cluster (a dead man’s switch) tells when it stops to arrive.',
    expr: 'vector(1)',
    about: 'prometheus',
    summary: 'Alerting works',
    description: 'This alert always fires. That it arrives shows that Prometheus and Alertmanager work.',
    runbook: {
      meaning: 'Nothing is wrong.',
      effect: 'None.',
      steps: ['Let a service outside of the cluster tell you when this does not arrive any more.'],
    },
    tests: {
      fires: { input: [], at: '1m', labels: {} },
      // The one alert that is never silent: what can be shown is that it is there once.
      silent: { input: [], at: '1m' },
    },
  },
  {
    alert: 'PrometheusReloadFailed',
    severity: 'warning',
    why: 'Ten minutes: longer than the two halves of a change (rules, configuration) take to arrive.',
    expr: 'max_over_time(prometheus_config_last_reload_successful[5m]) == 0',
    for: '10m',
    about: 'prometheus',
    summary: 'Prometheus has not taken over its new configuration',
    description: '{{ $labels.instance }} still runs with its last good configuration.',
    runbook: {
      meaning: 'The configuration or a file of rules has a mistake, and the last good one stays in force.',
      effect: 'Changes since then do nothing; a restart would fail.',
      steps: [
        'The log of Prometheus names file and line. promtool check config --syntax-only prometheus.yml finds the same.',
      ],
    },
    tests: {
      fires: { input: [own('prometheus_config_last_reload_successful', '1x5 0x30')], at: '30m', labels },
      silent: { input: [own('prometheus_config_last_reload_successful', '1x40')], at: '30m' },
    },
  },
  {
    alert: 'PrometheusRulesFail',
    severity: 'critical',
    why: 'A rule that cannot be evaluated is an alert that cannot fire.',
    expr: 'increase(prometheus_rule_evaluation_failures_total[10m]) > 0',
    for: '5m',
    about: 'prometheus',
    summary: 'Rules of Prometheus fail',
    description: 'Rules of group {{ $labels.rule_group }} cannot be evaluated.',
    runbook: {
      meaning: 'The expression of a rule gives an error, mostly because series match twice.',
      effect: 'Its alert cannot fire.',
      steps: ['The page /rules of Prometheus shows the error beside the rule.'],
    },
    tests: {
      fires: {
        input: [own('prometheus_rule_evaluation_failures_total', '0+1x40', ', rule_group="g"')],
        at: '30m',
        labels: { ...labels, rule_group: 'g' },
      },
      silent: { input: [own('prometheus_rule_evaluation_failures_total', '5x40', ', rule_group="g"')], at: '30m' },
    },
  },
  {
    alert: 'PrometheusNotificationsDropped',
    severity: 'critical',
    why: 'Alerts that no Alertmanager took are notifications that nobody gets.',
    expr: 'increase(prometheus_notifications_dropped_total[10m]) > 0',
    for: '5m',
    about: 'prometheus',
    summary: 'Prometheus cannot deliver alerts',
    description: '{{ $labels.instance }} dropped {{ $value | humanize }} alerts within ten minutes.',
    runbook: {
      meaning: 'No Alertmanager takes the alerts.',
      effect: 'Nobody is told of anything.',
      steps: [
        'Does Alertmanager run? Does Prometheus find it (/status, Alertmanagers)? Does a NetworkPolicy let it through?',
      ],
    },
    tests: {
      fires: { input: [own('prometheus_notifications_dropped_total', '0+1x40')], at: '30m', labels },
      silent: { input: [own('prometheus_notifications_dropped_total', '5x40')], at: '30m' },
    },
  },
];
