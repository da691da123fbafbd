import type { ObserveChoices, Receiver } from '../observe-plan.ts';
import { secretPath } from './secret-files.ts';
import type { Team } from './teams.ts';

/** A list of one receiver kind: `email_configs` with its only entry. Addresses are the user's, between marks. */
export function receiverYaml(kind: Receiver, team: Team, choices: ObserveChoices): string {
  switch (kind) {
    case 'email':
      return email(team);
    case 'slack':
      return slack(team);
    case 'teams':
      return teams(team);
    case 'pagerduty':
      return pagerduty(team);
    case 'sms-sns':
      return sns(team);
    case 'sms-webhook':
      return smsGateway(team);
    case 'webhook':
      return webhook(choices);
  }
}

const kept = (kind: string, { name }: Team, lines: string) => `      # plimsoll:keep ${kind}-${name}
${lines}      # plimsoll:end
`;

function email(team: Team): string {
  return `    email_configs:
${kept('email', team, `      - to: "${team.name}@example.com"\n`)}        send_resolved: true
        headers:
          Subject: '{{ template "plimsoll.subject" . }}'
        text: '{{ template "plimsoll.text" . }}'
        html: '{{ template "plimsoll.html" . }}'
`;
}

function slack(team: Team): string {
  return `    slack_configs:
${kept(
  'slack',
  team,
  `      # An incoming webhook posts to the channel that it was made for: a team with a channel of its own has a webhook of its own, as
      # another key of the Secret.
      - api_url_file: ${secretPath('slack-webhook-url')}
`,
)}        send_resolved: true
        title: '{{ template "plimsoll.slack.subject" . }}'
        text: '{{ template "plimsoll.slack.text" . }}'
        fallback: '{{ template "plimsoll.slack.subject" . }}'
        color: '{{ template "plimsoll.slack.color" . }}'
        # Not «text»: nothing in it is read as markup.
        mrkdwn_in: [pretext]
`;
}

function teams(team: Team): string {
  return `    msteamsv2_configs:
${kept('teams', team, `      - webhook_url_file: ${secretPath('teams-webhook-url')}\n`)}        send_resolved: true
        title: '{{ template "plimsoll.teams.subject" . }}'
        text: '{{ template "plimsoll.teams.text" . }}'
`;
}

function pagerduty(team: Team): string {
  return `    pagerduty_configs:
${kept('pagerduty', team, `      - routing_key_file: ${secretPath('pagerduty-routing-key')}\n`)}        send_resolved: true
        description: '{{ template "plimsoll.subject" . }}'
        severity: '{{ template "plimsoll.pagerduty.severity" . }}'
        class: '{{ .CommonLabels.alertname }}'
        component: '{{ .CommonLabels.workload }}'
        group: '{{ .CommonLabels.namespace }}'
        details:
          # As JSON: a text that looks like YAML would be taken for what it looks like.
          firing: '{{ .Alerts.Firing | toJson }}'
          resolved: '{{ .Alerts.Resolved | toJson }}'
`;
}

function sns(team: Team): string {
  return `    # SNS has no field for a file: the AWS SDK takes its credentials from the file that AWS_SHARED_CREDENTIALS_FILE names
    # (${secretPath('aws-credentials')}), or from the pod's role. Numbers are subscribed to the topic and stay with AWS.
    sns_configs:
${kept(
  'sns',
  team,
  `      - topic_arn: "arn:aws:sns:eu-central-1:123456789012:alerts-${team.name}"
        sigv4:
          region: eu-central-1
`,
)}        # A text message for the end, too, costs as much as the first.
        send_resolved: false
        subject: '{{ template "plimsoll.sns.subject" . }}'
        message: '{{ template "plimsoll.sms" . }}'
`;
}

function smsGateway(team: Team): string {
  return `    # The whole payload is one JSON text. As separate fields, a number such as +15555550100 and a text such as «a: b» would be read as
    # YAML. Alertmanager before 0.32 has no payload, 0.32 and 0.33 run label values in it as templates: 0.34 is needed.
    webhook_configs:
${kept(
  'sms',
  team,
  `      - url: "https://sms.example.com/messages"
        payload: '{"to": ["+15555550100"], "text": {{ template "plimsoll.sms.json" . }}}'
`,
)}        send_resolved: false
        timeout: 10s
        http_config:
          authorization:
            type: Bearer
            credentials_file: ${secretPath('sms-gateway-token')}
`;
}

function webhook({ namespace }: ObserveChoices): string {
  return `    webhook_configs:
      # plimsoll:keep webhook
      - url: "http://plimsoll-respond.${namespace}.svc:8080/alerts"
      # plimsoll:end
        send_resolved: true
        # It answers at once and acts afterwards: what takes longer than this is tried again.
        timeout: 10s
        # 0 is all of them: none is left out of what is acted on.
        max_alerts: 0
        http_config:
          authorization:
            type: Bearer
            credentials_file: ${secretPath('webhook-token')}
`;
}
