import { colorFlag } from '../color-flag.ts';
import type { Command } from '../command.ts';

export const command: Command = {
  name: 'logs',
  summary: 'Read the output of a container and say whether it is structured and what breaks a parser',
  arguments: 'check [FILE|-]',
  description:
    'Reads a file, standard input, a CRI log file (/var/log/pods/…), a Docker json-file or a pod, and says what its lines are written in,\nwhich fields hold time, level, message and trace, and what an agent, a parser or an index trips over. Secrets are told by kind and\nplace only. Memory does not grow with the log. Exit code 1 when anything but notes is found.',
  flags: [
    { name: 'pod', value: 'NS/POD', group: 'Input', description: 'Read this pod through the Kubernetes API' },
    { name: 'container', value: 'NAME', group: 'Input', description: 'Which container of the pod' },
    { name: 'previous', group: 'Input', description: "The pod's container before its last restart" },
    { name: 'tail', value: 'LINES', group: 'Input', description: 'Only the last lines of the pod' },
    {
      name: 'follow',
      value: 'WHEN',
      choices: ['no', 'yes'],
      group: 'Input',
      description: 'yes: go on as the pod writes, until interrupted; default no',
    },
    {
      name: 'kubeconfig',
      value: 'FILE',
      group: 'Input',
      description: "Which cluster; default KUBECONFIG, ~/.kube/config, a pod's own account",
    },
    { name: 'context', value: 'NAME', group: 'Input', description: 'Which context of the kubeconfig' },
    {
      name: 'format',
      value: 'FORMAT',
      choices: ['auto', 'cri', 'docker', 'plain'],
      group: 'Input',
      description: 'What stands around the lines; default auto: told by the first line',
    },
    { name: 'json', group: 'Output', description: 'What was found, for programs: schemas/logs.schema.json' },
    colorFlag,
  ],
  examples: [
    { call: 'docker logs web 2>&1 | plimsoll logs check', meaning: 'What a container of Docker writes' },
    { call: 'plimsoll logs check --pod shop/web-7d9f --container web', meaning: 'What a pod writes' },
    { call: 'plimsoll logs check /var/log/pods/shop_web-7d9f_1234/web/0.log', meaning: "The kubelet's own file" },
  ],
  async run(parsed, terminal) {
    const { performLogs } = await import('../perform-logs.ts');
    return performLogs(parsed, terminal);
  },
};
