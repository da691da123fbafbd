import { expect, it } from 'vitest';
import { describePolicy } from '../../../src/maintain/prune-registry/keep-policy.ts';

it.each([
  [{ last: 1, youngerThan: 0, tags: ['latest'] }, 'the newest with a tag; tags latest'],
  [{ last: 3, youngerThan: 86_400, tags: [] }, 'the newest 3 with a tag; what is younger than 1 day'],
  [{ last: 0, youngerThan: 0, tags: [] }, 'nothing by a rule'],
])('tells of no rule that keeps nothing: %j', (rules, text) => {
  expect(describePolicy({ rules: { ...rules, versions: {} }, repositories: [] })).toEqual([text]);
});
