import type { Fix } from '../../core/fix.ts';
import type { KubernetesObject } from '../../kubernetes/manifest.ts';
import { servicePorts } from '../../kubernetes/relations.ts';
import { titleOf } from '../../kubernetes/whole-workload.ts';
import { at, itemsAt, scalarAt, type YamlNode, type YamlScalar } from '../../kubernetes/yaml-node.ts';
import { nearestTo } from '../../project/nearest.ts';
import type { Project } from '../../project/project.ts';
import { objectRule } from '../../project/rule.ts';
import { servicesBeside, servicesNamed } from '../../project/service-index.ts';
import { asks, manifestFix, replaceIn } from '../../repairs/manifest-edits.ts';

export const rule = objectRule({
  severity: 'warning',
  summary: 'An Ingress that leads to no Service',
  why: 'Requests for that path are answered with an error.',
  remedy: 'Name a Service of the same namespace and one of its ports.',
  peers: ['kube-score:ingress-targets-service', 'kube-linter:dangling-ingress'],
  check({ object, project }, { report }) {
    if (object.kind !== 'Ingress' || (object.group !== 'networking.k8s.io' && object.group !== 'extensions')) return;
    const beside = servicesBeside(project, object, 3);
    if (beside.length === 0) return;
    for (const { name, port } of backendsOf(object)) {
      const services = nearestTo(object, servicesNamed(project, name.text, object));
      const [service] = services;
      if (!service)
        report({
          at: name,
          also: beside.map((each) => ({ ...each.place, note: `Service ${each.name} is there` })),
          message: `${titleOf(object)} leads to Service ${name.text}, which no manifest declares.`,
          // The Service may be kept elsewhere.
          severity: 'note',
        });
      else if (port && !services.some((each) => hasPort(each, port)))
        report({
          ...toOnlyPort(project, object, service, port),
          at: port,
          also: [{ ...service.place, note: `Service ${service.name}` }],
          message: `${titleOf(object)} leads to port ${port.text} of Service ${name.text}, which has no such port.`,
          peers: ['kube-linter:dangling-ingress'],
        });
    }
  },
});

interface Backend {
  readonly name: YamlScalar;
  readonly port: YamlScalar | undefined;
}

function backendsOf({ node }: KubernetesObject): Backend[] {
  const backends = [
    at(node, 'spec', 'defaultBackend'),
    at(node, 'spec', 'backend'),
    ...itemsAt(node, 'spec', 'rules').flatMap((each) =>
      itemsAt(each, 'http', 'paths').map((path) => at(path, 'backend')),
    ),
  ];
  return backends.flatMap((backend) => readBackend(backend) ?? []);
}

/** As `networking.k8s.io/v1` writes it, or the versions before. */
function readBackend(node: YamlNode | undefined): Backend | undefined {
  const name = scalarAt(node, 'service', 'name') ?? scalarAt(node, 'serviceName');
  if (!name) return undefined;
  const port = scalarAt(node, 'service', 'port', 'number') ?? scalarAt(node, 'service', 'port', 'name');
  return { name, port: port ?? scalarAt(node, 'servicePort') };
}

/** The port of a Service that has but one. */
function toOnlyPort(
  project: Project,
  ingress: KubernetesObject,
  service: KubernetesObject,
  written: YamlScalar,
): { readonly fix?: Fix } {
  const [only, ...others] = servicePorts(service);
  const target = typeof written.value === 'number' ? only?.port : only?.name;
  if (target === undefined || others.length > 0) return {};
  const fix = manifestFix(`Lead to port ${target}`, replaceIn(project, ingress, written, target), [
    asks(
      `Port ${target} of Service ${service.name} is meant.`,
      `Is the one port of Service ${service.name}, ${target}, what ${ingress.name} is to lead to?`,
    ),
  ]);
  return fix ? { fix } : {};
}

function hasPort(service: KubernetesObject, { text }: YamlScalar): boolean {
  const ports = servicePorts(service);
  // The AWS and Google controllers have port names with a meaning of their own.
  return (
    ports.length === 0 ||
    text === 'use-annotation' ||
    ports.some(({ name, port }) => name === text || String(port) === text)
  );
}
