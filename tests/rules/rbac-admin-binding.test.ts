import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { rule } from '../../src/rules/security/rbac-admin-binding.ts';
import { checkCase, layOutFiles } from './check-case.ts';

const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-binding-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const binding = (permission: string) => `apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: proxier, namespace: kube-system }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: proxier }
subjects:
  - { kind: Group, name: 'system:authenticated', apiGroup: rbac.authorization.k8s.io }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: proxier, namespace: kube-system }
rules:
  - ${permission}
`;

test.each([
  [
    'services of certain names',
    "{ apiGroups: [''], resources: [services/proxy], resourceNames: [keys], verbs: [get] }",
    'note',
  ],
  ['every service', "{ apiGroups: [''], resources: [services/proxy], verbs: [get] }", 'error'],
  [
    'requests to services of certain names',
    "{ apiGroups: [''], resources: [services/proxy], resourceNames: [keys], verbs: [get, create] }",
    'note',
  ],
  [
    'to change a ConfigMap of a certain name',
    "{ apiGroups: [''], resources: [configmaps], resourceNames: [coredns], verbs: [get, update] }",
    'error',
  ],
  [
    'all with a ConfigMap of a certain name',
    "{ apiGroups: [''], resources: [configmaps], resourceNames: [coredns], verbs: ['*'] }",
    'error',
  ],
  [
    'to lead services of certain names elsewhere',
    "{ apiGroups: [''], resources: [services, endpoints], resourceNames: [keys], verbs: [get, patch] }",
    'error',
  ],
  [
    'to make endpoints of certain names',
    "{ apiGroups: [''], resources: [services/proxy, endpoints], resourceNames: [keys], verbs: [create] }",
    'error',
  ],
  [
    'a Secret of a certain name',
    "{ apiGroups: [''], resources: [secrets], resourceNames: [keys], verbs: [get] }",
    'error',
  ],
])('what every login may do is as bad as what it may: %s', async (_title, permission, severity) => {
  const files = [{ path: 'rbac.yaml', text: binding(permission), size: undefined, mode: undefined }];
  const findings = await checkCase(
    layOutFiles(scratch, files),
    { id: 'security/rbac-admin-binding', area: 'security', definition: rule },
    {},
  );
  expect(findings.map((finding) => finding.severity)).toEqual([severity]);
});
