import { describe, expect, test } from 'vitest';
import { downloadTimes, startUp } from '../../../src/prove/cost/start-up.ts';

const line = { bandwidth: 100, latencySeconds: 0, parallelDownloads: 3 };

describe('downloads', () => {
  test.each<[string, readonly number[], Partial<typeof line>, readonly number[]]>([
    ['one has all of the bandwidth', [200], {}, [2]],
    ['three share it', [100, 100, 100], {}, [3, 3, 3]],
    ['what a small one leaves, the large one gets', [50, 150], {}, [1, 2]],
    ['the fourth waits for the first that is done', [100, 200, 200, 100], {}, [3, 6, 6, 6]],
    ['one after the other', [100, 100], { parallelDownloads: 1 }, [1, 2]],
    ['each begins when the registry answers', [100], { latencySeconds: 0.5 }, [1.5]],
    ['layers that are there take no time', [0, 100, 0], {}, [0, 1, 0]],
    ['none', [], {}, []],
  ])('%s', (_, sizes, given, expected) => {
    const times = downloadTimes(sizes, { ...line, ...given });
    expect(times.map((each) => Number(each.toFixed(6)))).toEqual(expected);
  });
});

describe('a start', () => {
  const rates = {
    ...line,
    unpackRate: 1000,
    fileSeconds: 0.01,
    podSeconds: 1,
    programSeconds: 2,
  };

  test('waits for the last layer and for what is unpacked behind it', () => {
    const found = startUp([{ bytes: 100, unpackedBytes: 500, files: 50 }], rates);
    expect(found).toEqual({ pulledBytes: 100, downloadSeconds: 1, unpackSeconds: 1, readySeconds: 5 });
  });

  test('unpacks while it downloads, in the order of the layers', () => {
    // The small one is there after 0.2 s, and waits for the base below it, which is there after 1.1 s and unpacked after 2.1 s.
    const layers = [
      { bytes: 100, unpackedBytes: 1000, files: 0 },
      { bytes: 10, unpackedBytes: 1000, files: 0 },
    ];
    expect(startUp(layers, rates)).toMatchObject({ downloadSeconds: 1.1, readySeconds: 1 + 3.1 + 2 });
  });

  test('of a node that has everything takes one answer of the registry', () => {
    const nothing = [{ bytes: 0, unpackedBytes: 0, files: 0 }];
    expect(startUp(nothing, { ...rates, latencySeconds: 0.1 }).readySeconds).toBeCloseTo(1 + 0.1 + 2, 9);
  });
});
