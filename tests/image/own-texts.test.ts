import { expect, test } from 'vitest';
import { textPieces } from '../../src/ecosystems/internal/installed-text.ts';
import { withoutSource } from '../../src/image/internal/own-texts.ts';
import { catalogue } from '../ecosystems/installed/catalogue.ts';

const stanza = (at: number) =>
  `Package: lib-of-some-length-${at}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0-${at % 7}\nSource: source-of-it-${at}\nDescription: é ${'x'.repeat(200)}\n\n`;
const database = Array.from({ length: 20_000 }, (_, at) => stanza(at)).join('');

test('a large text comes in pieces that end at an empty line and are the text together', () => {
  const pieces = [...textPieces(Buffer.from(database))];
  expect(pieces.length).toBeGreaterThan(3);
  expect(pieces.every((piece) => piece.endsWith('\n\n'))).toBe(true);
  expect(pieces.join('') === database).toBe(true);
});

test('packages of a list in several pieces are all found, in order', () => {
  const found = catalogue('var/lib/dpkg/status', database);
  expect(found.map(({ name }) => name)).toEqual(Array.from({ length: 20_000 }, (_, at) => `lib-of-some-length-${at}`));
});

test('packages without their source text are what they were', () => {
  const found = catalogue('var/lib/dpkg/status', database);
  expect([...withoutSource(found)]).toEqual(found);
});
