import type { ReportedPlace } from '../../core/rule.ts';
import { secretInVariable } from '../../core/secret-text.ts';
import type { Severity } from '../../core/severity.ts';
import type { KubernetesObject } from '../../kubernetes/manifest.ts';
import { entriesAt } from '../../kubernetes/yaml-node.ts';
import { projectRule } from '../../project/rule.ts';

interface Found {
  readonly at: ReportedPlace;
  readonly name: string;
  readonly kind: string;
  readonly owner: string;
  readonly severity?: Severity;
}

export const rule = projectRule({
  severity: 'error',
  summary: 'secret as a literal in a manifest',
  why: 'Whoever can read the repository or the workload has the secret, and it stays in both histories.',
  remedy:
    'Change the secret, put it into a Secret that comes from outside of the repository, and refer to it with secretKeyRef or a mounted file.',
  peers: ['kube-linter:env-var-secret'],
  check({ project }, { report }) {
    const found: Found[] = [];
    for (const workload of project.workloads)
      for (const container of workload.allContainers)
        for (const { name, nameNode, node, value } of container.env) {
          const secret = value && secretInVariable(name, value.text);
          if (secret) found.push({ at: nameNode ?? node, name, kind: secret.kind, owner: container.name });
        }
    for (const object of project.objects)
      if (object.kind === 'ConfigMap' && object.group === '' && object.origin.kind !== 'helm')
        for (const { key, text } of textsOf(object.node)) {
          const secret = secretInVariable(key.text, text);
          if (secret) found.push({ at: key, name: key.text, kind: secret.kind, owner: `ConfigMap ${object.name}` });
        }
    for (const { path, services } of project.composeFiles)
      for (const service of services)
        for (const { name, node, value } of service.environment) {
          const secret = value === undefined || value.includes('$') ? undefined : secretInVariable(name, value);
          // Most Compose files are for developers, and so are their passwords; a token is real wherever it stands.
          const severity = secret?.certainty === 'certain' ? 'error' : 'note';
          if (secret)
            found.push({
              at: { path: node.path ?? path, range: node.range },
              name,
              kind: secret.kind,
              owner: service.name,
              severity,
            });
        }
    for (const { at, name, kind, owner, severity } of found)
      report({
        at,
        ...(severity && { severity }),
        message: `${name} of ${owner} is a ${kind}, written in the manifest.`,
        peers:
          /secret/i.test(name) && severity === undefined && !owner.startsWith('ConfigMap')
            ? ['kube-linter:env-var-secret']
            : [],
        cause: `secret-value:${name}`,
      });
  },
});

function textsOf(node: KubernetesObject['node']) {
  return entriesAt(node, 'data').flatMap(({ key, value }) =>
    value.kind === 'scalar' && !value.text.includes('\n') ? [{ key, text: value.text }] : [],
  );
}
