import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { UserError } from '../../src/core/errors.ts';
import { policyFile, readPolicyFile } from '../../src/respond/policy-file.ts';
import { policyText } from './policies.ts';

it.each([
  ['with a mistake', policyText('coolDown: soon'), /policy\.yaml:\d+:\d+: a duration/],
  ['that cannot be in force here', policyText('approval: true', 'approval: {url: "https://r.example.com"}'), /no key/],
])('a new policy %s leaves the old one in force, and is told of once', (_title, text, complaint) => {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-policy-'));
  const file = path.join(directory, 'policy.yaml');
  writeFileSync(file, policyText(''));
  const told: [boolean, string][] = [];
  const policies = policyFile(
    file,
    ({ rules }) => {
      if (rules.some(({ approval }) => approval)) throw new UserError('no key', { where: file });
    },
    (loaded, message) => told.push([loaded, message]),
  );
  const first = policies.policy();
  writeFileSync(file, text);
  policies.look();
  policies.look();
  rmSync(directory, { recursive: true });
  expect(policies.policy()).toBe(first);
  expect(told.map(([loaded]) => loaded)).toEqual([true, false]);
  expect(told[1]?.[1]).toMatch(complaint);
  expect(told[1]?.[1]).toContain('the old policy stays in force');
});

it('does not read a file to its end that has none', () => {
  expect(() => readPolicyFile('/dev/zero')).toThrow(/at most 256 KiB/);
});
