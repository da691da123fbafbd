import type { PeerId } from '../core/finding.ts';
import type { ReportedPlace } from '../core/rule.ts';
import type { KubernetesObject } from './manifest.ts';
import { allows, type PermissionRule, permissionRules } from './rbac.ts';

/** A permission that leads to more than it says. https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks */
export interface Power {
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
  /** Those that would report a binding of a role that has it. */
  readonly boundPeers?: readonly PeerId[];
}

const boundExec = [
  'polaris:clusterrolebindingPodExecAttach',
  'polaris:rolebindingClusterRolePodExecAttach',
  'polaris:rolebindingRolePodExecAttach',
] as const;

const startsPods = 'start pods, with any account and volume of the namespace';

const rbac = 'rbac.authorization.k8s.io';

export const powers: readonly Power[] = [
  {
    what: 'read Secrets',
    verbs: ['get', 'list', 'watch'],
    apiGroup: '',
    resources: ['secrets'],
    unlessNamed: true,
    peers: ['kube-linter:access-to-secrets', 'trivy:KSV041', 'trivy:KSV113'],
    boundPeers: ['checkov:CKV2_K8S_5'],
  },
  // The API server answers with the whole object, so that an empty patch reads it.
  {
    what: 'read Secrets by changing them',
    verbs: ['update', 'patch'],
    apiGroup: '',
    resources: ['secrets'],
    unlessNamed: true,
    peers: ['trivy:KSV041', 'trivy:KSV113'],
  },
  {
    what: startsPods,
    verbs: ['create'],
    apiGroup: '',
    resources: ['pods'],
    peers: ['kube-linter:access-to-create-pods', 'trivy:KSV048'],
  },
  // Who changes the template of a workload starts what pods it likes.
  {
    what: startsPods,
    verbs: ['create', 'update', 'patch'],
    apiGroup: 'apps',
    resources: ['deployments', 'statefulsets', 'daemonsets', 'replicasets'],
    unlessNamed: true,
    peers: ['trivy:KSV048'],
  },
  {
    what: startsPods,
    verbs: ['create', 'update', 'patch'],
    apiGroup: 'batch',
    resources: ['jobs', 'cronjobs'],
    unlessNamed: true,
    peers: ['trivy:KSV048'],
  },
  {
    what: startsPods,
    verbs: ['create', 'update', 'patch'],
    apiGroup: '',
    resources: ['replicationcontrollers'],
    unlessNamed: true,
    peers: ['trivy:KSV048'],
  },
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
    boundPeers: ['checkov:CKV2_K8S_2', ...boundExec],
  },
  {
    what: 'attach to pods',
    verbs: ['create', 'get'],
    apiGroup: '',
    resources: ['pods/attach'],
    peers: ['polaris:clusterrolePodExecAttach', 'polaris:rolePodExecAttach'],
    boundPeers: boundExec,
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
    boundPeers: ['checkov:CKV2_K8S_2'],
  },
  {
    what: 'act as somebody else',
    verbs: ['impersonate'],
    apiGroup: '',
    resources: ['users', 'groups', 'serviceaccounts'],
    unlessNamed: true,
    peers: [],
    boundPeers: ['checkov:CKV2_K8S_3'],
  },
  // Trivy wants the star, although groups have no API group.
  {
    what: 'act as somebody else',
    verbs: ['impersonate'],
    apiGroup: '*',
    resources: ['groups'],
    unlessNamed: true,
    peers: ['trivy:KSV043'],
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
  // Checkov looks for the verb on bindings, where it does nothing: it belongs to roles. Who writes it means the same.
  {
    what: 'bind roles that it does not have',
    verbs: ['bind'],
    apiGroup: rbac,
    resources: ['rolebindings', 'clusterrolebindings'],
    peers: ['checkov:CKV_K8S_157'],
    boundPeers: ['checkov:CKV2_K8S_1'],
  },
  {
    what: 'take the traffic of others by the status of Services',
    verbs: ['update', 'patch'],
    apiGroup: '',
    resources: ['services/status'],
    unlessNamed: true,
    peers: [],
    boundPeers: ['checkov:CKV2_K8S_4'],
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

/** A power that a role has, and what gives it. */
export interface HeldPower {
  readonly power: Power;
  readonly place: ReportedPlace;
}

/** The powers that a Role or ClusterRole gives by name; those of a star are not among them. */
export function powersOf(object: KubernetesObject): readonly HeldPower[] {
  const rules = permissionRules(object).filter((each) => !isWildcard(each));
  if (rules.length === 0) return [];
  return powers.flatMap((power): HeldPower[] => {
    if (power.clusterWide && object.kind === 'Role') return [];
    const by = rules.find((each) => gives(each, power));
    const { and } = power;
    return by && (!and || rules.some((each) => gives(each, and))) ? [{ power, place: placeOf(by, power) }] : [];
  });
}

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

function placeOf({ node, resources }: PermissionRule, power: Power): ReportedPlace {
  return resources.find(({ text }) => power.resources.includes(text)) ?? node;
}
