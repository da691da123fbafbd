import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { fewAtOnce } from '../../src/core/few-at-once.ts';

test('all are done, in order, and never more than so many at a time', async () => {
  const begun: number[] = [];
  let running = 0;
  let most = 0;
  await fewAtOnce([5, 1, 3, 1, 1, 2], 2, async (milliseconds) => {
    begun.push(milliseconds);
    most = Math.max(most, ++running);
    await setTimeout(milliseconds);
    running--;
  });
  expect(begun).toEqual([5, 1, 3, 1, 1, 2]);
  expect(most).toBe(2);
  expect(running).toBe(0);
});

test('after one that fails none is begun', async () => {
  const begun: number[] = [];
  const work = async (item: number) => {
    begun.push(item);
    await setTimeout(1);
    if (item === 2) throw new Error('no');
  };
  await expect(fewAtOnce([1, 2, 3, 4, 5, 6, 7, 8], 2, work)).rejects.toThrow('no');
  await setTimeout(10);
  expect(begun.length).toBeLessThan(5);
});

test('nothing is nothing to do', async () => {
  await expect(fewAtOnce([], 4, () => Promise.reject(new Error('asked')))).resolves.toBeUndefined();
});
