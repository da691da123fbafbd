import { expect, test } from 'vitest';
import { parseImageReference } from '../../src/core/image-reference.ts';
import type { RegistrySession } from '../../src/image/registry-session.ts';
import { versionTagOf } from '../../src/image/version-tag.ts';

const [same, other] = ['a', 'b'].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string];

/** The version of an image among the tags of a repository, of which some name it; and which tags were asked for. */
async function versionOf(tags: readonly string[], names: readonly string[], tag?: string) {
  const asked: string[] = [];
  const session: RegistrySession = {
    requests: new Map(),
    unanswered: new Set(),
    closed: () => [],
    end() {},
    tags: async () => ({ kind: 'tags', tags }),
    async digest({ tag: each = '' }) {
      asked.push(each);
      return { kind: 'digest', digest: names.includes(each) ? same : other };
    },
    image: async () => ({ kind: 'unknown', reason: 'not asked' }),
  };
  const reference = parseImageReference(tag === undefined ? 'acme/app' : `acme/app:${tag}`);
  if (reference === undefined) throw new Error('no reference');
  return { version: await versionTagOf(reference, same, session), asked };
}

test.each<[string, readonly string[], readonly string[], string | undefined, string | undefined]>([
  ['the most exact', ['latest', '1', '1.4', '1.4.2', '1.10.0'], ['1', '1.4', '1.4.2'], undefined, '1.4.2'],
  ['one with a v', ['v2.0.0', 'v2.1.0', 'main'], ['v2.1.0', 'main'], 'latest', 'v2.1.0'],
  // The digest decides, not the number: calendar versions, a newer line, a count of something else.
  [
    'of an older line',
    ['26.7.0', '26.7', '26', '9.7.2', '9.7', '9', '8.4.1'],
    ['9.7.2', '9.7', '9'],
    undefined,
    '9.7.2',
  ],
  [
    'of a line that many tags are newer than',
    Array.from({ length: 30 }, (_, at) => `9.${at}.0`).concat('8.1.0'),
    ['8.1.0'],
    undefined,
    '8.1.0',
  ],
  ['not what counts something else', ['15', '1.4.2', '1.4'], ['15', '1.4.2', '1.4'], undefined, '1.4.2'],
  ['no day where there are versions', ['20260127', '20251010', '3.24.0', '3.24'], ['20260127'], undefined, undefined],
  ['a day where there is nothing else', ['20260127', '20251010', 'edge'], ['20260127', 'edge'], undefined, '20260127'],
  ['no count', ['1234567', '1234566'], ['1234567'], undefined, undefined],
  [
    'of the variant',
    ['1.4.2', '1.4.2-alpine', '1.4-alpine', '1.4.2-slim'],
    ['1.4.2-alpine', '1.4-alpine'],
    'alpine',
    '1.4.2-alpine',
  ],
  ['none of another variant', ['1.4.2-alpine', '1.4.2'], ['1.4.2'], 'alpine', undefined],
  ['none that is far behind', Array.from({ length: 30 }, (_, at) => `1.${at}.0`), ['1.0.0'], undefined, undefined],
  ['none where only names are the same', ['latest', 'main', '1.0'], ['latest', 'main'], undefined, undefined],
  ['none where there are no tags', [], [], undefined, undefined],
])('the version that an image has is %s', async (_, tags, names, tag, expected) => {
  const { version, asked } = await versionOf(tags, names, tag);
  expect(version).toBe(expected);
  expect(asked.length).toBeLessThanOrEqual(12);
});

test('no more is asked once the most exact tag is found', async () => {
  const { asked } = await versionOf(['1.4.2', '1.4', '1', '1.4.1', '1.4.0'], ['1.4.2', '1.4', '1']);
  expect(asked).toEqual(['1.4.2']);
});
