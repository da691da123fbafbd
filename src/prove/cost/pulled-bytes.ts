/** A layer of an image as pulls see it: `key` is what makes that it is not pulled again. */
export interface KeyedLayer {
  readonly key: string;
  readonly bytes: number;
}

/** An image with what its nodes hold before it is deployed. */
export interface Deployment {
  readonly layers: readonly KeyedLayer[];
  /** Keys of the layers of the previous version; undefined where there is none. */
  readonly previous: ReadonlySet<string> | undefined;
  /** Expected number of nodes that run it, 0 to all. */
  readonly nodes: number;
}

/**
 * The nodes that run at least one pod of workloads of so many replicas, when the scheduler spreads each over as many nodes as it can
 * (https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/#internal-default-constraints) and one workload's nodes have
 * nothing to do with another's.
 */
export function expectedNodes(replicas: readonly number[], nodes: number): number {
  if (nodes <= 0) return 0;
  return nodes * (1 - replicas.reduce((none, each) => none * (1 - Math.min(Math.max(each, 0), nodes) / nodes), 1));
}

/**
 * Bytes that a registry serves, on all nodes together, when the images are deployed one after the other: of each image the layers that
 * neither its previous version nor another image on that node brought. The sum does not depend on the order.
 */
export function bytesOfDeploys(deployments: readonly Deployment[], nodes: number): number[] {
  return deployments.map((own, at) => {
    const others = deployments.filter((other) => other !== own);
    let sum = 0;
    for (const { key, bytes } of distinct(own.layers)) {
      if (own.previous?.has(key)) continue;
      const absent = others.reduce((share, other) => {
        const deployed = deployments.indexOf(other) < at && other.layers.some((layer) => layer.key === key);
        return deployed || other.previous?.has(key) ? share * (1 - shareOf(other, nodes)) : share;
      }, 1);
      sum += bytes * own.nodes * absent;
    }
    return sum;
  });
}

/** Bytes that one empty node pulls on average, for the images that come to lie on it. */
export function bytesOfNewNode(deployments: readonly Deployment[], nodes: number): number {
  const absent = new Map<string, { readonly bytes: number; readonly share: number }>();
  for (const deployment of deployments)
    for (const { key, bytes } of distinct(deployment.layers)) {
      const known = absent.get(key)?.share ?? 1;
      absent.set(key, { bytes, share: known * (1 - shareOf(deployment, nodes)) });
    }
  return [...absent.values()].reduce((sum, { bytes, share }) => sum + bytes * (1 - share), 0);
}

function shareOf({ nodes: own }: Deployment, nodes: number): number {
  return nodes <= 0 ? 0 : Math.min(1, own / nodes);
}

/** An image may have one layer twice: that of no files. */
export function distinct<Layer extends { readonly key: string }>(layers: readonly Layer[]): Layer[] {
  return [...new Map(layers.map((layer) => [layer.key, layer])).values()];
}
