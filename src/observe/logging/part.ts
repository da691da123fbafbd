import { UserError } from '../../core/errors.ts';
import type { GeneratedFile, ObserveChoices, ObservePart, ObservePlan } from '../observe-plan.ts';
import { agentAccess, agentDaemonSet, agentNetworkPolicy, agentPodMonitor } from './agent-workload.ts';
import { type Agent, agentOf } from './agents.ts';
import { elasticCloud, elasticCloudKustomization } from './elastic-cloud.ts';
import { indexTemplate, lifecyclePolicy, singleNodeTemplate, statePolicy } from './index-template.ts';
import { ingestPipeline } from './ingest-pipeline.ts';
import { logstashPipeline } from './logstash.ts';
import { lokiConfiguration } from './loki.ts';
import { installScript, setupJob } from './store-setup.ts';
import { storeObjects } from './store-workloads.ts';

/** Log agent, its parsers, and what the store has to know. */
export const loggingPart: ObservePart = {
  name: 'logging',
  summary: 'Logging: agent with parsers and buffers, index template and retention, store',
  write(plan) {
    const { choices } = plan;
    if (choices.logAgent === 'otel' && choices.logStore === 'logstash')
      throw new UserError('the OpenTelemetry Collector has no output that Logstash takes', {
        remedy: 'Choose --log-agent fluent-bit or fluentd, or --log-store elasticsearch.',
      });
    // https://github.com/fluent/fluentd-kubernetes-daemonset has no image with Loki's plug-in.
    if (choices.logAgent === 'fluentd' && choices.logStore === 'loki')
      throw new UserError('no published image of Fluentd has the plug-in for Loki', {
        remedy: 'Choose --log-agent fluent-bit or otel.',
      });
    const agent = agentOf(choices);
    const files = [...agentFiles(plan, agent), ...storeFiles(choices)];
    return [...files, kustomization(choices, agent, files), ...secretTemplate(choices)];
  },
};

function base(path: string, text: string): GeneratedFile {
  return { path: `base/logging/${path}`, text, owner: 'base' };
}

function agentFiles(plan: ObservePlan, agent: Agent): GeneratedFile[] {
  const { choices } = plan;
  const configuration = base(agent.configuration.file, agent.configuration.write(plan));
  const access = base('access.yaml', agentAccess(choices, agent));
  if (choices.stack === 'config') return [configuration, access];
  return [
    configuration,
    access,
    base('agent.yaml', agentDaemonSet(choices, agent)),
    base('agent-network.yaml', agentNetworkPolicy(choices, agent)),
    ...(choices.stack === 'operator' ? [base('agent-monitor.yaml', agentPodMonitor(choices, agent))] : []),
  ];
}

function storeFiles(choices: ObserveChoices): GeneratedFile[] {
  const { logStore, stack } = choices;
  const files: GeneratedFile[] = [];
  // Logstash writes to Elasticsearch.
  const search = logStore === 'logstash' ? 'elasticsearch' : logStore;
  if (search !== 'loki') {
    const template = indexTemplate(search);
    files.push(
      json('store/index-template.json', stack === 'full' ? singleNodeTemplate(template) : template),
      json('store/ingest-pipeline.json', ingestPipeline()),
      search === 'elasticsearch'
        ? json('store/lifecycle-policy.json', lifecyclePolicy())
        : json('store/state-policy.json', statePolicy()),
      base('store/install.sh', installScript(search)),
      base('store/README.md', storeReadme),
    );
  } else files.push(base('store/loki.yaml', lokiConfiguration));
  if (logStore === 'logstash') files.push(base('store/pipeline.conf', logstashPipeline(choices)));
  if (search === 'elasticsearch')
    files.push(
      base('elastic-cloud-on-kubernetes/elasticsearch.yaml', elasticCloud(choices)),
      base('elastic-cloud-on-kubernetes/kustomization.yaml', elasticCloudKustomization),
    );
  if (stack === 'full') {
    files.push(base('store.yaml', storeObjects(choices)));
    if (logStore === 'elasticsearch' || logStore === 'opensearch')
      files.push(base('store-setup.yaml', setupJob(choices)));
  }
  return files;
}

function json(path: string, value: object): GeneratedFile {
  return base(path, `${JSON.stringify(value, undefined, 2)}\n`);
}

const storeReadme = `# What the store has to know of container logs

\`sh install.sh\` installs all of it; \`STORE_URL\` says where. JSON holds no comments, so they are here.

- **index-template.json**: a data stream \`logs-containers-*\`. Fields that searches ask for are mapped one by one; all that applications
  invent goes into \`app\`, one field whatever is in it, so that no document is refused for a field's type and no application can make the
  index grow past its limit of fields. \`dynamic: false\` keeps what is unknown in the document without mapping it.
- **ingest-pipeline.json**: brings \`msg\`, \`severity\`, \`traceId\` and their like to \`message\`, \`level\`, \`trace_id\`, whichever agent sent them.
- **lifecycle-policy.json** (Elasticsearch) or **state-policy.json** (OpenSearch): a new index each day or at 30 GB, deleted after 30 days.
  30 GB is within the 10 to 50 GB a shard that Elastic advises; 30 days is a beginning: ask who has to keep what for how long.
`;

/** Configuration becomes ConfigMaps whose names hold their digest: a change of it rolls the pods. */
function kustomization(choices: ObserveChoices, agent: Agent, files: readonly GeneratedFile[]): GeneratedFile {
  const names = files.map(({ path }) => path.slice('base/logging/'.length));
  const objects = names.filter((name) => /^[a-z-]+\.yaml$/.test(name) && name !== agent.configuration.file);
  const maps: [string, string[]][] = [[agent.name, [agent.configuration.file]]];
  if (choices.stack === 'full') {
    const setup = names.filter((name) => /^store\/.*\.(?:json|sh)$/.test(name));
    if (names.includes('store-setup.yaml')) maps.push(['log-store-setup', setup]);
    if (choices.logStore === 'loki') maps.push(['loki', ['store/loki.yaml']]);
    if (choices.logStore === 'logstash') maps.push(['logstash', ['store/pipeline.conf']]);
  }
  return base(
    'kustomization.yaml',
    `# Logging: ${agent.name}, sending to ${choices.logStore}.
apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
${objects.map((name) => `  - ${name}\n`).join('')}# Names with a digest: pods are replaced when their configuration changes.
configMapGenerator:
${maps.map(([name, members]) => `  - name: ${name}\n    namespace: ${choices.namespace}\n    files:\n${members.map((member) => `      - ${member}\n`).join('')}`).join('')}`,
  );
}

/** Written once, without values: secrets are the user's. */
function secretTemplate({ stack, namespace }: ObserveChoices): GeneratedFile[] {
  if (stack === 'full') return [];
  const text = `# The login of the log agent at the store, and the authority that signed its certificate. Fill in, apply, and do not commit: better made by
#   kubectl create secret generic log-store --namespace ${namespace} --from-literal=username=… --from-file=password=…
#   kubectl create secret generic log-store-ca --namespace ${namespace} --from-file=ca.crt
# The login needs these rights on logs-containers-*: create_doc, auto_configure (Elasticsearch); create_index, index (OpenSearch).
`;
  return [{ path: 'overlay/logging/log-store-secret.md', text, owner: 'overlay' }];
}
