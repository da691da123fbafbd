import { expect, test } from 'vitest';
import { parseByteRate, parseByteSize } from '../../src/core/byte-size.ts';

test.each([
  ['300MB', 300_000_000],
  ['300 mb', 300_000_000],
  ['20MiB', 20 * 2 ** 20],
  ['1.5g', 1_500_000_000],
  ['1048576', 1048576],
  ['2KiB', 2048],
  ['12ib', undefined],
  ['many', undefined],
  ['-1MB', undefined],
  ['', undefined],
])('the size %s', (text, bytes) => expect(parseByteSize(text)).toBe(bytes));

test.each([
  ['100MB/s', 100_000_000],
  ['1Gbit/s', 125_000_000],
  ['800Mbps', 100_000_000],
  ['10 MiB/s', 10 * 2 ** 20],
  ['0MB/s', undefined],
  ['100MB', undefined],
  ['fast', undefined],
])('the rate %s', (text, bytes) => expect(parseByteRate(text)).toBe(bytes));
