import { expect, it } from 'vitest';
import { parseImageReference } from '../../src/core/image-reference.ts';
import { nextPart } from '../../src/image/internal/next-part.ts';

const reference = parseImageReference('registry.example/shop/web');
if (reference === undefined) throw new Error('no reference');
const digest = `sha256:${'a'.repeat(64)}`;

it.each<[string, string | null, string, string | undefined]>([
  ['no link', null, 'tags/list', undefined],
  ['another relation', '</v2/shop/web/tags/list?n=1>; rel="prev"', 'tags/list', undefined],
  ['a path', '</v2/shop/web/tags/list?last=b&n=1>; rel="next"', 'tags/list', 'tags/list?last=b&n=1'],
  ['below a proxy', '<https://p.example/x/v2/shop/web/tags/list?n=1>; rel=next', 'tags/list', 'tags/list?n=1'],
  [
    'a digest whose colon is encoded',
    `</v2/shop/web/referrers/${digest.replace(':', '%3A')}?page=2>; rel="next"`,
    `referrers/${digest}`,
    `referrers/${digest}?page=2`,
  ],
])('follows a list: %s', (_, link, path, expected) => {
  expect(nextPart(link, path, reference)).toBe(expected);
});

it.each([
  '</v2/other/tags/list?n=1>; rel="next"',
  '</v2/shop/web/tags/list>; rel="next"',
  `</v2/shop/web/referrers/${digest}?page=2>; rel="next"`,
  '<http://>; rel="next"',
])('goes nowhere else: %s', (link) => {
  expect(() => nextPart(link, 'tags/list', reference)).toThrow(/at another place than it began/);
});
