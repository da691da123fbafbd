import { expect, test } from 'vitest';
import { installedSize, leastInstalledSize } from '../../src/ecosystems/apt/package-sizes.ts';

test('sizes of Debian packages with what they depend on', () => {
  const bare = installedSize('build-essential', false) ?? 0;
  expect(bare).toBeGreaterThan(250e6);
  expect(installedSize('build-essential', true)).toBeGreaterThan(bare);
  expect(installedSize('no-such-package', false)).toBeUndefined();
  expect(installedSize('constructor', false)).toBeUndefined();
});

test('several packages are at least as large as the greatest of them', () => {
  expect(leastInstalledSize(['git', 'build-essential', 'unknown'], false)).toBe(
    installedSize('build-essential', false),
  );
  expect(leastInstalledSize(['unknown'], false)).toBeUndefined();
});
