import { describe, expect, test } from 'vitest';
import { jsonObjectOf, parseJsonObject, textFieldsOf } from '../../src/core/json-object.ts';

describe('a JSON object of a file', () => {
  test.each([
    ['{"a": 1}', { a: 1 }],
    ['\uFEFF{"a": 1}', { a: 1 }],
    ['[1]', undefined],
    ['null', undefined],
    ['"text"', undefined],
    ['{"a": ', undefined],
    ['', undefined],
  ])('%j', (text, expected) => expect(parseJsonObject(text)).toEqual(expected));

  test('a field that is left out or no object is an empty one', () => {
    expect([undefined, null, [1], 'text', { a: 1 }].map(jsonObjectOf)).toEqual([{}, {}, {}, {}, { a: 1 }]);
  });

  test('of fields that are no texts nothing is said', () => {
    expect([...textFieldsOf({ build: 'tsc', bad: 1, worse: null })]).toEqual([['build', 'tsc']]);
  });
});
