import { describe, expect, test } from 'vitest';
import {
  bytesOfDeploys,
  bytesOfNewNode,
  type Deployment,
  expectedNodes,
} from '../../../src/prove/cost/pulled-bytes.ts';

/** Layers by their letters, each of a size of its own. */
function layersOf(letters: string) {
  return [...letters].map((key) => ({ key, bytes: 10 ** (key.charCodeAt(0) - 97) }));
}

interface Case {
  readonly layers: string;
  readonly previous?: string;
  /** Pods; no more than nodes. */
  readonly replicas: number;
}

function deployments(cases: readonly Case[], nodes: number): Deployment[] {
  return cases.map(({ layers, previous, replicas }) => ({
    layers: layersOf(layers),
    previous: previous === undefined ? undefined : new Set(previous),
    nodes: expectedNodes([replicas], nodes),
  }));
}

/** Every way to lay so many pods onto nodes, one a node. */
function placements(replicas: number, nodes: number): number[][] {
  const all = Array.from({ length: 2 ** nodes }, (_, bits) =>
    [...Array(nodes).keys()].filter((at) => (bits >> at) & 1),
  );
  return all.filter((placed) => placed.length === replicas);
}

/** The mean, over all placements of all images, of what real stores that know every layer they have would pull. */
function pulledByStores(cases: readonly Case[], nodes: number): number {
  let ways: readonly (readonly number[])[][] = [[]];
  for (const { replicas } of cases)
    ways = ways.flatMap((way) => placements(replicas, nodes).map((one) => [...way, one]));
  const totals = ways.map((way) => {
    const stores = Array.from({ length: nodes }, () => new Set<string>());
    cases.forEach(({ previous = '' }, at) => {
      for (const node of way[at] ?? []) for (const key of previous) stores[node]?.add(key);
    });
    let bytes = 0;
    cases.forEach(({ layers }, at) => {
      for (const node of way[at] ?? [])
        for (const layer of layersOf(layers)) {
          if (stores[node]?.has(layer.key)) continue;
          stores[node]?.add(layer.key);
          bytes += layer.bytes;
        }
    });
    return bytes;
  });
  return totals.reduce((sum, each) => sum + each, 0) / totals.length;
}

describe('the bytes of deploys are the mean of what stores pull', () => {
  test.each<[string, number, readonly Case[]]>([
    ['one image on empty nodes', 4, [{ layers: 'abc', replicas: 3 }]],
    ['one image with its previous version', 4, [{ layers: 'abd', previous: 'abc', replicas: 3 }]],
    ['a layer twice in one image', 2, [{ layers: 'aab', replicas: 2 }]],
    [
      'two images with one base, of which one is everywhere',
      4,
      [
        { layers: 'abc', replicas: 4 },
        { layers: 'abd', replicas: 2 },
      ],
    ],
    [
      'two images with one base, on some nodes each',
      4,
      [
        { layers: 'abc', replicas: 3 },
        { layers: 'abd', replicas: 2 },
      ],
    ],
    [
      'the second brought already what the first begins to need',
      3,
      [
        { layers: 'abe', previous: 'abc', replicas: 2 },
        { layers: 'ad', previous: 'ae', replicas: 2 },
      ],
    ],
    [
      'three images, a new base for two of them',
      3,
      [
        { layers: 'fbc', previous: 'abc', replicas: 1 },
        { layers: 'fbd', previous: 'abd', replicas: 2 },
        { layers: 'ae', previous: 'ae', replicas: 3 },
      ],
    ],
  ])('%s', (_, nodes, cases) => {
    const modelled = bytesOfDeploys(deployments(cases, nodes), nodes);
    const real = pulledByStores(cases, nodes);
    expect(modelled.reduce((sum, each) => sum + each, 0)).toBeCloseTo(real, 6);
    // In the other order the images take other shares of the same sum.
    const reversed = bytesOfDeploys(deployments([...cases].reverse(), nodes), nodes);
    expect(reversed.reduce((sum, each) => sum + each, 0)).toBeCloseTo(real, 6);
  });
});

test('a new node pulls of each layer as much as it is likely that one of its images has it', () => {
  const some = deployments(
    [
      { layers: 'ab', replicas: 2 },
      { layers: 'ac', replicas: 4 },
    ],
    4,
  );
  expect(bytesOfNewNode(some, 4)).toBeCloseTo(1 + 10 * 0.5 + 100, 9);
});

test.each([
  [[3], 4, 3],
  [[9], 4, 4],
  [[Number.POSITIVE_INFINITY], 4, 4],
  [[2, 2], 4, 3],
  [[], 4, 0],
  [[2], 0, 0],
])('workloads of %j pods lie on %i nodes: %d expected', (replicas, nodes, expected) => {
  expect(expectedNodes(replicas, nodes)).toBeCloseTo(expected, 9);
});
