import { colorFlag } from '../color-flag.ts';
import type { Command } from '../command.ts';

export const command: Command = {
  name: 'observe',
  summary: 'Write monitoring, alerting, logging and scaling for what a repository runs',
  arguments: '[PATH]',
  description:
    'Reads the workloads of a directory (default: this one) and writes a Kustomize base with what observes them, and an overlay that is\nyours. A later run writes the base anew: what you changed by hand is recognised and left alone, regions between\n«# plimsoll:keep» and «# plimsoll:end» are kept. A run without choices takes those of the last one.',
  flags: [
    {
      name: 'part',
      value: 'NAME',
      repeatable: true,
      choices: ['prometheus', 'alertmanager', 'grafana', 'exporter', 'logging', 'scaling', 'respond'],
      group: 'Choices',
      description: 'Only this part; default all',
    },
    {
      name: 'stack',
      value: 'KIND',
      choices: ['config', 'full', 'operator'],
      group: 'Choices',
      description:
        'Configuration for what runs already (default), the workloads with it, or objects of the Prometheus Operator',
    },
    {
      name: 'namespace',
      value: 'NAME',
      group: 'Choices',
      description: 'Where what observes lives; default monitoring',
    },
    {
      name: 'receiver',
      value: 'KIND',
      repeatable: true,
      choices: ['email', 'slack', 'sms-sns', 'sms-webhook', 'pagerduty', 'teams', 'webhook'],
      group: 'Choices',
      description: 'Who is notified; default email',
    },
    {
      name: 'log-agent',
      value: 'AGENT',
      choices: ['fluent-bit', 'fluentd', 'otel'],
      group: 'Choices',
      description: 'What reads the containers’ logs; default fluent-bit',
    },
    {
      name: 'log-store',
      value: 'STORE',
      choices: ['elasticsearch', 'opensearch', 'loki', 'logstash'],
      group: 'Choices',
      description: 'Where they go; default elasticsearch',
    },
    { name: 'keda', group: 'Choices', description: 'Scale by KEDA instead of HorizontalPodAutoscalers' },
    {
      name: 'node-proxy',
      group: 'Choices',
      description: 'Scrape kubelets through the API server: needs nodes/proxy, which allows much more than reading',
    },
    {
      name: 'image-age',
      value: 'DAYS',
      group: 'Choices',
      description: 'From when on an image is old; default 90',
    },
    {
      name: 'quiet-hours',
      value: 'FROM-TO@ZONE',
      group: 'Choices',
      description: 'Hold warnings back, such as 22:00-07:00@Europe/Berlin, or …+weekends',
    },
    {
      name: 'scale-memory',
      value: 'WORKLOAD',
      repeatable: true,
      group: 'Choices',
      description: 'Scale this one on memory, too: only where memory follows load and is given back',
    },
    { name: 'out', value: 'DIR', group: 'Writing', description: 'Where the files go; default observe/ in PATH' },
    { name: 'dry-run', short: 'n', group: 'Writing', description: 'Show what would be written, and write nothing' },
    { name: 'diff', group: 'Writing', description: 'Print a patch that «git apply» takes, and write nothing' },
    { name: 'check', group: 'Writing', description: 'Write nothing, and exit with 1 when something would change' },
    { name: 'force', group: 'Writing', description: 'Replace files of the base that were changed by hand' },
    { name: 'json', group: 'Output', description: 'The plan and the files, for programs: schemas/observe.schema.json' },
    { name: 'quiet', short: 'q', group: 'Output', description: 'Show no progress' },
    colorFlag,
    { name: 'config', value: 'FILE', group: 'Configuration', description: 'Read this file instead of plimsoll.yaml' },
    { name: 'no-config', group: 'Configuration', description: 'Read no configuration file' },
    { name: 'no-helm', group: 'Configuration', description: 'Do not render charts' },
  ],
  examples: [
    { call: 'plimsoll observe', meaning: 'Configuration for a Prometheus, an Alertmanager, … that run already' },
    { call: 'plimsoll observe --stack full --receiver slack', meaning: 'All of it as workloads, too' },
    { call: 'plimsoll observe --part prometheus --stack operator', meaning: 'One part, for the Prometheus Operator' },
    { call: 'plimsoll observe --check', meaning: 'In a pipeline: 1 when the files are not up to date' },
    { call: 'kubectl apply --server-side --kustomize observe/overlay', meaning: 'Install it' },
  ],
  async run(parsed, terminal) {
    const { performObserve } = await import('../perform-observe.ts');
    return performObserve(parsed, terminal, command);
  },
};
