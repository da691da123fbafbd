import type { ClusterInventory, ReportedDrift, RunningImage } from '../../core/report.ts';

/** The section `inventory.cluster` of the JSON report. */
export function clusterJson(cluster: ClusterInventory) {
  const { server, context, version, namespaces, leftOut, pods, images, nodes, drift } = cluster;
  return {
    server,
    context,
    version: version ?? null,
    namespaces,
    leftOut,
    pods,
    images: images.map(imageJson),
    nodes: nodes.map((node) => ({
      name: node.name,
      version: node.version ?? null,
      platform: node.platform ?? null,
      images: node.images,
      bytes: node.bytes,
    })),
    drift: drift ? driftJson(drift) : null,
  };
}

function imageJson(image: RunningImage) {
  const { pulls } = image;
  return {
    image: image.image,
    registry: image.registry ?? null,
    digests: image.digests,
    created: image.created ?? null,
    ageDays: image.ageDays ?? null,
    bytes: image.bytes ?? null,
    nodes: image.nodes,
    pullPolicies: image.pullPolicies,
    pulls: pulls
      ? {
          count: pulls.count,
          medianSeconds: pulls.medianSeconds,
          longestSeconds: pulls.longestSeconds,
          bytes: pulls.bytes ?? null,
        }
      : null,
    runBy: image.runBy.map((use) => ({
      path: use.path,
      namespace: use.namespace ?? null,
      kind: use.kind,
      name: use.name,
      container: use.container,
      pods: use.pods,
      restarts: use.restarts,
      lastReason: use.lastReason ?? null,
    })),
  };
}

function driftJson({ compared, differing, missing, unknown }: ReportedDrift) {
  return {
    compared,
    differing: differing.map(({ live, manifest, line, differences }) => ({
      live,
      manifest,
      line,
      differences: differences.map((each) => ({
        kind: each.kind,
        field: each.field,
        manifest: each.manifest ?? null,
        live: each.live ?? null,
      })),
    })),
    missing: missing.map(({ kind, name, manifest }) => ({ kind, name, manifest })),
    unknown,
  };
}
