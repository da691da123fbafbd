import type { Assumption } from '../../core/fix.ts';
import { familiarName } from '../../core/image-reference.ts';
import { readRoleBinding } from '../../kubernetes/rbac.ts';
import { objectsOfKind } from '../../kubernetes/relations.ts';
import { sameNamespace } from '../../kubernetes/selector.ts';
import { isWhole, titleOf } from '../../kubernetes/whole-workload.ts';
import type { Workload } from '../../kubernetes/workload.ts';
import { booleanAt } from '../../kubernetes/yaml-node.ts';
import type { Project } from '../../project/project.ts';
import { workloadRule } from '../../project/rule.ts';
import { asks, holds, manifestFix, setIn } from '../../repairs/manifest-edits.ts';

export const rule = workloadRule({
  severity: 'note',
  summary: 'A pod gets a token for the Kubernetes API that it does not need',
  why: 'Who breaks into the program finds a key to the API server, good for everything that is ever granted to the default account.',
  remedy:
    'Set automountServiceAccountToken: false; a program that does call the API gets a ServiceAccount of its own with just those rights.',
  peers: [
    'kube-linter:default-service-account',
    'polaris:automountServiceAccountToken',
    'trivy:KSV036',
    'checkov:CKV_K8S_38',
  ],
  check({ workload, project }, { report }) {
    const { serviceAccount, automountServiceAccountToken: mounted } = workload;
    if (serviceAccount !== undefined && serviceAccount.text !== 'default') return;
    if (mounted.value === false || !isWhole(workload) || isSwitchedOff(project, workload)) return;
    const edits = setIn(project, workload.object, workload.podSpec, { automountServiceAccountToken: false }, 'first');
    // Who gives rights to the default account has a program that uses them.
    const fix = isGivenRights(project, workload)
      ? undefined
      : manifestFix('Mount no token', edits, [callsNothing(workload)]);
    report({
      ...(fix && { fix }),
      at: mounted.node ?? serviceAccount ?? workload.place,
      message: `${titleOf(workload)} uses the default service account and mounts its token.`,
      peers: mounted.value === true ? rule.peers : ['kube-linter:default-service-account', 'checkov:CKV_K8S_38'],
    });
  },
});

/** Public images of programs that never talk to Kubernetes, as they come. */
const strangers: ReadonlySet<string> = new Set([
  'nginx',
  'nginxinc/nginx-unprivileged',
  'httpd',
  'redis',
  'valkey/valkey',
  'memcached',
  'postgres',
  'mysql',
  'mariadb',
  'mongo',
  'busybox',
]);

function callsNothing({ allContainers, name }: Workload): Assumption {
  const statement = 'No program of the pod calls the Kubernetes API.';
  const isStranger = allContainers.every(
    ({ imageReference, command, args }) =>
      imageReference !== undefined &&
      strangers.has(familiarName(imageReference)) &&
      ![...(command ?? []), ...(args ?? [])].some(({ text }) => /kube|serviceaccount/i.test(text)),
  );
  if (isStranger) return holds(statement);
  return asks(
    statement,
    `Does a program of ${name} use a Kubernetes client, find its peers by the API, or elect a leader? Then it needs a ServiceAccount of its own.`,
  );
}

/** A binding of the project names the default account of the namespace, which is not known where the manifest leaves it out. */
function isGivenRights(project: Project, workload: Workload): boolean {
  return ['RoleBinding', 'ClusterRoleBinding']
    .flatMap((kind) => objectsOfKind(project.objects, kind))
    .some((binding) =>
      readRoleBinding(binding)?.subjects.some(
        ({ kind, name, namespace = binding.namespace }) =>
          kind === 'ServiceAccount' && name.text === 'default' && sameNamespace({ namespace }, workload),
      ),
    );
}

/** The default account itself may say that its token is not mounted. */
function isSwitchedOff(project: Project, workload: Workload): boolean {
  return objectsOfKind(project.objects, 'ServiceAccount').some(
    (account) =>
      account.name === 'default' &&
      sameNamespace(account, workload) &&
      booleanAt(account.node, 'automountServiceAccountToken') === false,
  );
}
