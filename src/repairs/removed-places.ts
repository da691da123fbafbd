import type { CommandWord } from '../core/command-line.ts';
import type { Dockerfile, PlacedCommand } from '../dockerfile/dockerfile.ts';
import { absolutePath, liesIn } from '../project/copied-files.ts';
import { directoryOf } from '../project/moved-files.ts';

/** Programs that take files and directories away. */
export const removing = /^(?:rm|rmdir|unlink|shred|mv|find)$/;

/** What a command may take away: whatever lies at a place or below it; `contents` for what lies below it only. */
export interface RemovedPlace {
  readonly path: string;
  readonly contents: boolean;
}

/** What a command of {@link removing} may remove or move; undefined where that is not known: a variable, an unknown directory, names from a pipe. */
export function removedPlaces(dockerfile: Dockerfile, placed: PlacedCommand): readonly RemovedPlace[] | undefined {
  const { command } = placed;
  if (command.wrappers.includes('xargs')) return undefined;
  const directory = directoryOf(dockerfile, placed);
  const places = operandsOf(command.name, command.arguments).map((word) =>
    placeOf(directory, word, command.name === 'find'),
  );
  const known = places.flatMap((place) => place ?? []);
  return known.length === places.length ? known : undefined;
}

/** Whether an absolute path, or something that holds it, is among what a command takes away, or may be. */
export function mayHold(places: readonly RemovedPlace[] | undefined, path: string): boolean {
  return (
    places === undefined || places.some((place) => liesIn(path, place.path) && !(place.contents && path === place.path))
  );
}

function operandsOf(name: string, words: readonly CommandWord[]): readonly CommandWord[] {
  if (name === 'find') {
    const removes = words.some(({ value }) => /^-(?:delete|exec|execdir|ok|okdir)$/.test(value));
    const end = words.findIndex(({ value }) => /^[-(!]/.test(value) && !/^-[HLPDO]/.test(value));
    return removes ? (end === -1 ? words : words.slice(0, end)) : [];
  }
  const operands = words.filter(({ value }) => !value.startsWith('-'));
  const toDirectory = words.some(({ value }) => /^(?:-[a-zA-Z]*t|--target-directory)/.test(value));
  return name === 'mv' && !toDirectory ? operands.slice(0, -1) : operands;
}

/** Where a word without variables points to; of a pattern the directory in which it is looked for. */
export function placeOf(directory: string | undefined, word: CommandWord, contents: boolean): RemovedPlace | undefined {
  if (!word.literal || word.value.startsWith('~')) return undefined;
  const pattern = word.value.search(/[*?[{]/);
  const written = pattern === -1 ? word.value : word.value.slice(0, word.value.lastIndexOf('/', pattern) + 1);
  const path = absolutePath(directory, written);
  return path === undefined ? undefined : { path, contents: contents || pattern !== -1 };
}
