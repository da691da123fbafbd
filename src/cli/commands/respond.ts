import type { Command } from '../command.ts';

export const command: Command = {
  name: 'respond',
  summary: 'Act on alerts within a policy: receives Alertmanager webhooks, restarts, scales, rolls back, records',
  arguments: '[check POLICY | manifests]',
  description:
    'Listens for the webhooks of Alertmanager and does what the policy allows, no more often than it allows: restart by rollout,\nscale, roll back, collect evidence, record. Only shows what it would do unless --act or the policy says so.\n«check» reads a policy and says what it allows; «manifests» prints what runs the responder in a cluster, with RBAC for just\nthis policy. docs/respond.md has a policy to begin with.',
  flags: [
    { name: 'policy', value: 'FILE', description: 'The policy; read again whenever it changes' },
    { name: 'dry-run', description: 'Do nothing, whatever the policy says: only tell what would be done' },
    { name: 'act', description: 'Do it, except by rules whose own mode is dry-run' },
    {
      name: 'listen',
      value: 'ADDRESS:PORT',
      group: 'Webhook',
      description: 'Where webhooks, health and metrics are; default 127.0.0.1:8080',
    },
    {
      name: 'token-file',
      value: 'FILE',
      group: 'Webhook',
      description: 'Bearer tokens that are let in, one a line; read again when it changes',
    },
    { name: 'tls-cert', value: 'FILE', group: 'Webhook', description: 'Certificate to serve with TLS' },
    { name: 'tls-key', value: 'FILE', group: 'Webhook', description: 'Its key' },
    {
      name: 'client-ca',
      value: 'FILE',
      group: 'Webhook',
      description: 'Only clients with a certificate of this authority may send webhooks (mutual TLS)',
    },
    {
      name: 'max-body',
      value: 'KIB',
      group: 'Webhook',
      description: 'Largest webhook that is read, in KiB; default 1024',
    },
    {
      name: 'max-rate',
      value: 'N',
      group: 'Webhook',
      description: 'Webhooks a second; more are answered with 429; default 2000',
    },
    {
      name: 'approval-key-file',
      value: 'FILE',
      group: 'Webhook',
      description: 'The key that approval links are signed with',
    },
    {
      name: 'kubeconfig',
      value: 'FILE',
      group: 'Cluster',
      description: "The cluster; default that of the pod's account",
    },
    { name: 'context', value: 'NAME', group: 'Cluster', description: 'A context of the kubeconfig' },
    {
      name: 'namespace',
      value: 'NAME',
      group: 'Cluster',
      description: "Where the responder's lease, journal and records are; default that of the context",
    },
    {
      name: 'name',
      value: 'NAME',
      group: 'Cluster',
      description: 'What the lease and the journal are called; default plimsoll-respond',
    },
    {
      name: 'identity',
      value: 'NAME',
      group: 'Cluster',
      description: 'Of this instance, the same after a restart, no other like it; default POD_NAME, else a new one',
    },
    { name: 'keda', group: 'Manifests', description: "Let it raise the minimum of KEDA's ScaledObjects, too" },
    { name: 'image', value: 'IMAGE', group: 'Manifests', description: 'The image that the manifests run' },
  ],
  examples: [
    {
      call: 'plimsoll respond --policy respond.yaml --token-file token --kubeconfig ~/.kube/config',
      meaning: 'Show what would be done',
    },
    {
      call: 'plimsoll respond check respond.yaml',
      meaning: 'Say what a policy allows, or line and reason of its mistake',
    },
    { call: 'plimsoll respond manifests --policy respond.yaml | kubectl apply -f -', meaning: 'Run it in the cluster' },
  ],
  async run(parsed, terminal) {
    const { performRespond } = await import('../perform-respond.ts');
    return performRespond(parsed, terminal);
  },
};
