import { titleOf } from '../../kubernetes/whole-workload.ts';
import { at, itemsAt } from '../../kubernetes/yaml-node.ts';
import { objectRule } from '../../project/rule.ts';

export const rule = objectRule({
  severity: 'note',
  summary: 'An Ingress without TLS',
  why: 'Passwords, cookies and answers travel readable for all who are on the way.',
  remedy: 'Name a Secret with the certificate in spec.tls, or the issuer that makes one.',
  peers: ['polaris:tlsSettingsMissing'],
  check({ object }, { report }) {
    if (object.kind !== 'Ingress' || object.group !== 'networking.k8s.io') return;
    if (itemsAt(object.node, 'spec', 'tls').length > 0) return;
    // Load balancers of clouds are given their certificate by annotation, meshes by their gateway.
    if ([...object.annotations].some(([name, value]) => elsewhere.test(name) || elsewhere.test(value))) return;
    const hosts = itemsAt(object.node, 'spec', 'rules').flatMap((each) => at(each, 'host') ?? []);
    if (hosts.length > 0 && hosts.every((host) => host.kind === 'scalar' && local.test(host.text))) return;
    report({ at: hosts[0] ?? object.place, message: `${titleOf(object)} is served over plain HTTP.` });
  },
});

/** Annotations that speak of certificates, TLS or an inner load balancer. */
const elsewhere = /cert|tls|ssl|https|internal|443/i;

/** Names that no certificate can be had for. */
const local = /(?:^|\.)(?:localhost|local|test|internal|lan|nip\.io|sslip\.io)$/i;
