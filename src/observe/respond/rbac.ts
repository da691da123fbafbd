import { type Grant, ownGrants, policyGrants } from '../../kubernetes/response/response-grants.ts';
import type { ResponsePolicy } from '../../kubernetes/response/response-policy.ts';
import { yamlScalar } from '../../kubernetes/yaml-text.ts';
import { labels, responderName as name } from './names.ts';

/** Roles for what the policy needs: where it names namespaces, in these and nowhere else. */
export function rbac(policy: ResponsePolicy, namespace: string, keda: boolean): string {
  const grants = policyGrants(policy, keda);
  const named = [...new Set(grants.map((grant) => grant.namespace))].sort();
  const head = `# Made from the policy, and no wider: change the policy, and make it anew.
# https://kubernetes.io/docs/reference/access-authn-authz/rbac/
`;
  const roles = [
    roleAndBinding({ namespace, kind: 'Role', roleName: name }, ownGrants(policy, namespace, name), namespace),
    ...named.map((each) =>
      roleAndBinding(
        each === '*'
          ? { namespace: undefined, kind: 'ClusterRole', roleName: name }
          : // Its own namespace may be one of those.
            { namespace: each, kind: 'Role', roleName: each === namespace ? `${name}-actions` : name },
        grants.filter((grant) => grant.namespace === each),
        namespace,
      ),
    ),
  ];
  return head + roles.join('---\n');
}

interface Place {
  readonly namespace: string | undefined;
  readonly kind: 'Role' | 'ClusterRole';
  readonly roleName: string;
}

function roleAndBinding({ namespace, kind, roleName }: Place, grants: readonly Grant[], account: string): string {
  const metadata = `metadata:
  name: ${roleName}
${namespace === undefined ? '' : `  namespace: ${yamlScalar(namespace)}\n`}  labels:
${labels('    ')}`;
  return `apiVersion: rbac.authorization.k8s.io/v1
kind: ${kind}
${metadata}rules:
${grants.map(ruleText).join('')}---
apiVersion: rbac.authorization.k8s.io/v1
kind: ${kind}Binding
${metadata}roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ${kind}
  name: ${roleName}
subjects:
  - kind: ServiceAccount
    name: ${name}
    namespace: ${yamlScalar(account)}
`;
}

function ruleText({ group, resources, verbs, names, why }: Grant): string {
  return `  # ${why}
  - apiGroups: [${JSON.stringify(group)}]
    resources: [${resources.join(', ')}]
${names === undefined ? '' : `    resourceNames: [${names.map(yamlScalar).join(', ')}]\n`}    verbs: [${verbs.join(', ')}]
`;
}
