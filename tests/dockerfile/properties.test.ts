import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeArtifact, encodeArtifact } from '../../src/core/artifact.ts';
import { type SourceRange, sliceRange } from '../../src/core/text.ts';
import type { Dockerfile } from '../../src/dockerfile/dockerfile.ts';
import { environmentAt } from '../../src/dockerfile/environment.ts';
import { expandWord } from '../../src/dockerfile/expand.ts';
import type { Instruction } from '../../src/dockerfile/instruction.ts';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';
import { parseSyntax } from '../../src/dockerfile/parse-syntax.ts';
import { printSyntax } from '../../src/dockerfile/print.ts';
import { anyText } from './arbitrary-dockerfile.ts';

const runs = { numRuns: 2000 };
const read = (text: string) => parseDockerfile({ path: 'Dockerfile', text, encoding: 'utf-8' });

test('items follow each other and cover the text', () =>
  fc.assert(
    fc.property(anyText, (text) => {
      const syntax = parseSyntax(text);
      let at = 0;
      for (const { range } of syntax.items) {
        expect(range.start).toBe(at);
        expect(range.end).toBeGreaterThan(range.start);
        at = range.end;
      }
      expect(at).toBe(text.length);
      expect(printSyntax(syntax)).toBe(text);
    }),
    runs,
  ));

test('any bytes are read and written back', () =>
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const artifact = decodeArtifact('Dockerfile', bytes);
      const text = printSyntax(parseDockerfile(artifact).syntax);
      expect(Array.from(encodeArtifact({ text, encoding: artifact.encoding }))).toEqual(Array.from(bytes));
    }),
    runs,
  ));

test('lines are those of the text', () =>
  fc.assert(
    fc.property(anyText, (text) => {
      const { syntax, lines } = read(text);
      for (const item of syntax.items)
        if (item.kind === 'instruction') {
          expect(item.startLine).toBe(lines.positionAt(item.range.start).line);
          expect(item.endLine).toBe(lines.positionAt(item.range.end - 1).line);
        }
    }),
    runs,
  ));

/** Every range that an instruction has. */
function rangesOf(value: unknown, found: SourceRange[] = []): readonly SourceRange[] {
  if (typeof value !== 'object' || value === null) return found;
  if (Array.isArray(value)) for (const each of value) rangesOf(each, found);
  else
    for (const [key, each] of Object.entries(value)) {
      if (isRange(each)) found.push(each);
      else if (key !== 'syntax') rangesOf(each, found);
    }
  return found;
}

function isRange(value: unknown): value is SourceRange {
  return typeof value === 'object' && value !== null && 'start' in value && 'end' in value;
}

test('every range lies in its instruction, and every character of it has its place', () =>
  fc.assert(
    fc.property(anyText, (text) => {
      for (const instruction of read(text).instructions) {
        const { range, rest } = instruction.syntax;
        for (const { start, end } of rangesOf(instruction)) {
          expect(start).toBeGreaterThanOrEqual(range.start);
          expect(end).toBeGreaterThanOrEqual(start);
          expect(end).toBeLessThanOrEqual(range.end);
        }
        const places = Array.from({ length: rest.text.length }, (_, index) => rest.sourceOffset(index));
        expect(places.map((place) => text.charAt(place)).join('')).toBe(rest.text);
        expect(rest.sourceOffset(rest.text.length)).toBeLessThanOrEqual(range.end);
      }
    }),
    runs,
  ));

/** Tokens whose text in the source is their value, when nothing is continued in it. */
function wordsOf(instruction: Instruction) {
  switch (instruction.name) {
    case 'FROM':
      return [instruction.image, instruction.alias, instruction.asKeyword];
    case 'COPY':
    case 'ADD':
      return instruction.form === 'shell' ? [...instruction.sources, instruction.destination] : [];
    case 'ENV':
    case 'LABEL':
    case 'ARG':
      return instruction.pairs.flatMap(({ key, value }) => [key, value]);
    case 'EXPOSE':
      return instruction.ports;
    case 'USER':
    case 'WORKDIR':
      return [instruction.value];
    default:
      return [instruction.keyword];
  }
}

test('the place of a word holds the word', () =>
  fc.assert(
    fc.property(anyText, (text) => {
      for (const instruction of read(text).instructions)
        for (const token of wordsOf(instruction)) {
          if (token === undefined) continue;
          const written = sliceRange(text, token.range);
          if (!written.includes('\n')) expect(written).toBe(token.raw ?? token.value);
        }
    }),
    runs,
  ));

/** Asks for everything that a rule could ask for. */
function useAll(dockerfile: Dockerfile): number {
  const asked: unknown[] = [dockerfile.rejections, dockerfile.commands, dockerfile.stages, dockerfile.globalArgs];
  for (const instruction of dockerfile.instructions) {
    const environment = environmentAt(dockerfile, instruction);
    asked.push(dockerfile.script(instruction), environment.get('a'), environment.declaration('a'));
    asked.push(dockerfile.instructionsNamed(instruction.name));
  }
  return asked.length;
}

test('nothing throws, whatever the text', () =>
  fc.assert(
    fc.property(anyText, (text) => {
      expect(useAll(read(text))).toBeGreaterThan(0);
    }),
    runs,
  ));

test('each instruction is in its stage and found by its name', () =>
  fc.assert(
    fc.property(anyText, (text) => {
      const dockerfile = read(text);
      const placed = dockerfile.stages.flatMap(({ from, instructions }) => [...(from ? [from] : []), ...instructions]);
      const before = dockerfile.instructions.length - placed.length;
      expect(dockerfile.instructions.slice(before).every((instruction, index) => instruction === placed[index])).toBe(
        true,
      );
      for (const instruction of dockerfile.instructions)
        expect(dockerfile.instructionsNamed(instruction.name).some((found) => found.instruction === instruction)).toBe(
          true,
        );
    }),
    runs,
  ));

const substitutionPieces = [
  '$a',
  '${a',
  ':-',
  '-',
  '+',
  '#',
  '%',
  '/',
  '*',
  '?',
  '}',
  '"',
  "'",
  '\\',
  ' ',
  '😀',
  'b',
  '${',
];

test('an expansion gives a value, or an error and the word', () =>
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...substitutionPieces)),
      fc.string(),
      fc.constantFrom('empty' as const, 'keep' as const, 'default' as const),
      (parts, value, unset) => {
        const word = parts.join('');
        const { error, value: expanded } = expandWord(word, new Map([['a', value]]), { escape: '\\', unset });
        if (error !== undefined) expect(expanded).toBe(word);
      },
    ),
    runs,
  ));

test('a word without anything special expands to itself', () =>
  fc.assert(
    fc.property(fc.string(), (word) => {
      fc.pre(!/[$"'\\\ufeff]/.test(word));
      expect(expandWord(word, new Map(), { escape: '\\' }).value).toBe(word);
    }),
    runs,
  ));
