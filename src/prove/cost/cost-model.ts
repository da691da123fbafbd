import type { CostInputs, CostReport, CostUse, ImageCost, LayerCost, StartUpEstimate } from '../../core/cost-report.ts';
import { type LayerKeys, layerKeys, type PricedImage, type PricedLayer } from './priced-image.ts';
import { bytesOfDeploys, bytesOfNewNode, type Deployment, distinct, expectedNodes } from './pulled-bytes.ts';
import { startUp } from './start-up.ts';

/** An image with its previous version and with those who run it. */
export interface DeployedImage {
  readonly image: PricedImage;
  readonly previous: PricedImage | undefined;
  readonly uses: readonly Omit<CostUse, 'nodes'>[];
}

/** What the images cost to deploy, by docs/cost.md. */
export function costReport(
  deployed: readonly DeployedImage[],
  inputs: CostInputs,
  problems: CostReport['problems'] = [],
): CostReport {
  const { sharing, nodes, deploysPerDay, newNodesPerDay } = inputs;
  const all = deployed.flatMap(({ image, previous }) => [image, ...(previous ? [previous] : [])]);
  const keysOf = layerKeys(all, sharing.value);
  const deployments = deployed.map((each) => deploymentOf(each, keysOf, nodes.value));
  const bytes = bytesOfDeploys(deployments, nodes.value);
  const bytesADeploy = bytes.reduce((sum, each) => sum + each, 0);
  const newNodeBytes = bytesOfNewNode(deployments, nodes.value);
  return {
    inputs,
    images: deployed.map((each, at) => imageCost(each, bytes[at] ?? 0, deployed, keysOf, inputs)),
    bytesADeploy,
    newNodeBytes,
    bytesADay: deploysPerDay.value * bytesADeploy + newNodesPerDay.value * newNodeBytes,
    problems,
  };
}

function deploymentOf({ image, previous, uses }: DeployedImage, keysOf: LayerKeys, nodes: number): Deployment {
  return {
    layers: keyed(image, keysOf),
    previous: previous && new Set(keysOf(previous)),
    nodes: expectedNodes(
      uses.map(({ replicas }) => replicas.value),
      nodes,
    ),
  };
}

interface Keyed extends PricedLayer {
  readonly key: string;
}

function keyed(image: PricedImage, keysOf: LayerKeys): Keyed[] {
  const keys = keysOf(image);
  return image.layers.map((layer, at) => ({ ...layer, key: keys[at] ?? '' }));
}

function imageCost(
  { image, previous, uses }: DeployedImage,
  bytesADeploy: number,
  deployed: readonly DeployedImage[],
  keysOf: LayerKeys,
  inputs: CostInputs,
): ImageCost {
  const layers = keyed(image, keysOf);
  const held = new Set(previous && keysOf(previous));
  const others = deployed.filter((each) => each.image !== image);
  const nodes = inputs.nodes.value;
  return {
    name: image.name,
    previous: previous?.name,
    bytes: sum(distinct(layers)),
    changedBytes: sum(distinct(layers).filter(({ key }) => !held.has(key))),
    basis: layers.every(({ basis }) => basis === 'measured') ? 'measured' : 'estimated',
    uses: uses.map((use) => ({ ...use, nodes: expectedNodes([use.replicas.value], nodes) })),
    nodes: expectedNodes(
      uses.map(({ replicas }) => replicas.value),
      nodes,
    ),
    bytesADeploy,
    layers: layers.map(
      ({ key, digest, diffId, bytes, basis, unpackedBytes, files, createdBy }): LayerCost => ({
        digest: digest ?? diffId,
        bytes,
        basis,
        unpackedBytes,
        files,
        heldBy: held.has(key) ? 'previous version' : undefined,
        sharedWith: others.filter((other) => keysOf(other.image).includes(key)).map((other) => other.image.name),
        createdBy,
      }),
    ),
    startUp: {
      deploy: estimate(layers, previous && keysOf(previous), uses, inputs),
      newNode: estimate(layers, undefined, uses, inputs),
    },
  };
}

/** Uncompressed for packed where nobody looked into a layer: what gzip makes of most programs and libraries. */
export const usualRatio = 2.5;

function estimate(
  layers: readonly Keyed[],
  held: readonly string[] | undefined,
  uses: DeployedImage['uses'],
  inputs: CostInputs,
): StartUpEstimate {
  const stored = new Set(held);
  // Unpacked layers lie on each other: one above the first new one is unpacked anew, though its bytes are there.
  const firstNew = layers.findIndex(({ key }, at) => held?.[at] !== key);
  const seen = new Set<string>();
  const arriving = layers.map(({ key, bytes, unpackedBytes, files }, at) => {
    const there = stored.has(key) || seen.has(key);
    seen.add(key);
    const unpacked = firstNew === -1 || at < firstNew;
    return {
      bytes: there ? 0 : bytes,
      unpackedBytes: unpacked ? 0 : (unpackedBytes ?? bytes * usualRatio),
      files: unpacked ? 0 : (files ?? 0),
    };
  });
  return startUp(arriving, {
    bandwidth: inputs.bandwidth.value,
    latencySeconds: inputs.latency.value,
    parallelDownloads: inputs.parallelDownloads.value,
    unpackRate: inputs.unpackRate.value,
    fileSeconds: inputs.fileSeconds.value,
    podSeconds: inputs.podSeconds.value,
    programSeconds: Math.max(0, ...uses.map(({ programSeconds }) => programSeconds.value)),
  });
}

function sum(layers: readonly { readonly bytes: number }[]): number {
  return layers.reduce((total, { bytes }) => total + bytes, 0);
}
