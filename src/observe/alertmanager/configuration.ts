import type { GeneratedFile, ObserveChoices, ObservePlan } from '../observe-plan.ts';
import { quietIntervals } from './quiet-hours.ts';
import { receiverYaml } from './receiver-yaml.ts';
import { receiversOf } from './receivers.ts';
import { type Inhibition, inhibitions, type Matcher, matcherText, type Route, rootRoute, routesOf } from './routes.ts';
import { secretPath } from './secret-files.ts';
import { everyone, teamsOf } from './teams.ts';

/** The name of the time interval of quiet hours. */
export const quietInterval = 'quiet-hours';

/** alertmanager.yaml. https://prometheus.io/docs/alerting/latest/configuration/ */
export function writeConfiguration(plan: ObservePlan): GeneratedFile {
  const { choices } = plan;
  const teams = teamsOf(plan);
  const receivers = receiversOf(teams, choices).map(({ name, team, kinds }) => {
    const configs = kinds.map((kind) => receiverYaml(kind, team, choices)).join('');
    const none =
      configs === ''
        ? '    # No receiver was chosen that can be read at leisure: these are in the web page only.\n'
        : '';
    return `  - name: ${JSON.stringify(name)}\n${none}${configs}`;
  });
  return {
    path: 'base/alertmanager/alertmanager.yaml',
    owner: 'base',
    text: `# Who is told of what: routes by severity and team, what belongs together, what silences what. For Alertmanager 0.34 or later.
# Addresses are yours, between «plimsoll:keep» and «plimsoll:end»; secrets are in no configuration but in files (secret.yaml.template).
# Checked by: amtool check-config alertmanager.yaml; where an alert goes: amtool config routes test --config.file alertmanager.yaml \\
#   severity=critical team=…
${global(choices)}
templates:
  # Beside this file.
  - templates/*.tmpl

route:
  receiver: ${everyone.name}
  # One message for a finding at a workload, however many pods it has.
  group_by: [${rootRoute.groupBy.join(', ')}]
  # The first message waits for the other alerts of the same cause: rules are evaluated every 30 s.
  group_wait: ${rootRoute.groupWait}
  # What joins a group later is told of in one go.
  group_interval: ${rootRoute.groupInterval}
  # A reminder, while nothing changes.
  repeat_interval: ${rootRoute.repeatInterval}
  routes:
${routesOf(teams, choices)
  .map((route) => routeYaml(route, '    '))
  .join('')}
inhibit_rules:
${inhibitions.map(inhibitionYaml).join('')}${intervals(choices)}
receivers:
  # Takes what nobody is to be told.
  - name: nobody
${receivers.join('')}`,
  };
}

function global({ receivers }: ObserveChoices): string {
  const mail = receivers.includes('email')
    ? `  # plimsoll:keep smtp
  smtp_smarthost: "smtp.example.com:587"
  smtp_from: "Alertmanager <alertmanager@example.com>"
  smtp_auth_username: "alertmanager@example.com"
  # plimsoll:end
  smtp_auth_password_file: ${secretPath('smtp-password')}
  # Neither the password nor what fails where goes over the network in clear: STARTTLS, or the mail is not sent.
  smtp_require_tls: true
`
    : '';
  return `
global:
  # Without word from whoever sent it, an alert is over after this time. Prometheus sends an end of its own with each.
  resolve_timeout: 5m
${mail}`;
}

function routeYaml(route: Route, indent: string): string {
  const inner = `${indent}  `;
  const field = (name: string, value: string | undefined) => (value === undefined ? '' : `${inner}${name}: ${value}\n`);
  const below = route.routes ?? [];
  return `${route.why === undefined ? '' : `${indent}# ${route.why}\n`}${indent}- receiver: ${JSON.stringify(route.receiver)}
${route.matchers.length === 0 ? '' : `${inner}matchers:\n${matchersYaml(route.matchers, `${inner}  `)}`}${field(
  'continue',
  route.goesOn ? 'true' : undefined,
)}${field('group_wait', route.groupWait)}${field('group_interval', route.groupInterval)}${field(
  'repeat_interval',
  route.repeatInterval,
)}${route.quiet ? `${inner}mute_time_intervals: [${quietInterval}]\n` : ''}${
  below.length === 0 ? '' : `${inner}routes:\n${below.map((each) => routeYaml(each, `${inner}  `)).join('')}`
}`;
}

/** Each as a single-quoted YAML scalar. */
function matchersYaml(matchers: readonly Matcher[], indent: string): string {
  return matchers.map((each) => `${indent}- '${matcherText(each).replaceAll("'", "''")}'\n`).join('');
}

function inhibitionYaml({ why, source, target, equal }: Inhibition): string {
  return `  # ${why}
  - source_matchers:
${matchersYaml(source, '      ')}    target_matchers:
${matchersYaml(target, '      ')}    equal: [${equal.join(', ')}]
`;
}

function intervals({ quietHours }: ObserveChoices): string {
  if (quietHours === undefined) return '';
  const lines = quietIntervals(quietHours).map(
    ({ times, weekdays }) =>
      `      - ${[
        ...(times.length === 0
          ? []
          : [
              `times:\n${times.map(({ start, end }) => `          - start_time: "${start}"\n            end_time: "${end}"`).join('\n')}`,
            ]),
        ...(weekdays === undefined ? [] : [`weekdays: [${weekdays}]`]),
        `location: ${JSON.stringify(quietHours.zone)}`,
      ].join('\n        ')}\n`,
  );
  return `
time_intervals:
  # Warnings wait until they are over; what is critical does not. A time range ends on the day on which it begins.
  - name: ${quietInterval}
    time_intervals:
${lines.join('')}`;
}
