import type { ObserveChoices, Receiver } from '../observe-plan.ts';
import { secretName } from './secret-files.ts';
import type { Team } from './teams.ts';

/** A list of one receiver kind in an AlertmanagerConfig. The messages are the same templates. */
export function operatorReceiver(kind: Receiver, team: Team, choices: ObserveChoices): string {
  switch (kind) {
    case 'email':
      return `      emailConfigs:
${kept('email', team, `        - to: "${team.name}@example.com"\n`)}          sendResolved: true
          headers:
            - key: Subject
              value: '{{ template "plimsoll.subject" . }}'
          text: '{{ template "plimsoll.text" . }}'
          html: '{{ template "plimsoll.html" . }}'
`;
    case 'slack':
      return `      slackConfigs:
${kept('slack', team, fromSecret('apiURL', 'slack-webhook-url'))}          sendResolved: true
          title: '{{ template "plimsoll.slack.subject" . }}'
          text: '{{ template "plimsoll.slack.text" . }}'
          fallback: '{{ template "plimsoll.slack.subject" . }}'
          color: '{{ template "plimsoll.slack.color" . }}'
          # Not «text»: nothing in it is read as markup.
          mrkdwnIn: [pretext]
`;
    case 'teams':
      return `      msteamsv2Configs:
${kept('teams', team, fromSecret('webhookURL', 'teams-webhook-url'))}          sendResolved: true
          title: '{{ template "plimsoll.teams.subject" . }}'
          text: '{{ template "plimsoll.teams.text" . }}'
`;
    case 'pagerduty':
      return `      pagerdutyConfigs:
${kept('pagerduty', team, fromSecret('routingKey', 'pagerduty-routing-key'))}          sendResolved: true
          description: '{{ template "plimsoll.subject" . }}'
          severity: '{{ template "plimsoll.pagerduty.severity" . }}'
          class: '{{ .CommonLabels.alertname }}'
          component: '{{ .CommonLabels.workload }}'
          group: '{{ .CommonLabels.namespace }}'
          details:
            # As JSON: a text that looks like YAML would be taken for what it looks like.
            - key: firing
              value: '{{ .Alerts.Firing | toJson }}'
            - key: resolved
              value: '{{ .Alerts.Resolved | toJson }}'
`;
    case 'sms-sns':
      return `      # Without keys here, the AWS SDK takes the role of the pod (IRSA, EKS Pod Identity).
      snsConfigs:
${kept(
  'sns',
  team,
  `        - topicARN: "arn:aws:sns:eu-central-1:123456789012:alerts-${team.name}"
          sigv4:
            region: eu-central-1
`,
)}          sendResolved: false
          subject: '{{ template "plimsoll.sns.subject" . }}'
          message: '{{ template "plimsoll.sms" . }}'
`;
    case 'sms-webhook':
      return `      # This kind has no payload: the gateway gets Alertmanager's own JSON and makes its text from labels and annotations.
      webhookConfigs:
${kept('sms', team, '        - url: "https://sms.example.com/alertmanager"\n')}          sendResolved: false
${bearer('sms-gateway-token')}`;
    case 'webhook':
      return `      webhookConfigs:
        # plimsoll:keep webhook
        - url: "http://plimsoll-respond.${choices.namespace}.svc:8080/alerts"
        # plimsoll:end
          sendResolved: true
          timeout: 10s
${bearer('webhook-token')}`;
  }
}

const kept = (kind: string, { name }: Team, lines: string) => `        # plimsoll:keep ${kind}-${name}
${lines}        # plimsoll:end
`;

const fromSecret = (field: string, key: string) => `        - ${field}:
            name: ${secretName}
            key: ${key}
`;

const bearer = (key: string) => `          httpConfig:
            authorization:
              type: Bearer
              credentials:
                name: ${secretName}
                key: ${key}
`;
