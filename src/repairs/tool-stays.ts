import type { CommandLine } from '../core/command-line.ts';
import type { Dockerfile, PlacedCommand } from '../dockerfile/dockerfile.ts';
import { mayHold, removedPlaces, removing } from './removed-places.ts';

/** May lead the shell to another program of the same name. */
const changesPrograms = /^(?:source|\.|eval|unset|alias|deactivate|activate|nvm|fnm|volta|asdf|mise|n)$/;

/**
 * Whether a tool that a command of a RUN called can be called in the same way at the RUN's end: nothing behind the command removes, moves or
 * covers it, and PATH is not assigned there. `path`: the absolute path by which it was called, undefined for a plain name.
 */
export function toolStays(dockerfile: Dockerfile, placed: PlacedCommand, path: string | undefined): boolean {
  const { command, instruction, stage } = placed;
  const script = dockerfile.script(instruction);
  if (script === undefined) return false;
  if (script.assigned.some(({ name, range }) => name === 'PATH' && range.start > command.range.start)) return false;
  const behind = script.commands.filter(({ range }) => range.start > command.range.start);
  return !behind.some(
    (other) =>
      changesPrograms.test(other.name) ||
      (/^(?:conda|mamba|micromamba)$/.test(other.name) && /activate$/.test(other.arguments[0]?.value ?? '')) ||
      touchesPrograms(other, command.name) ||
      (path !== undefined &&
        removing.test(other.name) &&
        mayHold(removedPlaces(dockerfile, { command: other, instruction, stage }), path)),
  );
}

/** By the look of what a command is told to take, to put somewhere or to write: directories of programs, or the name of the tool. */
function touchesPrograms({ name, arguments: words, redirects }: CommandLine, tool: string): boolean {
  const takes = removing.test(name);
  const puts = /^(?:cp|ln|install|mv|tee|dd|rsync)$/.test(name);
  // The last word of mv is where it puts things: what lies there stays.
  const taken = name === 'mv' ? words.slice(0, -1) : words;
  if (takes && taken.some(({ value }) => ofPrograms.test(value) || namesTool(value, tool))) return true;
  const given = [...words, ...redirects.flatMap(({ target }) => target ?? [])];
  return given.some(({ value }) => (puts || value.includes('/')) && baseName(value) === tool);
}

/** Where tools lie, and what holds that. */
const ofPrograms = /node_modules|\/s?bin(?:\/|$)|\/opt(?:\/|$)|\/usr\/local(?:\/|$)|^\/(?:usr)?\/?\*?$/;

/** A part of the path is called as the tool is: `/root/.bun`, `composer.phar`, `/usr/lib/node_modules/npm`; or as what it runs in. */
function namesTool(value: string, tool: string): boolean {
  return value
    .split('/')
    .map((part) => part.replace(/^\./, '').replace(/\.phar$/, ''))
    .some((part) => part === tool || /^(?:node|nodejs|nvm|volta)$/.test(part));
}

function baseName(value: string): string {
  return value.slice(value.lastIndexOf('/') + 1);
}
