import type { GeneratedFile, ObservePlan } from '../observe-plan.ts';
import { operatorPod } from '../operator-pod.ts';
import { partOf } from '../own-labels.ts';
import { quietInterval } from './configuration.ts';
import { operatorReceiver } from './operator-receivers.ts';
import { quietIntervals } from './quiet-hours.ts';
import { receiversOf } from './receivers.ts';
import { inhibitions, type Matcher, type Route, rootRoute, routesOf } from './routes.ts';
import { secretName } from './secret-files.ts';
import { everyone, teamsOf } from './teams.ts';
import { alertmanagerVersion, configMapName } from './workloads.ts';

/** The same routes and receivers as objects of the Prometheus Operator. https://prometheus-operator.dev/docs/api-reference/api/ */
export function writeOperatorObjects(plan: ObservePlan): GeneratedFile[] {
  return [
    { path: 'base/alertmanager/alertmanager.yaml', owner: 'base', text: alertmanager(plan) },
    { path: 'base/alertmanager/alertmanagerconfig.yaml', owner: 'base', text: alertmanagerConfig(plan) },
  ];
}

function alertmanager({ choices }: ObservePlan): string {
  const mail = choices.receivers.includes('email')
    ? `      # plimsoll:keep smtp
      smtp:
        from: "alertmanager@example.com"
        smartHost:
          host: smtp.example.com
          port: "587"
        authUsername: "alertmanager@example.com"
        authPassword:
          name: ${secretName}
          key: smtp-password
        requireTLS: true
      # plimsoll:end
`
    : '';
  return `# Two Alertmanagers, run by the Operator. Its configuration is alertmanagerconfig.yaml, taken as the whole and global one: an
# AlertmanagerConfig that is only selected gets alerts of its own namespace alone.
apiVersion: monitoring.coreos.com/v1
kind: Alertmanager
metadata:
  name: plimsoll
  namespace: ${choices.namespace}
  labels:
    app.kubernetes.io/name: alertmanager
    ${partOf}
spec:
  replicas: 2
  # The messages are tested with this one. https://github.com/prometheus/alertmanager/releases
  version: v${alertmanagerVersion}
  retention: 120h
  alertmanagerConfiguration:
    name: plimsoll
    templates:
      - configMap:
          name: ${configMapName}
          key: plimsoll.tmpl
    global:
      resolveTimeout: 5m
${mail}  podMetadata:
    labels:
      ${partOf}
  resources:
    requests:
      cpu: 20m
      memory: 64Mi
    limits:
      memory: 192Mi
${operatorPod('1Gi')}`;
}

function alertmanagerConfig(plan: ObservePlan): string {
  const { choices } = plan;
  const teams = teamsOf(plan);
  const receivers = receiversOf(teams, choices).map(
    ({ name, team, kinds }) =>
      `    - name: ${JSON.stringify(name)}\n${kinds.map((kind) => operatorReceiver(kind, team, choices)).join('')}`,
  );
  return `# Who is told of what: routes by severity and team, what belongs together, what silences what. Addresses are yours, between the marks;
# secrets are keys of ${secretName} (secret.yaml.template).
apiVersion: monitoring.coreos.com/v1alpha1
kind: AlertmanagerConfig
metadata:
  name: plimsoll
  namespace: ${choices.namespace}
  labels:
    ${partOf}
spec:
  route:
    receiver: ${everyone.name}
    # One message for a finding at a workload, however many pods it has.
    groupBy: [${rootRoute.groupBy.join(', ')}]
    groupWait: ${rootRoute.groupWait}
    groupInterval: ${rootRoute.groupInterval}
    repeatInterval: ${rootRoute.repeatInterval}
    routes:
${routesOf(teams, choices)
  .map((route) => routeYaml(route, '      '))
  .join('')}  inhibitRules:
${inhibitions
  .map(
    ({ why, source, target, equal }) => `    # ${why}
    - sourceMatch:
${matchers(source, '        ')}      targetMatch:
${matchers(target, '        ')}      equal: [${equal.join(', ')}]
`,
  )
  .join('')}${intervals(plan)}  receivers:
    - name: nobody
${receivers.join('')}`;
}

/** The operator's matchers name the operation; `=` and its negation with an empty value ask whether there is a label. */
function matchers(list: readonly Matcher[], indent: string): string {
  return list
    .map(
      ({ label, operator, value }) =>
        `${indent}- name: ${label}\n${indent}  value: ${JSON.stringify(value)}\n${indent}  matchType: ${JSON.stringify(operator)}\n`,
    )
    .join('');
}

function routeYaml(route: Route, indent: string): string {
  const inner = `${indent}  `;
  const field = (name: string, value: string | undefined) => (value === undefined ? '' : `${inner}${name}: ${value}\n`);
  const below = route.routes ?? [];
  return `${route.why === undefined ? '' : `${indent}# ${route.why}\n`}${indent}- receiver: ${JSON.stringify(route.receiver)}
${route.matchers.length === 0 ? '' : `${inner}matchers:\n${matchers(route.matchers, `${inner}  `)}`}${field(
  'continue',
  route.goesOn ? 'true' : undefined,
)}${field('groupWait', route.groupWait)}${field('groupInterval', route.groupInterval)}${field(
  'repeatInterval',
  route.repeatInterval,
)}${route.quiet ? `${inner}muteTimeIntervals: [${quietInterval}]\n` : ''}${
  below.length === 0 ? '' : `${inner}routes:\n${below.map((each) => routeYaml(each, `${inner}  `)).join('')}`
}`;
}

function intervals({ choices: { quietHours } }: ObservePlan): string {
  if (quietHours === undefined) return '';
  const entries = quietIntervals(quietHours).map(({ times, weekdays }) =>
    times.length > 0
      ? `        - times:\n${times
          .map(({ start, end }) => `            - startTime: "${start}"\n              endTime: "${end}"\n`)
          .join('')}`
      : `        - weekdays: [${weekdays}]\n`,
  );
  return `  muteTimeIntervals:
    # This kind has no time zone: the times are UTC. Meant were ${quietHours.from} to ${quietHours.to} of ${quietHours.zone}: move them between the marks.
    - name: ${quietInterval}
      # plimsoll:keep quiet-hours
      timeIntervals:
${entries.join('')}      # plimsoll:end
`;
}
