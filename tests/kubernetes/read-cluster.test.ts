import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { ClusterClient } from '../../src/kubernetes/cluster-client.ts';
import { ClusterError } from '../../src/kubernetes/cluster-error.ts';
import {
  type ClusterObject,
  clusterObjectOf,
  groupOf,
  type ResourceType,
} from '../../src/kubernetes/cluster-object.ts';
import { auditRole } from '../../src/kubernetes/cluster-role.ts';
import { readCluster } from '../../src/kubernetes/read-cluster.ts';

interface Asked {
  readonly verb: string;
  readonly type: ResourceType;
  readonly namespace: string | undefined;
}

/** A client that only remembers what it is asked, and refuses what `refuses` says. Everything else of it throws. */
function recorder(objects: readonly ClusterObject[], refuses: (asked: Asked) => boolean = () => false) {
  const asked: Asked[] = [];
  const ask = (verb: string, type: ResourceType, namespace?: string) => {
    asked.push({ verb, type, namespace });
    if (refuses({ verb, type, namespace }))
      throw new ClusterError(`may not ${verb} ${type.resource}`, {
        fault: 'forbidden',
        server: 's',
        status: 403,
        remedy: 'R',
      });
    return objects.filter(
      ({ kind, metadata }) => kind === type.kind && (namespace === undefined || metadata.namespace === namespace),
    );
  };
  const never = () => {
    throw new Error('an audit only reads');
  };
  const client: ClusterClient = {
    server: 's',
    context: 'c',
    namespace: 'default',
    get configuration() {
      return never();
    },
    get: async (type, { name, namespace }) =>
      ask('get', type, namespace).find(({ metadata }) => metadata.name === name),
    async *pages(type, options = {}) {
      yield ask('list', type, options.namespace);
    },
    list: async (type, options = {}) => ask('list', type, options.namespace),
    json: async () => ({ gitVersion: 'v1.37.2' }),
    listWithVersion: never,
    watch: never,
    create: never,
    replace: never,
    patch: never,
    delete: never,
    log: never,
    close() {},
  };
  return { client, asked };
}

function object(
  kind: string,
  name: string,
  namespace?: string,
  owner?: ClusterObject,
  more: object = {},
): ClusterObject {
  const made = clusterObjectOf({
    apiVersion: 'v1',
    kind,
    metadata: {
      name,
      namespace,
      uid: `${kind}/${name}`,
      ...(owner && {
        ownerReferences: [{ kind: owner.kind, name: owner.metadata.name, uid: owner.metadata.uid, controller: true }],
      }),
    },
    ...more,
  });
  if (!made) throw new Error('no object');
  return made;
}

/** What a role of the printed manifest allows: `Role shop: list apps/deployments`. */
function allowed(manifest: string): string[] {
  return parseAllDocuments(manifest).flatMap((document) => {
    const { kind, metadata, rules } = document.toJS();
    return rules.flatMap((rule: { apiGroups: string[]; resources: string[]; verbs: string[] }) =>
      rule.apiGroups.flatMap((group) =>
        rule.resources.flatMap((resource) =>
          rule.verbs.map((verb) => `${kind === 'Role' ? metadata.namespace : '*'}: ${verb} ${group}/${resource}`),
        ),
      ),
    );
  });
}

const namespaces = ['shop', 'billing', 'kube-system'].map((name) => object('Namespace', name));

function usesConfigMap(name: string): object {
  return { spec: { template: { spec: { containers: [{ name: 'c', envFrom: [{ configMapRef: { name } }] }] } } } };
}

describe('the printed role', () => {
  it.each([
    ['of a whole cluster', []],
    ['of namespaces', ['shop', 'billing']],
  ])('%s allows exactly what is asked', async (_, named) => {
    const { client, asked } = recorder([
      ...namespaces,
      ...['shop', 'billing'].map((namespace) =>
        object('Deployment', 'web', namespace, undefined, usesConfigMap('settings')),
      ),
    ]);
    await readCluster(client, { namespaces: named, system: false });
    const needed = asked.map(
      // A ConfigMap is asked for in its own namespace; for a whole cluster one rule allows that in every namespace.
      ({ verb, type, namespace }) =>
        `${(named.length > 0 && namespace) || '*'}: ${verb} ${groupOf(type)}/${type.resource}`,
    );
    expect(allowed(auditRole(named)).sort()).toEqual([...new Set(needed)].sort());
  });
});

