import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { plimsollImage } from '../../src/observe/plimsoll-image.ts';
import { startContainerEngine } from './container-engine.ts';
import { hasNodeParts, type KubernetesNode, startKubernetesNode } from './kubernetes-node.ts';

/** The project's own directory. */
export const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * A real node that has Plimsoll's own image, built from the Dockerfile by a real engine: minutes.
 * @param directory the archive of the image is left there
 * @throws Error where parts are missing
 */
export async function startPlimsollOnNode(directory: string): Promise<KubernetesNode> {
  if (!hasNodeParts()) throw new Error('parts are missing: scripts/system-parts node engine');
  const archive = path.join(directory, 'image.tar');
  const engine = startContainerEngine(['nodejs24', 'node24']);
  await engine.build(root, plimsollImage, { cache: true });
  await engine.save(plimsollImage, archive);
  const node = startKubernetesNode();
  node.load(archive);
  return node;
}
