import { describe, expect, test } from 'vitest';
import { parseQuantity } from '../../src/kubernetes/quantity.ts';

describe('an amount', () => {
  test.each<[string, number | undefined]>([
    ['0', 0],
    ['2', 2],
    ['100m', 0.1],
    ['0.5', 0.5],
    ['.5', 0.5],
    ['1.', 1],
    ['128Mi', 134_217_728],
    ['1.5Gi', 1_610_612_736],
    ['64M', 64_000_000],
    ['1k', 1000],
    ['1e3', 1000],
    ['1E3', 1000],
    ['2E', 2e18],
    ['12Ei', 12 * 2 ** 60],
    ['5u', 5e-6],
    ['-1', -1],
    ['', undefined],
    ['1K', undefined],
    ['1 Gi', undefined],
    ['1GB', undefined],
    ['256mb', undefined],
    ['1e', undefined],
    ['Mi', undefined],
    ['1'.repeat(100), undefined],
  ])('%s is %s', (text, amount) => {
    if (amount === undefined) expect(parseQuantity(text)).toBeUndefined();
    else expect(parseQuantity(text)).toBeCloseTo(amount, 9);
  });
});