describe('reading a cluster', () => {
  const web = object('Deployment', 'web', 'shop');
  const set = object('ReplicaSet', 'web-5f7', 'shop', web);
  const cron = object('CronJob', 'report', 'shop');
  const job = object('Job', 'report-1', 'shop', cron);
  const cluster = {
    apiVersion: 'kafka.example/v1',
    kind: 'Kafka',
    metadata: { name: 'k', namespace: 'shop', uid: 'k1' },
  };
  const all = [
    ...namespaces,
    web,
    set,
    cron,
    job,
    object('Pod', 'web-5f7-a', 'shop', set),
    object('Pod', 'web-5f7-b', 'shop', set),
    object('Pod', 'report-1-a', 'shop', job),
    object('Pod', 'k-0', 'shop', cluster),
    object('Pod', 'k-1', 'shop', cluster),
    object('Pod', 'alone', 'shop'),
    object('Pod', 'dns', 'kube-system'),
    object('ServiceAccount', 'default', 'shop'),
    object('ServiceAccount', 'web', 'shop'),
  ];

  it('reports owners instead of what they own, and one pod for those of an owner of another kind', async () => {
    const { objects, pods } = await readCluster(recorder(all).client, { namespaces: [], system: false });
    expect(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
      'Deployment web',
      'CronJob report',
      'Pod k-0',
      'Pod alone',
      'ServiceAccount web',
    ]);
    expect(pods.map(({ name, ownerPath }) => `${name} ${ownerPath}`)).toEqual([
      'web-5f7-a cluster:shop/deployment/web',
      'web-5f7-b cluster:shop/deployment/web',
      'report-1-a cluster:shop/cronjob/report',
      'k-0 cluster:shop/pod/k-0',
      'k-1 cluster:shop/pod/k-0',
      'alone cluster:shop/pod/alone',
    ]);
  });

  it('leaves out the namespaces of the system, and says so', async () => {
    const snapshot = await readCluster(recorder(all).client, { namespaces: [], system: false });
    expect(snapshot).toMatchObject({ namespaces: ['billing', 'shop'], leftOut: ['kube-system'] });
    const whole = await readCluster(recorder(all).client, { namespaces: [], system: true });
    expect(whole).toMatchObject({ namespaces: ['billing', 'kube-system', 'shop'], leftOut: [] });
  });

  it('goes on where something may not be read, and tells it', async () => {
    const { client } = recorder(all, ({ type }) => type.kind === 'Node' || type.kind === 'ReplicaSet');
    const { objects, pods, problems } = await readCluster(client, { namespaces: [], system: false });
    expect(problems.map(({ message }) => message)).toEqual(['may not list replicasets', 'may not list nodes']);
    expect(objects.length).toBeGreaterThan(0);
    expect(pods.find(({ name }) => name === 'alone')?.ownerPath).toBe('cluster:shop/pod/alone');
  });

  it.each([
    ['', [], 1],
    [', in each of the named namespaces', ['shop', 'billing'], 2],
  ])('is refused ConfigMaps once%s', async (_, named, times) => {
    const using = ['shop', 'billing'].flatMap((namespace) =>
      ['a', 'b'].map((name) => object('Deployment', name, namespace, undefined, usesConfigMap(name))),
    );
    const { client } = recorder([...namespaces, ...using], ({ type }) => type.kind === 'ConfigMap');
    const { problems, absentConfigMaps } = await readCluster(client, { namespaces: named, system: false });
    expect(problems.map(({ message }) => message)).toEqual(Array(times).fill('may not get configmaps'));
    expect([...absentConfigMaps]).toEqual([]);
  });

  it('reads the ConfigMaps that workloads use, and knows which are absent', async () => {
    const using = [
      object('CronJob', 'report', 'shop', undefined, { spec: { jobTemplate: { ...usesConfigMap('settings') } } }),
      object('Pod', 'alone', 'shop', undefined, {
        spec: {
          volumes: [
            { name: 'a', configMap: { name: 'files' } },
            {
              name: 'b',
              projected: { sources: ['gone', 'kube-root-ca.crt', '..'].map((name) => ({ configMap: { name } })) },
            },
          ],
          initContainers: [
            { name: 'i', env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'variables', key: 'a' } } }] },
          ],
        },
      }),
      ...['settings', 'files', 'variables', 'unused', 'kube-root-ca.crt'].map((name) =>
        object('ConfigMap', name, 'shop'),
      ),
    ];
    const { client } = recorder([...namespaces, ...using]);
    const { objects, absentConfigMaps } = await readCluster(client, { namespaces: [], system: false });
    const names = objects.flatMap(({ kind, metadata }) => (kind === 'ConfigMap' ? [metadata.name] : []));
    expect(names.sort()).toEqual(['files', 'settings', 'variables']);
    expect([...absentConfigMaps]).toEqual(['shop/gone']);
  });

  it('finds a Deployment by the names of its pods where ReplicaSets may not be read', async () => {
    const labelled = all.map((each) =>
      each.metadata.name.startsWith('web-5f7-')
        ? { ...each, metadata: { ...each.metadata, labels: { 'pod-template-hash': '5f7' } } }
        : each,
    );
    const { client } = recorder(labelled, ({ type }) => type.kind === 'ReplicaSet');
    const { pods } = await readCluster(client, { namespaces: [], system: false });
    expect(pods[0]?.ownerPath).toBe('cluster:shop/deployment/web');
  });

  it('ends with the refusal where nothing may be read', async () => {
    const { client } = recorder(all, ({ verb }) => verb === 'list');
    await expect(readCluster(client, { namespaces: ['shop'], system: false })).rejects.toMatchObject({
      fault: 'forbidden',
    });
  });

  it('refuses a namespace that there is not', async () => {
    await expect(readCluster(recorder(all).client, { namespaces: ['shpo'], system: false })).rejects.toThrow('shpo');
  });
});
