import { enumerate } from '../../core/enumerate.ts';
import type { KubernetesObject } from '../../kubernetes/manifest.ts';
import { objectsOfKind } from '../../kubernetes/relations.ts';
import { sameNamespace } from '../../kubernetes/selector.ts';
import { titleOf } from '../../kubernetes/whole-workload.ts';
import { at, entryOf, itemsAt, scalarAt, textAt, type YamlScalar } from '../../kubernetes/yaml-node.ts';
import type { Project } from '../../project/project.ts';
import { objectRule } from '../../project/rule.ts';
import { asks, manifestFix, removeIn, replaceIn, together } from '../../repairs/manifest-edits.ts';

export const rule = objectRule({
  severity: 'note',
  summary: 'A Service that is open on every node',
  why: 'The port is open on all addresses of all nodes, past the Ingress with its TLS and login, and a NetworkPolicy sees the node as the sender.',
  remedy:
    'Use ClusterIP with an Ingress or Gateway in front of it, or a LoadBalancer that allows only known addresses.',
  peers: ['kube-linter:exposed-services', 'kube-score:service-type'],
  options: {
    loadBalancers: {
      description:
        'Report Services of type LoadBalancer, too, that neither are internal nor limit the addresses they serve.',
      default: false,
    },
  },
  check({ object, project }, { report, option }) {
    if (object.kind !== 'Service' || object.group !== '') return;
    const type = scalarAt(object.node, 'spec', 'type');
    if (type?.text === 'LoadBalancer' && option.flag('loadBalancers')) {
      if (itemsAt(object.node, 'spec', 'loadBalancerSourceRanges').length > 0 || isInternal(object.annotations)) return;
      report({
        at: type,
        message: `${titleOf(object)} is a LoadBalancer that serves every address.`,
        peers: ['kube-linter:exposed-services'],
      });
    }
    if (type?.text !== 'NodePort' || isBehindIngress(project, object)) return;
    const spec = at(object.node, 'spec');
    if (spec?.kind !== 'map') return;
    const pinned = itemsAt(spec, 'ports').flatMap((port) => {
      const number = scalarAt(port, 'nodePort');
      return port.kind === 'map' && number ? [{ port, number }] : [];
    });
    // Who says how traffic from outside goes on counts on it; without a port of the node Kubernetes refuses these.
    const isMeant = ['externalTrafficPolicy', 'healthCheckNodePort'].some((key) => entryOf(spec, key));
    const edits = together([
      isCommented(project, type)
        ? replaceIn(project, object, type, 'ClusterIP')
        : removeIn(project, object, spec, 'type'),
      ...pinned.map(({ port }) => removeIn(project, object, port, 'nodePort')),
    ]);
    const fix = manifestFix('Serve inside of the cluster only', isMeant ? undefined : edits, [
      asks(
        'Nobody comes by the address of a node.',
        `Do clients of ${object.name} come by an Ingress, a Gateway or from inside of the cluster, and none by a node's address and port (a load balancer in front of the nodes, an Ingress of GKE or ALB with instance targets)?`,
      ),
    ]);
    report({
      at: type,
      also: pinned.map(({ number }) => ({ ...number, note: 'the port of every node' })),
      message: `${titleOf(object)} opens ${portsOf(pinned.map(({ number }) => number.text))} on every node.`,
      ...(fix && { fix }),
    });
  },
});

/** A comment behind the type would stand alone without it, and seem to speak of what follows. */
function isCommented({ artifacts }: Project, { path, range }: YamlScalar): boolean {
  return /^[ \t]+#/.test(artifacts.get(path)?.text.slice(range.end) ?? '');
}

function portsOf(numbers: readonly string[]): string {
  if (numbers.length === 0) return 'a port';
  return `${numbers.length === 1 ? 'port' : 'ports'} ${enumerate(numbers)}`;
}

/** Some clouds' Ingresses need the ports of nodes. */
function isBehindIngress(project: Project, service: KubernetesObject): boolean {
  return objectsOfKind(project.objects, 'Ingress').some((ingress) => {
    if (!sameNamespace(ingress, service)) return false;
    const spec = at(ingress.node, 'spec');
    const paths = itemsAt(spec, 'rules').flatMap((rule) => itemsAt(rule, 'http', 'paths'));
    const backends = [at(spec, 'defaultBackend'), ...paths.map((path) => at(path, 'backend'))];
    return backends.some((backend) => textAt(backend, 'service', 'name') === service.name);
  });
}

/** How the clouds are told that the address is one of the own network. */
function isInternal(annotations: ReadonlyMap<string, string>): boolean {
  return [...annotations].some(
    ([name, value]) =>
      (/internal|load-balancer-type/i.test(name) && /^(?:true|internal|Internal|0\.0\.0\.0\/0)$/.test(value)) ||
      (/load-balancer-scheme$/.test(name) && value === 'internal'),
  );
}
