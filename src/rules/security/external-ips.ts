import { titleOf } from '../../kubernetes/whole-workload.ts';
import { at, entryOf, itemsAt } from '../../kubernetes/yaml-node.ts';
import { objectRule } from '../../project/rule.ts';
import { asks, manifestFix, removeIn } from '../../repairs/manifest-edits.ts';

export const rule = objectRule({
  severity: 'warning',
  summary: 'A Service that takes addresses for itself',
  why: 'Every node sends what is meant for such an address to the Service: with it the traffic of others can be taken (CVE-2020-8554), and Kubernetes 1.36 has deprecated the field.',
  remedy: 'Let a LoadBalancer, an Ingress or a Gateway give the address, and drop externalIPs.',
  peers: ['trivy:KSV-0108'],
  check({ object, project }, { report }) {
    if (object.kind !== 'Service' || object.group !== '') return;
    const spec = at(object.node, 'spec');
    const entry = entryOf(spec, 'externalIPs');
    const addresses = itemsAt(object.node, 'spec', 'externalIPs');
    if (spec?.kind !== 'map' || !entry || addresses.length === 0) return;
    const fix = manifestFix('Take no addresses', removeIn(project, object, spec, 'externalIPs'), [
      asks(
        'Nobody reaches the Service by these addresses.',
        `Do clients of ${object.name} come by another address than these: that of a LoadBalancer, an Ingress or a Gateway?`,
      ),
    ]);
    report({
      at: entry.key,
      message: `${titleOf(object)} takes ${addresses.length === 1 ? 'an address' : `${addresses.length} addresses`} with externalIPs.`,
      ...(fix && { fix }),
    });
  },
});
