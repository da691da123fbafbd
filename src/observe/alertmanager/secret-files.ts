import type { GeneratedFile, ObserveChoices, Receiver } from '../observe-plan.ts';

/** Where the Secret is mounted. */
export const secretDirectory = '/etc/alertmanager/secrets';

/** Its name. */
export const secretName = 'alertmanager-secrets';

/** A key of the Secret: what it holds and who reads it. */
export interface SecretFile {
  readonly key: string;
  readonly holds: string;
  readonly receivers: readonly Receiver[];
}

/** Every value that must not stand in a configuration. */
export const secretFiles: readonly SecretFile[] = [
  { key: 'smtp-password', holds: 'The password of the mail account, of smtp_auth_username.', receivers: ['email'] },
  {
    key: 'slack-webhook-url',
    holds: 'The address of the incoming webhook: whoever has it can post. https://api.slack.com/messaging/webhooks',
    receivers: ['slack'],
  },
  {
    key: 'pagerduty-routing-key',
    holds: 'The integration key of the service (Events API v2).',
    receivers: ['pagerduty'],
  },
  {
    key: 'teams-webhook-url',
    holds: 'The address of the workflow «Post to a channel when a webhook request is received».',
    receivers: ['teams'],
  },
  {
    key: 'aws-credentials',
    holds:
      'A shared credentials file of AWS: «[default]», aws_access_key_id, aws_secret_access_key of an account that may sns:Publish to this topic only. Not needed where the pod has a role (IRSA, EKS Pod Identity).',
    receivers: ['sms-sns'],
  },
  { key: 'sms-gateway-token', holds: 'The bearer token of the SMS gateway.', receivers: ['sms-webhook'] },
  {
    key: 'webhook-token',
    holds: 'The bearer token that the webhook asks for; plimsoll respond reads the same one (--token-file).',
    receivers: ['webhook'],
  },
];

/** The files that the chosen receivers read. */
export function secretFilesOf({ receivers }: ObserveChoices): readonly SecretFile[] {
  return secretFiles.filter((file) => file.receivers.some((receiver) => receivers.includes(receiver)));
}

/** The path of a key where it is mounted. */
export function secretPath(key: string): string {
  return `${secretDirectory}/${key}`;
}

/** The Secret without its values, which are nobody's but the cluster's. */
export function writeSecretTemplate(choices: ObserveChoices): GeneratedFile {
  const files = secretFilesOf(choices);
  return {
    path: 'base/alertmanager/secret.yaml.template',
    owner: 'base',
    text: `# A template, applied by nobody: the values are never written into a file that is committed. Make the Secret from files:
#   kubectl --namespace ${choices.namespace} create secret generic ${secretName} \\
${files.map(({ key }) => `#     --from-file=${key}=./${key}`).join(' \\\n')}
# or by what keeps secrets in your clusters (External Secrets, Sealed Secrets, SOPS). Alertmanager reads the files when it sends:
# a changed value needs no restart, only the kubelet's time to bring it there (about a minute).
apiVersion: v1
kind: Secret
metadata:
  name: ${secretName}
  namespace: ${choices.namespace}
type: Opaque
stringData:
${files.map(({ key, holds }) => `  # ${holds}\n  ${key}: ""\n`).join('')}`,
  };
}
