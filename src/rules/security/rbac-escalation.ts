import { enumerate } from '../../core/enumerate.ts';
import type { PeerId } from '../../core/finding.ts';
import type { KubernetesObject } from '../../kubernetes/manifest.ts';
import { isBuiltIn } from '../../kubernetes/rbac.ts';
import { powers, powersOf } from '../../kubernetes/role-powers.ts';
import { titleOf } from '../../kubernetes/whole-workload.ts';
import { objectRule } from '../../project/rule.ts';

export const rule = objectRule({
  severity: 'note',
  summary: 'A role that leads to more rights than it names',
  why: 'With these permissions an account can take those of others, up to all of the cluster.',
  remedy: 'Leave it out; or limit it to a namespace and to the names that the program needs.',
  peers: [...new Set(powers.flatMap(({ peers }) => peers))],
  check({ object }, { report }) {
    if (isBuiltIn(object)) return;
    const found = powersOf(object);
    const named = found.filter((each, at) => found.findIndex(({ power }) => power.what === each.power.what) === at);
    const [first, ...others] = named;
    if (!first) return;
    const scope = object.kind === 'ClusterRole' ? '' : ' of its namespace';
    report({
      at: first.place,
      also: others.map(({ power, place }) => ({ ...place, note: power.what })),
      message: `${titleOf(object)} lets its accounts ${enumerate(named.map(({ power }) => power.what))}${named.length === 1 && /(?:Secrets|pods)$/.test(first.power.what) ? scope : ''}.`,
      peers: [...new Set(found.flatMap(({ power }) => power.peers.filter((peer) => isOfKind(peer, object))))],
    });
  },
});

/** Polaris has a check for each of the two kinds, Trivy for Secrets. */
function isOfKind(peer: PeerId, { kind }: KubernetesObject): boolean {
  if (peer === 'trivy:KSV041' || peer === 'trivy:KSV113') return (peer === 'trivy:KSV041') === (kind === 'ClusterRole');
  return !peer.startsWith('polaris:') || peer.startsWith('polaris:cluster') === (kind === 'ClusterRole');
}
