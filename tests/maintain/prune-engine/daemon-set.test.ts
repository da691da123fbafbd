import { expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { pruneDaemonSet } from '../../../src/maintain/prune-engine/daemon-set.ts';

const choices = { image: 'registry.example/plimsoll:1', repeat: '6h', policy: ['--keep-last=2'], seesDisk: false };
const objectsOf = (given: typeof choices) =>
  parseAllDocuments(pruneDaemonSet(given)).map((document) => document.toJS());

it('may list what runs images or could go back to them, and nothing else', () => {
  const role = objectsOf(choices).find(({ kind }) => kind === 'ClusterRole');
  for (const rule of role.rules) {
    expect(rule.verbs).toEqual(['list']);
    expect(rule.resources).not.toContain('secrets');
    expect(rule.resources).not.toContain('configmaps');
  }
  expect(role.rules.flatMap(({ resources }: { resources: string[] }) => resources)).toEqual(
    expect.arrayContaining(['pods', 'replicasets', 'controllerrevisions', 'cronjobs']),
  );
});

it('is not root, has the socket of containerd, and the disk only where its room is asked for', () => {
  const podOf = (given: typeof choices) => objectsOf(given).find(({ kind }) => kind === 'DaemonSet').spec.template.spec;
  const pod = podOf(choices);
  expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65532 });
  expect(pod.containers[0].securityContext).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  expect(pod.volumes).toEqual([
    { name: 'containerd', hostPath: { path: '/run/containerd/containerd.sock', type: 'Socket' } },
  ]);
  const [disk] = podOf({ ...choices, seesDisk: true }).containers[0].volumeMounts.slice(1);
  expect(disk).toEqual({ name: 'disk', mountPath: '/var/lib/containerd', readOnly: true });
  expect(pod.containers[0].args.join(' ')).toBe(
    'prune engine containerd --cluster --no-helm-releases --repeat=6h --keep-last=2 --write',
  );
});
