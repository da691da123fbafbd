import type { CommandWord } from '../core/command-line.ts';
import type { TextEdit } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { replace } from '../dockerfile/edit.ts';
import { removeCommand } from '../dockerfile/remove-command.ts';
import { ownershipWords } from '../project/ownership.ts';
import type { RecursiveChange } from './own-where-copied.ts';

/** What becomes of a recursive command when COPY does its work. */
export interface Shortened {
  readonly edits: readonly TextEdit[];
  /** Nothing of the command is left. */
  readonly removed: boolean;
}

/** The command without what COPY does now. */
export function shortenCommand(
  dockerfile: Dockerfile,
  { placed, targets, copies }: RecursiveChange,
  named: ReadonlyMap<CommandWord, readonly string[]>,
): Shortened | undefined {
  const { command, instruction } = placed;
  const kept = targets.filter(({ word }) => !named.has(word));
  const single = [...named.values()].flat();
  if (single.length === 0 && kept.length === 0) {
    const edits = removeCommand(dockerfile, instruction, command, copies.at(-1)?.instruction);
    return edits && { edits, removed: true };
  }
  const first = command.arguments[0];
  const last = command.arguments.at(-1);
  const subject = ownershipWords(command).operands[0];
  if (first === undefined || last === undefined || subject === undefined) return undefined;
  const range = { start: first.range.start, end: last.range.end };
  if (instruction.syntax.innerComments.some(({ start, end }) => start < range.end && end > range.start))
    return undefined;
  const flags = command.arguments.filter(({ value }) => value.startsWith('-'));
  const plain = flags
    .map(({ raw }) => raw.replace(/^-(\w*)R(\w*)$/, '-$1$2'))
    .filter((flag) => !/^(?:-|--recursive)$/.test(flag));
  const words = (options: readonly string[], paths: readonly string[]) => [...options, subject.raw, ...paths].join(' ');
  const recursive =
    kept.length === 0
      ? []
      : [
          words(
            flags.map(({ raw }) => raw),
            kept.map(({ word }) => word.raw),
          ),
        ];
  const same = targets.every(({ word, path }) => named.get(word)?.length === 1 && named.get(word)?.[0] === path);
  const paths = same ? targets.map(({ word }) => word.raw.replace(/(.)\/$/, '$1')) : [...new Set(single)];
  const once = single.length === 0 ? [] : [words(plain, paths)];
  const program = dockerfile.text.slice(command.range.start, command.nameWord.range.end);
  return { edits: [replace(dockerfile, range, [...recursive, ...once].join(` && ${program} `))], removed: false };
}
