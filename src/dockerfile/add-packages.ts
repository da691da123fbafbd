import type { CommandWord } from '../core/command-line.ts';
import type { TextEdit } from '../core/fix.ts';
import { compareCodes } from '../core/natural-order.ts';
import type { PackageCommand } from '../ecosystems/package-command.ts';
import type { Dockerfile } from './dockerfile.ts';
import { insertAfter, insertBefore, isElement } from './edit.ts';

/**
 * The edits that add packages to those that a command names, as its list is written: each on a line of its own where they stand so,
 * with their indentation and line continuation, and in its place where they are sorted; else behind the last one.
 */
export function addPackages(
  dockerfile: Dockerfile,
  { packages }: Pick<PackageCommand, 'packages'>,
  added: readonly string[],
): readonly TextEdit[] {
  const words = packages.map(({ word }) => word);
  const last = words.at(-1);
  if (last === undefined || added.length === 0) return [];
  // An element of the exec form has its own quotes and comma.
  if (isElement(dockerfile, last.range))
    return [insertAfter(dockerfile, last.range, added.map((name) => `, ${JSON.stringify(name)}`).join(''))];
  const isSorted = packages.every(({ kind }) => kind === 'registry') && areSorted(dockerfile, words);
  const groups = new Map<number, string[]>();
  for (const name of isSorted ? [...added].sort(byName) : added) {
    const at = isSorted ? words.findLastIndex(({ raw }) => byName(raw, name) <= 0) : words.length - 1;
    groups.set(at, [...(groups.get(at) ?? []), name]);
  }
  const lines = ownLines(dockerfile, words);
  return [...groups].map(([at, names]) => insertBehind(dockerfile, words, at, names, lines));
}

function byName(one: string, other: string): number {
  return compareCodes(one.toLowerCase(), other.toLowerCase());
}

/** In order, and with no comment between that makes groups of them. One package is in no order. */
function areSorted(dockerfile: Dockerfile, words: readonly CommandWord[]): boolean {
  return (
    words.length > 1 &&
    words.every((word, at) => {
      const before = words[at - 1];
      return (
        before === undefined || (byName(before.raw, word.raw) <= 0 && !between(dockerfile, before, word).includes('#'))
      );
    })
  );
}

function between({ text }: Dockerfile, one: CommandWord, other: CommandWord): string {
  return text.slice(one.range.end, other.range.start);
}

/** How a list breaks its lines: what continues one, its end, and the white space that the next begins with. */
interface Lines {
  readonly mark: string;
  readonly lineEnd: string;
  readonly indent: string;
}

const lineBreak = /^[ \t]*([\\`])[ \t]*(\r?\n)(?:[ \t]*(?:#.*)?\r?\n)*([ \t]*)$/;

/** The way of a list whose packages stand on a line each; the first may stand behind the command. */
function ownLines(dockerfile: Dockerfile, words: readonly CommandWord[]): Lines | undefined {
  const [first] = words;
  if (first === undefined) return undefined;
  let found: RegExpExecArray | null = null;
  for (const [at, word] of words.entries()) {
    const before = words[at - 1];
    if (before === undefined) continue;
    found = lineBreak.exec(between(dockerfile, before, word));
    if (found === null) return undefined;
  }
  const { start } = first.range;
  found ??= /[ \t]*([\\`])[ \t]*(\r?\n)([ \t]*)$/.exec(dockerfile.text.slice(Math.max(0, start - 200), start));
  if (found === null) return undefined;
  const [, mark = '', lineEnd = '', indent = ''] = found;
  return { mark, lineEnd, indent };
}

/** Before the first word where `at` is -1. */
function insertBehind(
  dockerfile: Dockerfile,
  words: readonly CommandWord[],
  at: number,
  names: readonly string[],
  lines: Lines | undefined,
): TextEdit {
  const word = words[Math.max(at, 0)];
  if (word === undefined) throw new Error('no word to put packages beside');
  const { range } = word;
  if (lines === undefined)
    return at < 0
      ? insertBefore(dockerfile, range, `${names.join(' ')} `)
      : insertAfter(dockerfile, range, ` ${names.join(' ')}`);
  const { mark, lineEnd, indent } = lines;
  // Where the marks stand in a column, so do the new ones.
  const [, gap] = /^([ \t]*)[\\`][ \t]*\r?\n/.exec(dockerfile.text.slice(range.end, range.end + 200)) ?? [];
  const space = gap ?? ' ';
  const padded = (name: string) =>
    space.length > 1 && !space.includes('\t')
      ? ' '.repeat(Math.max(1, space.length + word.raw.length - name.length))
      : space;
  if (at < 0)
    return insertBefore(
      dockerfile,
      range,
      names.map((name) => `${name}${padded(name)}${mark}${lineEnd}${indent}`).join(''),
    );
  // What stands behind the word now stands behind the last new one.
  const all = [word.raw, ...names];
  const moved = names.map((name, index) => `${padded(all[index] ?? '')}${mark}${lineEnd}${indent}${name}`).join('');
  if (space.length <= 1 || gap === undefined) return insertAfter(dockerfile, range, moved);
  const final = names.at(-1) ?? '';
  return {
    path: dockerfile.path,
    range: { start: range.end, end: range.end + gap.length },
    replacement: `${moved}${padded(final)}`,
  };
}
