import type { ObserveChoices, ObservedWorkload, ObservePlan } from '../../observe-plan.ts';
import { promqlString, re2Literal, withWorkload } from '../../promql.ts';
import type { AlertRule, InputSeries } from '../rule.ts';

const served = (labels: string, values: string) => ({
  series: `http_requests_total{namespace="shop", pod="cart-5d6f7c9b8-x2k4z", ${labels}}`,
  values,
});
const bucket = (le: string, values: string) => ({
  series: `http_request_duration_seconds_bucket{namespace="shop", pod="cart-5d6f7c9b8-x2k4z", le="${le}"}`,
  values,
});
const target = (values: string) => ({
  series: 'up{job="pods", namespace="shop", pod="cart-5d6f7c9b8-x2k4z", instance="10.1.0.7:8080", node="node-a"}',
  values,
});

/** What users notice, where the applications count it, and whether their metrics arrive. */
export function applicationAlerts(plan: ObservePlan): readonly AlertRule[] {
  return [...httpAlerts, ...missing(plan)];
}

const httpAlerts: readonly AlertRule[] = [
  {
    alert: 'HttpErrorsHigh',
    severity: 'critical',
    why: 'One request of twenty fails. At least fifteen requests in five minutes, so that one error at night is no incident. Your own objective goes into the overlay.',
    expr: 'workload:http_errors:ratio5m > 0.05\nand on (namespace, workload)\nsum by (namespace, workload) (pod:http_requests:rate5m) > 0.05',
    for: '5m',
    about: 'workload',
    summary: '{{ $labels.workload }} in {{ $labels.namespace }} answers with errors',
    description:
      '{{ $value | humanizePercentage }} of the requests to {{ $labels.workload }} were answered with a status of 5xx.',
    runbook: {
      meaning: 'More than one request of twenty is answered with a status of 5xx.',
      effect: 'Users see errors.',
      steps: [
        'By pod: sum by (pod) (pod:http_requests:rate5m{class="5xx"}). One pod alone: delete it. All of them: what they have in common.',
        'Since a rollout? kubectl rollout undo. Else: does something that they call fail?',
      ],
    },
    tests: {
      fires: {
        input: [served('code="200"', '0+90x30'), served('code="503"', '0+10x30')],
        at: '20m',
        labels: { namespace: 'shop', workload: 'cart' },
      },
      silent: {
        input: [served('code="200"', '0+99x30'), served('code="404"', '0+50x30'), served('code="503"', '0+1x30')],
        at: '20m',
      },
    },
  },
  {
    alert: 'HttpLatencyHigh',
    severity: 'warning',
    why: 'One second is where people notice that they wait (https://www.nngroup.com/articles/response-times-3-important-limits/). Your own objective goes into the overlay.',
    expr: 'workload:http_duration_seconds:p95_5m > 1',
    for: '10m',
    about: 'workload',
    summary: '{{ $labels.workload }} in {{ $labels.namespace }} answers slowly',
    description: 'One request of twenty to {{ $labels.workload }} takes longer than {{ $value | humanizeDuration }}.',
    runbook: {
      meaning: 'One request of twenty takes longer than a second.',
      effect: 'Users wait.',
      steps: [
        'Is it the processor (ContainerCpuThrottled, ContainerCpuSaturated), or what it waits for (database, other services)?',
        'More load than usual: pod:http_requests:rate5m against the same hour of last week. More replicas help then.',
      ],
    },
    tests: {
      fires: {
        input: [bucket('0.5', '0+50x40'), bucket('1', '0+60x40'), bucket('5', '0+100x40'), bucket('+Inf', '0+100x40')],
        at: '30m',
        labels: { namespace: 'shop', workload: 'cart' },
      },
      silent: {
        input: [bucket('0.5', '0+98x40'), bucket('1', '0+99x40'), bucket('5', '0+100x40'), bucket('+Inf', '0+100x40')],
        at: '30m',
      },
    },
  },
  {
    alert: 'TargetDown',
    severity: 'warning',
    why: 'Five minutes: longer than a pod takes to end. Kubelets have NodeDown.',
    expr: withWorkload('max by (namespace, pod, node, job, instance) (up{job!~"kubelet.*|cadvisor"}) == 0'),
    for: '5m',
    about: 'target',
    summary:
      '{{ with $labels.workload }}{{ . }}{{ else }}{{ $labels.job }}{{ end }} does not answer the scrape of its metrics',
    description: 'Target {{ $labels.instance }} of job {{ $labels.job }} has not answered for five minutes.',
    runbook: {
      meaning: 'Prometheus cannot read the metrics of the target.',
      effect: 'Graphs have gaps, and alerts on these metrics are blind.',
      steps: [
        'The page /targets of Prometheus says why: refused (port, path), timeout, status, too many samples.',
        'Does a NetworkPolicy let Prometheus in?',
      ],
    },
    tests: {
      fires: {
        input: [target('1x5 0x20')],
        at: '15m',
        labels: {
          namespace: 'shop',
          workload: 'cart',
          pod: 'cart-5d6f7c9b8-x2k4z',
          node: 'node-a',
          job: 'pods',
          instance: '10.1.0.7:8080',
        },
      },
      silent: { input: [target('1x5 0x3 1x20')], at: '15m' },
    },
  },
];

