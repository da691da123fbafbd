import type { PeerId } from '../../core/finding.ts';
import type { KubernetesObject } from '../../kubernetes/manifest.ts';
import { allows, isBuiltIn, type PermissionRule, permissionRules } from '../../kubernetes/rbac.ts';
import { objectRule } from '../../project/rule.ts';

/** A permission that leads to more than it says. https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks */
interface Power {
  readonly what: string;
  readonly verbs: readonly string[];
  readonly apiGroup: string;
  readonly resources: readonly string[];
  /** Names of objects limit it; elsewhere a rule for certain names is as good as one for all. */
  readonly unlessNamed?: true;
  /** Of objects in no namespace, to which a Role gives nothing. */
  readonly clusterWide?: true;
  /** What is needed beside it, in any rule of the role. */
  readonly and?: Pick<Power, 'verbs' | 'apiGroup' | 'resources' | 'unlessNamed'>;
  readonly peers: readonly PeerId[];
}

const startsPods = 'start pods, with any account and volume of the namespace';

const rbac = 'rbac.authorization.k8s.io';

const powers: readonly Power[] = [
  {
    what: 'read Secrets',
    verbs: ['get', 'list', 'watch'],
    apiGroup: '',
    resources: ['secrets'],
    unlessNamed: true,
    peers: ['kube-linter:access-to-secrets', 'trivy:KSV041'],
  },
  {
    what: startsPods,
    verbs: ['create'],
    apiGroup: '',
    resources: ['pods'],
    peers: ['kube-linter:access-to-create-pods', 'trivy:KSV048'],
  },
  {
    what: startsPods,
    verbs: ['create'],
    apiGroup: 'apps',
    resources: ['deployments', 'statefulsets', 'daemonsets', 'replicasets'],
    peers: [],
  },
  { what: startsPods, verbs: ['create'], apiGroup: 'batch', resources: ['jobs', 'cronjobs'], peers: [] },
  {
    what: 'make volumes of any directory of a node',
    clusterWide: true,
    verbs: ['create'],
    apiGroup: '',
    resources: ['persistentvolumes'],
    peers: [],
  },
  {
    what: 'put containers into running pods',
    verbs: ['update', 'patch'],
    apiGroup: '',
    resources: ['pods/ephemeralcontainers'],
    peers: [],
  },
  {
    what: 'run commands in pods',
    verbs: ['create', 'get'],
    apiGroup: '',
    resources: ['pods/exec'],
    peers: ['polaris:clusterrolePodExecAttach', 'polaris:rolePodExecAttach', 'trivy:KSV053'],
  },
  {
    what: 'attach to pods',
    verbs: ['create', 'get'],
    apiGroup: '',
    resources: ['pods/attach'],
    peers: ['polaris:clusterrolePodExecAttach', 'polaris:rolePodExecAttach'],
  },
  {
    what: 'make tokens of service accounts',
    verbs: ['create'],
    apiGroup: '',
    resources: ['serviceaccounts/token'],
    unlessNamed: true,
    peers: [],
  },
  {
    what: 'do all that the kubelet can',
    clusterWide: true,
    verbs: ['get', 'create'],
    apiGroup: '',
    resources: ['nodes/proxy'],
    peers: ['trivy:KSV047'],
  },
  {
    what: 'act as somebody else',
    verbs: ['impersonate'],
    apiGroup: '',
    resources: ['users', 'groups', 'serviceaccounts'],
    unlessNamed: true,
    peers: [],
  },
  {
    what: 'give roles more rights than it has',
    verbs: ['escalate'],
    apiGroup: rbac,
    resources: ['roles', 'clusterroles'],
    unlessNamed: true,
    peers: ['checkov:CKV_K8S_158'],
  },
  {
    what: 'bind roles that it does not have',
    verbs: ['bind'],
    apiGroup: rbac,
    resources: ['roles', 'clusterroles'],
    unlessNamed: true,
    peers: [],
  },
  {
    what: 'see and change all that is sent to the API server',
    clusterWide: true,
    verbs: ['create', 'update', 'patch'],
    apiGroup: 'admissionregistration.k8s.io',
    resources: ['validatingwebhookconfigurations', 'mutatingwebhookconfigurations'],
    unlessNamed: true,
    peers: ['checkov:CKV_K8S_155', 'trivy:KSV114'],
  },
  {
    what: 'approve requests for certificates',
    clusterWide: true,
    verbs: ['update', 'patch'],
    apiGroup: 'certificates.k8s.io',
    resources: ['certificatesigningrequests/approval'],
    // https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#authorization
    and: { verbs: ['approve'], apiGroup: 'certificates.k8s.io', resources: ['signers'], unlessNamed: true },
    peers: ['checkov:CKV_K8S_156'],
  },
];

export const rule = objectRule({
  severity: 'note',
  summary: 'A role that leads to more rights than it names',
  why: 'With these permissions an account can take those of others, up to all of the cluster.',
  remedy: 'Leave it out; or limit it to a namespace and to the names that the program needs.',
  peers: [...new Set(powers.flatMap(({ peers }) => peers))],
  check({ object }, { report }) {
    if (isBuiltIn(object)) return;
    const rules = permissionRules(object).filter((each) => !isWildcard(each));
    const found = powers.flatMap((power) => {
      if (power.clusterWide && object.kind === 'Role') return [];
      const by = rules.find((each) => gives(each, power));
      const { and } = power;
      return by && (!and || rules.some((each) => gives(each, and))) ? [{ power, place: placeOf(by, power) }] : [];
    });
    const named = found.filter((each, at) => found.findIndex(({ power }) => power.what === each.power.what) === at);
    const [first, ...others] = named;
    if (!first) return;
    const scope = object.kind === 'ClusterRole' ? '' : ' of its namespace';
    report({
      at: first.place,
      also: others.map(({ power, place }) => ({ ...place, note: power.what })),
      message: `${object.kind} ${object.name} lets its accounts ${inWords(named.map(({ power }) => power.what))}${named.length === 1 && /(?:Secrets|pods)$/.test(first.power.what) ? scope : ''}.`,
      peers: [...new Set(found.flatMap(({ power }) => power.peers.filter((peer) => isOfKind(peer, object))))],
    });
  },
});

/** `security/rbac-wildcard` says it already. */
function isWildcard({ verbs, resources }: PermissionRule): boolean {
  return [...verbs, ...resources].some(({ text }) => text === '*');
}

function gives(
  permission: PermissionRule,
  { verbs, apiGroup, resources, unlessNamed }: Pick<Power, 'verbs' | 'apiGroup' | 'resources' | 'unlessNamed'>,
): boolean {
  if (unlessNamed && permission.isNamed) return false;
  return resources.some((resource) => verbs.some((verb) => allows(permission, verb, apiGroup, resource)));
}

function placeOf({ node, resources }: PermissionRule, power: Power) {
  return resources.find(({ text }) => power.resources.includes(text)) ?? node;
}

/** Polaris has a check for each of the two kinds. */
function isOfKind(peer: PeerId, { kind }: KubernetesObject): boolean {
  return !peer.startsWith('polaris:') || peer.startsWith('polaris:cluster') === (kind === 'ClusterRole');
}

function inWords(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1) ?? ''}`;
}
