import { objectsIn } from '../../core/json-object.ts';
import { digestIn, partsOf, textOf } from './running-container.ts';

/** One image that a node holds. */
export interface NodeImage {
  readonly node: string;
  /** All its names: `docker.io/shop/web:1.4`, `docker.io/shop/web@sha256:…`. */
  readonly names: readonly string[];
  /** As the node's runtime counts: containerd the packed bytes, CRI-O and Docker the unpacked ones. */
  readonly bytes: number;
}

/** Images that the kubelet reports unless `nodeStatusMaxImages` says otherwise; more than ten times as many are not read. */
const maximumImages = 1000;

/**
 * What a node says it holds, the largest first
 * (https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/node-v1/#NodeStatus).
 */
export function imagesOf(node: unknown): NodeImage[] {
  const { metadata, status } = partsOf(node);
  return objectsIn(status.images)
    .slice(0, maximumImages)
    .flatMap(({ names, sizeBytes }) => {
      const known = Array.isArray(names) ? names.map(textOf).filter((name) => name !== '') : [];
      return known.length > 0 && typeof sizeBytes === 'number'
        ? [{ node: textOf(metadata.name), names: known, bytes: sizeBytes }]
        : [];
    });
}

/** Finds the image that a container runs among those of its node: by its digest, else by its name. */
export function imageFinder(
  images: readonly NodeImage[],
): (container: {
  readonly node: string;
  readonly image: string;
  readonly digest: string | undefined;
}) => NodeImage | undefined {
  const byName = new Map<string, NodeImage>();
  for (const image of images)
    for (const name of image.names) {
      byName.set(`${image.node} ${name}`, image);
      const digest = digestIn(name);
      if (digest !== undefined) byName.set(`${image.node} ${digest}`, image);
    }
  return ({ node, image, digest }) =>
    (digest === undefined ? undefined : byName.get(`${node} ${digest}`)) ??
    fullNames(image)
      .map((name) => byName.get(`${node} ${name}`))
      .find((found) => found !== undefined);
}

/** A node names images in full: `web` is `docker.io/library/web:latest`. */
function fullNames(image: string): string[] {
  const tagged = /[:@][^/]*$/.test(image) ? image : `${image}:latest`;
  const parts = tagged.split('/');
  if (parts.length === 1) return [`docker.io/library/${tagged}`, tagged];
  const isHost = /[.:]|^localhost$/.test(parts[0] ?? '');
  return isHost ? [tagged] : [`docker.io/${tagged}`, tagged];
}
