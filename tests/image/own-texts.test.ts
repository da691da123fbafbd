import { expect, test } from 'vitest';
import { textPieces } from '../../src/ecosystems/internal/text-pieces.ts';
import { ownTexts, withoutSource } from '../../src/image/internal/own-texts.ts';
import { catalogue } from '../ecosystems/installed/catalogue.ts';

const stanza = (at: number) =>
  `Package: lib-of-some-length-${at}\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1.0-${at % 7}\nSource: source-of-it-${at}\nDescription: é ${'x'.repeat(200)}\n\n`;
const database = Array.from({ length: 20_000 }, (_, at) => stanza(at)).join('');

/** The pieces that a text gives that comes in chunks of so many bytes. */
function piecesOf(text: string, chunk: number) {
  const bytes = Buffer.from(text);
  const pieces = textPieces();
  const given: string[] = [];
  for (let at = 0; at < bytes.length; at += chunk) {
    // Whoever pushes writes into the same place again.
    const place = Buffer.from(bytes.subarray(at, at + chunk));
    given.push(pieces.push(place) ?? '');
    place.fill(0);
  }
  return { pieces: [...given, pieces.end()].filter((piece) => piece !== ''), isCut: pieces.isCut() };
}

test.each([4096, 65_537, 2 ** 22])(
  'a text in chunks of %i bytes comes in pieces that end at an empty line',
  (chunk) => {
    const { pieces, isCut } = piecesOf(database, chunk);
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.every((piece) => piece.endsWith('\n\n'))).toBe(true);
    expect(pieces.join('') === database).toBe(true);
    expect(isCut).toBe(false);
  },
);

test('lines that end with a return are divided, too', () => {
  const text = database.replaceAll('\n', '\r\n');
  const { pieces, isCut } = piecesOf(text, 65_536);
  expect(pieces.every((piece) => piece.endsWith('\r\n\r\n'))).toBe(true);
  expect(pieces.join('') === text).toBe(true);
  expect(isCut).toBe(false);
});

test.each([
  ['lines', `Package: a\n${'a line of it\n'.repeat(3_000_000)}`],
  ['one line', 'x'.repeat(40 * 2 ** 20)],
])('of an entry without an end, %s, little more than 8 MiB are held, and it is told', (_, text) => {
  const { pieces, isCut } = piecesOf(text, 65_536);
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(2 ** 23 + 2 ** 16);
  expect(pieces.join('') === text).toBe(true);
  expect(isCut).toBe(true);
});

test('packages of a list in several pieces are all found, in order', () => {
  const found = catalogue('var/lib/dpkg/status', database);
  expect(found.map(({ name }) => name)).toEqual(Array.from({ length: 20_000 }, (_, at) => `lib-of-some-length-${at}`));
});

test('packages without their source text are what they were', () => {
  const found = catalogue('var/lib/dpkg/status', database);
  expect([...withoutSource(found, ownTexts())]).toEqual(found);
});
