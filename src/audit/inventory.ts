import type { BuildContext } from '../context/build-context.ts';
import type { Inventory, ReportedLink } from '../core/report.ts';
import type { ImageBuild, ImageUse, Project } from '../project/project.ts';

/** Counts what was looked at and names the links. */
export function inventoryOf(project: Project): Inventory {
  return {
    dockerfiles: project.dockerfiles.length,
    workloads: project.workloads.length,
    objects: project.objects.length,
    composeServices: project.composeFiles.reduce((sum, file) => sum + file.services.length, 0),
    applications: project.applications.length,
    contexts: project.contexts.map(contextSize),
    links: project.builds.map(linkOf),
  };
}

function linkOf(build: ImageBuild): ReportedLink {
  const [image] = build.images;
  return {
    dockerfile: build.dockerfile.path,
    ...(build.stage?.name !== undefined && { stage: build.stage.name }),
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