/** More workloads than these are not watched one by one. */
const mostWorkloads = 200;

/** What is scraped and is not there at all has no `up` that could be 0. */
function missing({ workloads, choices }: ObservePlan): readonly AlertRule[] {
  const watched = workloads
    .filter((each) => isFound(each, choices) && each.longRunning && isName(each.name))
    .slice(0, mostWorkloads)
    .map(absent);
  if (watched.length === 0) return [];
  return [
    {
      alert: 'WorkloadNotScraped',
      severity: 'warning',
      why: 'Workloads whose manifests say that they serve metrics. Ten minutes: longer than a rollout without spare pods takes.',
      expr: watched.map(({ expr }) => expr).join('\nor\n'),
      for: '10m',
      about: 'workload',
      summary: 'No pod of {{ $labels.workload }} is scraped',
      description:
        'The manifests say that {{ $labels.workload }} serves metrics, and Prometheus knows no target of it: no pod runs, or nothing finds it.',
      runbook: {
        meaning: 'Prometheus has no target for a workload whose manifests say that it serves metrics.',
        effect: 'Its own alerts cannot fire.',
        steps: [
          'Does it run at all? kubectl get pods.',
          'Are the annotations prometheus.io/scrape and prometheus.io/port on its pods (not on the Deployment), or does a monitor choose it?',
        ],
      },
      tests: {
        fires: { input: watched.slice(1).map(({ up }) => up), at: '15m', labels: watched[0]?.labels ?? {} },
        silent: { input: watched.map(({ up }) => up), at: '15m' },
      },
    },
  ];
}

/** The Prometheus of `full` knows no monitors; for `operator` those that are missing are written. */
function isFound({ metrics, selector }: ObservedWorkload, { stack }: ObserveChoices): boolean {
  if (metrics?.scrapedBy === 'monitor') return stack !== 'full';
  return metrics !== undefined && (metrics.scrapedBy === 'annotation' || (stack === 'operator' && selector.size > 0));
}

function isName(name: string): boolean {
  return /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/.test(name);
}

/** The expression that has a series when no pod of the workload is a target, and what its test needs. */
function absent({ name, namespace }: ObservedWorkload): {
  readonly expr: string;
  readonly up: InputSeries;
  readonly labels: Readonly<Record<string, string>>;
} {
  const where = namespace !== undefined && isName(namespace) ? namespace : undefined;
  const within = where === undefined ? '' : `namespace=${promqlString(where)}, `;
  const pods = promqlString(`${re2Literal(name)}(?:-[a-z0-9]+){0,3}`);
  return {
    expr: `label_replace(absent(up{${within}pod=~${pods}}), "workload", ${promqlString(name)}, "", "")`,
    up: { series: `up{${within}job="pods", pod=${promqlString(`${name}-5d6f7c9b8-x2k4z`)}}`, values: '1x20' },
    labels: { ...(where !== undefined && { namespace: where }), workload: name },
  };
}
