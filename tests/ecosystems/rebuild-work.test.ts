import { expect, test } from 'vitest';
import { installAgain, systemInstallsAgain } from '../../src/ecosystems/rebuild-work.ts';

test.each([
  ['npm', 412, 20.6],
  ['cargo', 150, 100],
  ['go', 1, 0.1],
] as const)('%s installs %i packages in about %d s, and says what is assumed', (ecosystem, count, seconds) => {
  const cost = installAgain(ecosystem, count);
  expect(cost?.seconds).toBeCloseTo(seconds);
  expect(cost?.basis).toBe('estimated');
  expect(cost?.derivation).toMatch(
    new RegExp(`^${count} packages? of the lock .* ÷ .* a second \\(assumed for ${ecosystem}: `),
  );
});

test.each([
  ['npm', 0],
  ['apt', 20],
] as const)('nothing is said of %s and %i packages', (ecosystem, count) => {
  expect(installAgain(ecosystem, count)).toBeUndefined();
});

test('steps of the system are counted', () => {
  expect(systemInstallsAgain(2)).toMatchObject({
    seconds: 30,
    derivation: expect.stringMatching(/^2 RUNs that install .* × 15 s \(assumed/),
  });
});
