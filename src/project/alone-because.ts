import { isLoadMaker } from '../bases/load-makers.ts';
import { runsContainers } from '../bases/nested-runtimes.ts';
import {
  isBrokerImage,
  isProxyImage,
  isStoreImage,
  isWatcherImage,
  isWorldImage,
  storeAtPort,
} from '../bases/store-images.ts';
import { lastNameOf } from '../core/image-reference.ts';
import { servicePorts, servicesOf } from '../kubernetes/relations.ts';
import { runningContainers } from '../kubernetes/whole-workload.ts';
import type { Container, Workload } from '../kubernetes/workload.ts';
import { textAt } from '../kubernetes/yaml-node.ts';
import { buildRunBy } from './container-builds.ts';
import type { Project } from './project.ts';
import { externalBase } from './stage-facts.ts';

/**
 * What tells that a second pod would harm: a claim that both would write to, a database, a load that is to be so large, an update that lets the old one
 * go first. A clause; undefined where nothing does.
 */
export function aloneBecause(project: Project, workload: Workload): string | undefined {
  if (workload.volumes.some(({ kind }) => kind === 'persistentVolumeClaim')) return 'it keeps data in a volume claim';
  const images = workload.containers.flatMap((container) => [
    container.imageReference?.text ?? '',
    baseOfBuild(project, container) ?? '',
  ]);
  if (images.some(isStoreImage)) return 'it is a store of data';
  if (images.some(isBrokerImage))
    return 'it keeps the messages or the state of others, and two do not know of each other';
  if (images.some(runsContainers))
    return 'it keeps images and containers of its own, and two do not know of each other';
  if (images.some(isWatcherImage)) return 'it watches others, and two would see everything twice, or each a part of it';
  if (images.some(isWorldImage)) return 'it holds one world for its players, and two are two worlds';
  if (
    workload.volumes.some(
      ({ kind, name }) => kind === 'emptyDir' && /(?:^|-)(?:data|db|database|storage|world)$/.test(name ?? ''),
    )
  )
    return 'it keeps data in the pod, and another one has none of it';
  if ([workload.name, ...images.map(lastNameOf)].some(isLoadMaker))
    return 'it makes load for others, and more of it is not what is wanted when it has much to do';
  const store = servingContainers(project, workload)
    .filter((container) => !isProxyImage(container.imageReference?.text ?? '') && !isAskedByHttp(container))
    .flatMap(({ ports }) => ports.flatMap(({ containerPort }) => storeAtPort(containerPort ?? 0) ?? []))
    .at(0);
  if (store !== undefined) return `it listens where ${store} does: two of one are two stores`;
  return textAt(workload.object.node, 'spec', 'strategy', 'type') === 'Recreate'
    ? 'its strategy is Recreate'
    : undefined;
}

/** The image that the image of a container is built on, where it is built in this project: a database with data of its own, say. */
function baseOfBuild(project: Project, container: Container): string | undefined {
  const stage = buildRunBy(project, container)?.stage;
  const base = stage && externalBase(stage);
  return base?.kind === 'image' ? base.reference : undefined;
}

/** The only container, or those whose ports a Service aims at: what runs beside them is no reason. */
function servingContainers(project: Project, workload: Workload): readonly Container[] {
  const containers = runningContainers(workload);
  if (containers.length < 2) return containers;
  const aims = new Set(
    servicesOf(workload, project.objects).flatMap((service) =>
      servicePorts(service).map(({ port, targetPort }) => targetPort?.text ?? String(port)),
    ),
  );
  return containers.filter(({ ports }) =>
    ports.some(({ name, containerPort }) => aims.has(String(containerPort)) || (name !== undefined && aims.has(name))),
  );
}

function isAskedByHttp({ livenessProbe, readinessProbe, startupProbe }: Container): boolean {
  return [livenessProbe, readinessProbe, startupProbe].some((probe) => probe?.handler === 'httpGet');
}
