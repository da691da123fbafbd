import { changeOf, kindsOf, type ResponsePolicy, type ResponseRule } from './response-policy.ts';

/** One rule of RBAC, and where it holds: a namespace, or `*` for all. */
export interface Grant {
  readonly namespace: string;
  readonly group: string;
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  /** Undefined: all names. */
  readonly names: readonly string[] | undefined;
  /** What it is for. */
  readonly why: string;
}

const resourceOf = { deployment: 'deployments', statefulset: 'statefulsets', daemonset: 'daemonsets' } as const;

/** What a responder has to be allowed in the namespaces that its policy covers, and no more. */
export function policyGrants(policy: ResponsePolicy, keda: boolean): readonly Grant[] {
  const grants = new Map<string, Grant>();
  for (const rule of policy.rules)
    for (const namespace of rule.namespaces)
      for (const grant of ruleGrants(rule, keda)) add(grants, { ...grant, namespace });
  return [...grants.values()].filter((grant) => !isCovered(grant, grants));
}

/** What it has to be allowed in its own namespace. */
export function ownGrants(policy: ResponsePolicy, namespace: string, name: string): readonly Grant[] {
  const keepsRecords =
    policy.record.kind === 'configmap' && policy.rules.some(({ actions }) => actions.includes('incident'));
  const own = (resources: string[], verbs: string[], names: string[] | undefined, why: string, group = ''): Grant => ({
    namespace,
    group,
    resources,
    verbs,
    names,
    why,
  });
  return [
    own(['leases'], ['get', 'update'], [name], 'Who acts: one at a time.', 'coordination.k8s.io'),
    own(['leases'], ['create'], undefined, 'RBAC knows no names of what is not there yet.', 'coordination.k8s.io'),
    own(['configmaps'], ['get', 'update'], [`${name}-journal`], 'What was decided and done.'),
    own(['configmaps'], ['create'], undefined, 'The journal at first, and records of incidents.'),
    ...(keepsRecords
      ? [
          own(
            ['configmaps'],
            ['update'],
            Array.from({ length: policy.record.keep }, (_, slot) => recordName(slot)),
            'Records of incidents: so many, then the oldest is written over.',
          ),
        ]
      : []),
  ];
}

/** Names are known before, so that RBAC can name them. Responders of other names in one namespace have records of their own. */
export function recordName(slot: number, responder = 'plimsoll-respond'): string {
  return responder === 'plimsoll-respond' ? `plimsoll-incident-${slot}` : `${responder}-incident-${slot}`;
}

type RuleGrant = Omit<Grant, 'namespace'>;

function ruleGrants(rule: ResponseRule, keda: boolean): readonly RuleGrant[] {
  const change = changeOf(rule);
  const all = (group: string, resources: string[], verbs: string[], why: string): RuleGrant => ({
    group,
    resources,
    verbs,
    names: undefined,
    why,
  });
  const evidence = rule.actions.includes('evidence');
  return [
    ...workloadGrants(rule),
    all('', ['pods'], ['get'], 'An alert may name a pod only: its owners tell the workload.'),
    all('apps', ['replicasets'], ['get'], 'The same.'),
    all('', ['events'], ['create', 'update'], 'What was done, and what was not, is told on the workload.'),
    ...(change === 'restart'
      ? [all('policy', ['poddisruptionbudgets'], ['list'], 'A restart keeps within what a budget has left.')]
      : []),
    ...(change === 'scale'
      ? [
          all(
            'autoscaling',
            ['horizontalpodautoscalers'],
            ['list', 'patch'],
            'Where one owns the replicas, its minReplicas is raised.',
          ),
          ...(keda ? [all('keda.sh', ['scaledobjects'], ['list', 'patch'], 'The same, of KEDA.')] : []),
        ]
      : []),
    ...(change === 'rollback'
      ? [
          all('apps', ['replicasets'], ['list'], 'The revisions of a Deployment.'),
          all('', ['pods'], ['list'], 'Whether those of the present revision fail.'),
        ]
      : []),
    ...(evidence
      ? [
          all('', ['pods', 'events'], ['list'], 'Evidence: which pods, and what happened to them.'),
          all('', ['pods/log'], ['get'], 'Evidence: the last lines.'),
        ]
      : []),
  ];
}

function workloadGrants(rule: ResponseRule): readonly RuleGrant[] {
  const verbs = changeOf(rule) !== undefined ? ['get', 'patch'] : ['get'];
  return kindsOf(rule).map((kind) => {
    const patterns = rule.workloads.filter((pattern) => pattern.kind === undefined || pattern.kind === kind);
    const exact = patterns.every(({ name }) => !name.includes('*'));
    return {
      group: 'apps',
      resources: [resourceOf[kind]],
      verbs,
      names: exact ? [...new Set(patterns.map(({ name }) => name))].sort() : undefined,
      why: `The rule «${rule.name}».`,
    };
  });
}

/** Rules of RBAC that allow the same of other names are one. */
function add(grants: Map<string, Grant>, grant: Grant): void {
  const key = JSON.stringify([grant.namespace, grant.group, grant.resources, grant.verbs, grant.names === undefined]);
  const known = grants.get(key);
  const names = known?.names && grant.names ? [...new Set([...known.names, ...grant.names])].sort() : grant.names;
  const why = known === undefined || known.why === grant.why ? grant.why : `${known.why} ${grant.why}`;
  grants.set(key, { ...grant, names, why });
}

/** Whether another grant allows all of it. */
function isCovered(grant: Grant, grants: ReadonlyMap<string, Grant>): boolean {
  for (const other of grants.values())
    if (
      other !== grant &&
      other.names === undefined &&
      (other.namespace === grant.namespace || other.namespace === '*') &&
      other.group === grant.group &&
      grant.resources.every((each) => other.resources.includes(each)) &&
      grant.verbs.every((each) => other.verbs.includes(each)) &&
      (grant.names !== undefined ||
        other.namespace !== grant.namespace ||
        other.resources.length > grant.resources.length ||
        other.verbs.length > grant.verbs.length)
    )
      return true;
  return false;
}
