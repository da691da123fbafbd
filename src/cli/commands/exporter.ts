import { exitCodes } from '../../core/errors.ts';
import type { Command } from '../command.ts';

export const command: Command = {
  name: 'exporter',
  summary: 'Serve metrics of the images of a cluster and of the last audits to Prometheus',
  arguments: '',
  description:
    'Reads which images the pods of a cluster run, how large and how old they are, how long their pulls took and why containers\nrestarted, and the reports of the last audits, and serves them to Prometheus on /metrics. Only lists are asked of the API server.',
  flags: [
    {
      name: 'listen',
      value: 'ADDRESS:PORT',
      group: 'Serving',
      description: 'Where to listen; default 127.0.0.1:9925, and «:9925» is every address',
    },
    {
      name: 'interval',
      value: 'SECONDS',
      group: 'Serving',
      description: 'How often everything is read again; default 60',
    },
    { name: 'once', group: 'Serving', description: 'Print the metrics once and end; exit code 3 when a source fails' },
    {
      name: 'kubeconfig',
      value: 'FILE',
      group: 'Cluster',
      description: 'The cluster; default KUBECONFIG, ~/.kube/config, or the account of the pod',
    },
    { name: 'context', value: 'NAME', group: 'Cluster', description: 'A context of the kubeconfig' },
    {
      name: 'namespace',
      value: 'NAMESPACE',
      repeatable: true,
      group: 'Cluster',
      description: 'Only pods of this namespace; default all',
    },
    { name: 'no-cluster', group: 'Cluster', description: 'Audits only: no cluster is read' },
    {
      name: 'registry',
      value: 'HOST',
      repeatable: true,
      group: 'Registries',
      description: 'Ask only this registry when images were built; default all but those on loopback',
    },
    { name: 'no-registry', group: 'Registries', description: 'Ask no registry: no age and no layers' },
    {
      name: 'registry-config',
      value: 'FILE',
      group: 'Registries',
      description: 'Logins as «docker login» writes them, before those of Docker and Podman',
    },
    {
      name: 'audits',
      value: 'PATH',
      repeatable: true,
      group: 'Audits',
      description: 'A report of «plimsoll audit --format json», Trivy or Grype, or a directory of them',
    },
  ],
  examples: [
    { call: 'plimsoll exporter', meaning: 'Serve on 127.0.0.1:9925 what the current context runs' },
    { call: 'plimsoll exporter --once --namespace shop', meaning: 'Print the metrics of one namespace' },
    {
      call: 'plimsoll exporter --listen :9925 --audits /audits',
      meaning: 'As the generated Deployment runs it (plimsoll observe --part exporter)',
    },
  ],
  async run(parsed, terminal) {
    const { performExporter } = await import('../perform-exporter.ts');
    const well = await performExporter(parsed, terminal);
    return well ? exitCodes.clean : exitCodes.system;
  },
};
