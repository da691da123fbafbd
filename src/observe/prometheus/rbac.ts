import type { GeneratedFile, ObserveChoices } from '../observe-plan.ts';
import { ownLabels } from '../own-labels.ts';

/** The name of the account, its roles and its workload. */
export const prometheusName = 'prometheus';

export const prometheusLabels = (indent: string) => ownLabels(prometheusName, indent);

/** Of what is not in the namespace itself: two installations do not take each other's rights. */
export const roleName = (namespace: string) => `plimsoll-${namespace}-${prometheusName}`;

/** What Prometheus may read, and nothing else. https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/#kubelet-authorization */
export function rbac({ namespace, nodeProxy, stack }: ObserveChoices): GeneratedFile {
  const nodes = nodeProxy
    ? `  # WARNING: asked for by --node-proxy. Whoever has this token may run commands in every pod through the kubelets.
  - apiGroups: [""]
    resources: [nodes/proxy]
    verbs: [get]
`
    : `  # /metrics, /metrics/cadvisor and /metrics/probes of the kubelets. Not nodes/proxy, which allows much more than reading.
  - apiGroups: [""]
    resources: [nodes/metrics]
    verbs: [get]
`;
  return {
    path: 'base/prometheus/rbac.yaml',
    owner: 'base',
    text: `# The rights that the jobs of ${stack === 'operator' ? 'the monitors' : 'prometheus.yml'} need, each with its reason. No Secrets, no ConfigMaps, no right to write.
apiVersion: v1
kind: ServiceAccount
metadata:
  name: ${prometheusName}
  namespace: ${namespace}
  labels:
${prometheusLabels('    ')}# The pod that needs the token mounts it itself.
automountServiceAccountToken: false
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: ${roleName(namespace)}
  labels:
${prometheusLabels('    ')}rules:
${nodes}  # To find the nodes, and the pods of all namespaces that ask to be scraped. Whoever may list pods sees their environment: values that are
  # secret belong into Secrets, which this account may not read.
  - apiGroups: [""]
    resources: [nodes, pods]
    verbs: [get, list, watch]
  # metrics-server asks whether its reader may.
  - nonResourceURLs: [/metrics]
    verbs: [get]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata:
  name: ${roleName(namespace)}
  labels:
${prometheusLabels('    ')}roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: ${roleName(namespace)}
subjects:
  - kind: ServiceAccount
    name: ${prometheusName}
    namespace: ${namespace}
---
# To find metrics-server.
${rightToFind({ role: roleName(namespace), within: 'kube-system', namespace })}`,
  };
}

/** What lets the account of a namespace find the pods behind the Services of another one, or of its own: a Role and its binding. */
export function rightToFind({
  role,
  within,
  namespace,
}: {
  readonly role: string;
  readonly within: string;
  readonly namespace: string;
}): string {
  const metadata = `metadata:
  name: ${role}
  namespace: ${within}
  labels:
${prometheusLabels('    ')}`;
  return `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
${metadata}rules:
  - apiGroups: [""]
    resources: [services]
    verbs: [get, list, watch]
  - apiGroups: [discovery.k8s.io]
    resources: [endpointslices]
    verbs: [get, list, watch]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
${metadata}roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: ${role}
subjects:
  - kind: ServiceAccount
    name: ${prometheusName}
    namespace: ${namespace}
`;
}
