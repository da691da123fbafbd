import type { KubernetesObject } from '../kubernetes/manifest.ts';
import { objectsOfKind } from '../kubernetes/relations.ts';
import { sameNamespace } from '../kubernetes/selector.ts';
import { directoryOf } from './link-builds.ts';
import type { Project } from './project.ts';

interface ServiceIndex {
  readonly byName: ReadonlyMap<string, readonly KubernetesObject[]>;
  readonly byDirectory: ReadonlyMap<string, readonly KubernetesObject[]>;
}

const indexes = new WeakMap<Project, ServiceIndex>();
const none: readonly KubernetesObject[] = [];

/** The Services of a name in the namespace of `user`, as far as the manifests tell. Constant time after the first call. */
export function servicesNamed(project: Project, name: string, user: KubernetesObject): readonly KubernetesObject[] {
  return (indexOf(project).byName.get(name) ?? none).filter((service) => sameNamespace(service, user));
}

/** At most `count` Services that files of the same directory declare, in the same namespace as far as the manifests tell. */
export function servicesBeside(project: Project, object: KubernetesObject, count: number): readonly KubernetesObject[] {
  const found: KubernetesObject[] = [];
  for (const service of indexOf(project).byDirectory.get(directoryOf(object.path)) ?? none) {
    if (sameNamespace(service, object)) found.push(service);
    if (found.length >= count) break;
  }
  return found;
}

function indexOf(project: Project): ServiceIndex {
  let index = indexes.get(project);
  if (!index) {
    const services = objectsOfKind(project.objects, 'Service', '');
    index = {
      byName: grouped(services, ({ name }) => name),
      byDirectory: grouped(services, ({ path }) => directoryOf(path)),
    };
    indexes.set(project, index);
  }
  return index;
}

function grouped(
  services: readonly KubernetesObject[],
  keyOf: (service: KubernetesObject) => string,
): ReadonlyMap<string, readonly KubernetesObject[]> {
  const groups = new Map<string, KubernetesObject[]>();
  for (const service of services) {
    const group = groups.get(keyOf(service));
    if (group) group.push(service);
    else groups.set(keyOf(service), [service]);
  }
  return groups;
}
