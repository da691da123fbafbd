import type { CommandWord } from '../core/command-line.ts';
import type { Dockerfile, PlacedCommand } from '../dockerfile/dockerfile.ts';
import { environmentAt } from '../dockerfile/environment.ts';
import type { ShellCommand } from '../dockerfile/shell.ts';
import { absolutePath, liesIn } from '../project/copied-files.ts';
import { directoryOf } from '../project/moved-files.ts';
import { ownershipWords } from '../project/ownership.ts';
import type { RecursiveChange } from './own-where-copied.ts';
import { placeOf, removedPlaces } from './removed-places.ts';
import { expanded } from './written-below.ts';

/**
 * Whether a command between a COPY and a change of its files' owner or mode changes that, too, or may: it would have the last word where the COPY did what
 * the change does. `together` are the commands that go along with the change.
 */
export function isChangedBetween(
  dockerfile: Dockerfile,
  change: RecursiveChange,
  together: ReadonlySet<ShellCommand>,
): boolean {
  const { stage, command } = change.placed;
  const from = Math.min(...change.copies.map(({ instruction }) => instruction.range.start));
  let count = 0;
  return dockerfile.commands.some(
    (placed) =>
      placed.stage === stage &&
      placed.command.range.start > from &&
      placed.command.range.start < command.range.start &&
      placed.instruction.name === 'RUN' &&
      !together.has(placed.command) &&
      (++count > most || mayChange(dockerfile, placed, change)),
  );
}

/** Of so many commands nobody follows what each changes: a file of thousands would take long. */
const most = 500;

const owning = /\b(?:chown|chgrp)\b/;
const moding = /\bchmod\b/;
/** Access lists are kept in the mode; chown takes away capabilities, as it does with the bits for set-user-ID. */
const besides = /\b(?:setfacl|setcap|chattr)\b/;
const setsId = /^[1-7][0-7]{3}$|[-+=][rwxXt]*s/;
const named = /perm|chown|chmod|owner/i;

function mayChange(dockerfile: Dockerfile, placed: PlacedCommand, change: RecursiveChange): boolean {
  const { command } = placed;
  const { name } = change.placed.command;
  if (name === 'chown' && changesAccounts(command)) return true;
  if (command.name === 'chown' || command.name === 'chgrp' || command.name === 'chmod')
    return (
      isOfKind(command.name, command.arguments, name) &&
      !saysTheSame(command, change.placed.command) &&
      meets(targetPlaces(dockerfile, placed), change)
    );
  const words = [command.nameWord, ...command.arguments].map(({ raw }) => raw);
  const says = words.some((word) => isOfKind(word, command.arguments, name));
  if (command.name === 'find') return says && meets(removedPlaces(dockerfile, placed), change);
  return says || named.test(command.name) || isGiven(dockerfile, placed, change);
}

/** Whether a program changes what the change does; a mode matters to chown where it sets the user ID. */
function isOfKind(program: string, words: readonly CommandWord[], change: string): boolean {
  if (besides.test(program)) return true;
  if (change === 'chmod') return moding.test(program);
  if (owning.test(program)) return true;
  return moding.test(program) && words.some(({ value, literal }) => !literal || setsId.test(value));
}

/** The same owner or mode, on whatever: said before or after, it comes to the same. */
function saysTheSame(command: ShellCommand, change: ShellCommand): boolean {
  const { operands, values } = ownershipWords(command);
  const [one] = operands;
  const [other] = ownershipWords(change).operands;
  return command.name === change.name && values.size === 0 && one?.literal === true && one.value === other?.value;
}

/** A name may stand for another number afterwards. */
function changesAccounts({ name, arguments: words, redirects }: ShellCommand): boolean {
  if (/^(?:user|group)del$|^del(?:user|group)$/.test(name)) return true;
  if (/^(?:user|group)mod$/.test(name))
    return words.some(({ value }) => /^-[a-zA-Z]*[ugln]|^--(?:uid|gid|login|new-name)/.test(value));
  const written = [
    ...words,
    ...redirects.flatMap(({ target, operator }) => (target && operator !== '<' ? target : [])),
  ];
  return !/^(?:cat|grep)$/.test(name) && written.some(({ value }) => /^\/etc\/(?:passwd|group)$/.test(value));
}

interface Place {
  readonly path: string;
}

/** What lies in, above or at what is copied; places that are not known may do so. */
function meets(places: readonly Place[] | undefined, { copies }: RecursiveChange): boolean {
  return copies.some(
    ({ destination }) =>
      destination === undefined ||
      places === undefined ||
      places.some(({ path }) => liesIn(path, destination) || liesIn(destination, path)),
  );
}

function targetPlaces(dockerfile: Dockerfile, placed: PlacedCommand): readonly Place[] | undefined {
  const { command } = placed;
  if (command.wrappers.includes('xargs')) return undefined;
  const { operands, values } = ownershipWords(command);
  const directory = directoryOf(dockerfile, placed);
  const places = (values.has('--reference') ? operands : operands.slice(1)).map((word) =>
    word.literal ? placeOf(directory, word, false) : placeNamed(dockerfile, placed, word),
  );
  const known = places.flatMap((place) => place ?? []);
  return known.length === places.length ? known : undefined;
}

/** Of a word with variables that the file itself sets. */
function placeNamed(dockerfile: Dockerfile, placed: PlacedCommand, word: CommandWord): Place | undefined {
  const { instruction } = placed;
  const assigned = dockerfile.script(instruction)?.assigned ?? [];
  if (assigned.some(({ name }) => word.variables.includes(name))) return undefined;
  const value = expanded(word, environmentAt(dockerfile, instruction), dockerfile.syntax.escape);
  if (value === undefined || /[*?[{~\s]/.test(value)) return undefined;
  const path = absolutePath(directoryOf(dockerfile, placed), value);
  return path === undefined ? undefined : { path };
}

/** A program that is not known, given a path by a variable: what it does there is not known either. */
function isGiven(dockerfile: Dockerfile, placed: PlacedCommand, change: RecursiveChange): boolean {
  const { command } = placed;
  if (harmless.test(command.name)) return false;
  return command.arguments.some((word) => {
    if (word.literal || !/^(?:-{1,2}[\w-]+=)?["']?\$/.test(word.raw)) return false;
    const place = placeNamed(dockerfile, placed, { ...word, value: word.value.replace(/^-{1,2}[\w-]+=/, '') });
    return place !== undefined && place.path !== '/' && meets([place], change);
  });
}

const harmless = /^(?:mkdir|touch|cd|export|test|\[|\[\[|ls|echo|printf|rm|rmdir|useradd|adduser)$/;
