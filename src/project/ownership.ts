import type { CommandLine, CommandWord } from '../core/command-line.ts';

/** The words of chown, chgrp or chmod. */
export interface OwnershipWords {
  /** What is no option and no option's value: the owner or mode first, then the files. */
  readonly operands: readonly CommandWord[];
  /** Values of the options that take one, by the option's name. */
  readonly values: ReadonlyMap<string, string>;
}

/** https://www.gnu.org/software/coreutils/manual/html_node/chown-invocation.html */
const withValue = new Set(['--from', '--reference']);

/** Takes the words of chown, chgrp or chmod apart. A value may be a word of its own: `--from root:root`. */
export function ownershipWords(command: CommandLine): OwnershipWords {
  const operands: CommandWord[] = [];
  const values = new Map<string, string>();
  let awaits: string | undefined;
  for (const word of command.arguments) {
    if (awaits !== undefined) {
      values.set(awaits, word.value);
      awaits = undefined;
    } else if (withValue.has(word.value)) awaits = word.value;
    else if (word.value.startsWith('-')) {
      const sign = word.value.indexOf('=');
      if (sign !== -1) values.set(word.value.slice(0, sign), word.value.slice(sign + 1));
    } else operands.push(word);
  }
  return { operands, values };
}

/** Whether files of an owner (`user:group`, as COPY --chown has it) are those that `--from` of chown means. */
export function isOwnedBy(from: string, owner: string): boolean {
  const [user = '', group = ''] = from.split(':').map(numbered);
  const [ownUser = '', ownGroup = ownUser === '0' ? '0' : undefined] = owner.split(':').map(numbered);
  return (user === '' || user === ownUser) && (group === '' || ownGroup === undefined || group === ownGroup);
}

function numbered(name: string): string {
  return name === 'root' ? '0' : name;
}
