import { describe, expect, test } from 'vitest';
import { byteSearch } from '../../src/core/byte-search.ts';

const bytes = (text: string) => Buffer.from(text, 'latin1');

describe('byte search', () => {
  test.each([
    ['a', 'cba', 0, 2],
    ['PRIVATE KEY', '-----BEGIN RSA PRIVATE KEY-----', 0, 15],
    ['PRIVATE KEY', 'PRIVATE KEPRIVATE KEY', 0, 10],
    ['PRIVATE KEY', 'PRIVATE KEY PRIVATE KEY', 1, 12],
    ['PRIVATE KEY', 'PRIVATE KE', 0, -1],
    ['PRIVATE KEY', '', 0, -1],
    ['node.js/v', 'node.js/node.js/v20', 0, 8],
    ['__tests__', '___tests___tests__', 0, 1],
    ['\xff Go buildinf:', 'Go buildinf:\xff Go buildinf:', 0, 12],
    ['\x003.', 'a3.\x003.9', 0, 3],
    ['\0ruby ', '\0rub\0ruby 3', 0, 4],
    ['abcabcabd', 'abcabcabcabd', 0, 3],
  ])('finds %j in %j from %i on', (wanted, text, from, place) => {
    expect(byteSearch(bytes(wanted))(bytes(text), from)).toBe(place);
    expect(bytes(text).indexOf(bytes(wanted), from)).toBe(place);
  });

  test('finds what Node.js finds, wherever the bytes lie in their memory', () => {
    const letters = 'aAb.\0\xff';
    let seed = 1;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return (seed >>> 8) % below;
    };
    const word = (length: number) => Array.from({ length }, () => letters[random(letters.length)]).join('');
    for (let round = 0; round < 3000; round++) {
      const wanted = bytes(word(1 + random(10)));
      const text = bytes(word(random(40)) + (random(2) === 0 ? wanted.toString('latin1') : '') + word(random(20)));
      const from = random(text.length + 1);
      expect(byteSearch(wanted)(text.subarray(from)), `${wanted.toString('hex')} in ${text.toString('hex')}`).toBe(
        text.subarray(from).indexOf(wanted),
      );
    }
  });
});
