import type { BuildContext } from '../context/build-context.ts';
import type { Inventory, ReportedLink } from '../core/report.ts';
import type { InspectedImage } from '../project/inspected-image.ts';
import type { ImageBuild, ImageUse, Project } from '../project/project.ts';
import { clusterInventory } from './cluster-inventory.ts';

/**
 * Counts what was looked at and names the links.
 * @param today as `YYYY-MM-DD`, for ages
 * @param finalStages names of the last stages of files that another thread read: they need not be parsed again
 */
export function inventoryOf(
  project: Project,
  finalStages: ReadonlyMap<string, string | undefined> = new Map(),
  today = '',
): Inventory {
  return {
    dockerfiles: project.dockerfiles.length,
    workloads: project.workloads.length,
    objects: project.objects.length,
    composeServices: project.composeFiles.reduce((sum, file) => sum + file.services.length, 0),
    applications: project.applications.length,
    contexts: project.contexts.map(contextSize),
    links: project.builds.map((build) => linkOf(build, finalStages)),
    ...(project.images && { images: project.images.map(imageOf) }),
    ...(project.live && { cluster: clusterInventory(project, project.live, today) }),
  };
}

function imageOf({ path, analysis, origin }: InspectedImage): NonNullable<Inventory['images']>[number] {
  const { name, digest } = analysis.image;
  return {
    name,
    path,
    ...(digest !== undefined && { digest }),
    layers: analysis.layers.length,
    bytes: analysis.layers.reduce((sum, layer) => sum + layer.contentBytes, 0),
    ...(origin && { dockerfile: origin.dockerfile.path }),
  };
}

function linkOf(build: ImageBuild, finalStages: ReadonlyMap<string, string | undefined>): ReportedLink {
  const [image] = build.images;
  const { path } = build.dockerfile;
  const stage = build.toldBy === 'convention' && finalStages.has(path) ? finalStages.get(path) : build.stage?.name;
  return {
    dockerfile: path,
    ...(stage !== undefined && { stage }),
    ...(build.context && { context: build.context.directory || '.' }),
    ...(image !== undefined && { image }),
    runBy: build.runBy.map(runnerOf),
  };
}

function runnerOf(use: ImageUse): ReportedLink['runBy'][number] {
  if (use.kind === 'service') return { kind: 'service', name: use.service.name, path: use.file.path };
  const { workload } = use;
  return {
    kind: workload.kind.toLowerCase(),
    name: workload.name,
    path: workload.object.path,
    ...(workload.replicas !== undefined && { replicas: workload.replicas }),
  };
}

function contextSize({ directory, needs }: BuildContext): Inventory['contexts'][number] {
  return {
    path: directory || '.',
    files: needs.sent.files,
    bytes: needs.sent.bytes,
    unneededBytes: needs.known ? needs.unneeded.reduce((sum, share) => sum + share.bytes, 0) : 0,
  };
}
