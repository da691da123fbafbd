import { expect, test } from 'vitest';
import { comparePlainVersions } from '../../src/core/natural-order.ts';
import { compareAlpineVersions } from '../../src/ecosystems/apk/version-order.ts';
import { compareDebianVersions } from '../../src/ecosystems/apt/version-order.ts';
import { compareComposerVersions } from '../../src/ecosystems/composer/version-order.ts';
import { compareGemVersions } from '../../src/ecosystems/gem/version-order.ts';
import { compareMavenVersions } from '../../src/ecosystems/maven/version-order.ts';
import { compareSemanticVersions } from '../../src/ecosystems/npm/version-order.ts';
import { compareNugetVersions } from '../../src/ecosystems/nuget/version-order.ts';
import { comparePythonVersions } from '../../src/ecosystems/pip/version-order.ts';
import { compareRpmVersions } from '../../src/ecosystems/rpm/version-order.ts';

/** As each ecosystem orders them without the short way. */
const orders = [
  compareAlpineVersions,
  compareDebianVersions,
  compareComposerVersions,
  compareGemVersions,
  compareMavenVersions,
  compareSemanticVersions,
  compareNugetVersions,
  comparePythonVersions,
  compareRpmVersions,
];
const sign = (order: number | undefined) => (order === undefined ? undefined : Math.sign(order));

test.each<[string, string, number | undefined]>([
  ['1.2.3', '1.2.3', 0],
  ['1.2.3', '1.2.4', -1],
  ['1.10', '1.9', 1],
  ['10.0', '9.9', 1],
  ['7', '12', -1],
  ['2.0.1', '2.1.0', -1],
  ['123456789012345678901.0', '123456789012345678902.0', -1],
  ['1.2', '1.2.0', undefined],
  ['1.02', '1.2', undefined],
  ['1.2-1', '1.2-2', undefined],
  ['1..2', '1..3', undefined],
  ['1.2.', '1.2.', undefined],
  ['', '', undefined],
  ['1.2', '', undefined],
  ['v1.2', 'v1.3', undefined],
])('%s against %s', (one, other, expected) => {
  expect(sign(comparePlainVersions(one, other))).toBe(expected);
  if (expected !== undefined)
    for (const compare of orders) expect(sign(compare(one, other)), compare.name).toBe(expected);
});

test('thousands of generated pairs are ordered as each ecosystem orders them', () => {
  let state = 1;
  const random = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return Math.floor((state / 0x80000000) * below);
  };
  const version = (parts: number) => Array.from({ length: parts }, () => random(random(2) ? 12 : 2000)).join('.');
  const wrong: string[] = [];
  for (let pair = 0; pair < 3000; pair++) {
    const parts = 1 + random(4);
    const [one, other] = [version(parts), version(parts)];
    const plain = sign(comparePlainVersions(one, other));
    for (const compare of orders)
      if (sign(compare(one, other)) !== plain) wrong.push(`${compare.name}: ${one}, ${other}`);
  }
  expect(wrong).toEqual([]);
});
