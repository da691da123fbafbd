import type { CommandWord } from '../core/command-line.ts';
import type { Assumption, TextEdit } from '../core/fix.ts';
import type { Dockerfile, PlacedCommand } from '../dockerfile/dockerfile.ts';
import { insertAfter, replace } from '../dockerfile/edit.ts';
import { environmentAt } from '../dockerfile/environment.ts';
import type { CopyInstruction, Instruction } from '../dockerfile/instruction.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { frontendKnows } from '../project/frontend.ts';
import { ownershipWords } from '../project/ownership.ts';
import type { Project } from '../project/project.ts';
import { accountCommands, namesMade, ownerKnown } from './known-user.ts';
import { type MovedAccounts, moveAccounts } from './move-accounts.ts';
import type { RecursiveChange } from './own-where-copied.ts';

/** A flag that copied files are given, in place of a command that changes them afterwards. */
export interface FlagChange {
  readonly text: string;
  readonly edits: readonly TextEdit[];
  readonly assumptions: readonly Assumption[];
  readonly moved?: MovedAccounts;
}

/** `--chown=` as the command has it: a user without group keeps the group that COPY gives, which is that of root. */
export function ownerFlag(dockerfile: Dockerfile, stage: Stage, change: RecursiveChange): FlagChange | undefined {
  const { placed, copies } = change;
  const word = ownershipWords(placed.command).operands[0];
  if (word === undefined) return undefined;
  const written = word.raw.replace(/^(["'])(.*)\1$/, '$2');
  const owner = ownerText(word.literal ? word.value : written);
  if (owner === undefined) return undefined;
  if (
    !/:/.test(owner) &&
    copies.some(({ instruction }) => instruction.from !== undefined || instruction.chown !== undefined)
  )
    return undefined;
  const full = owner.includes(':') ? owner : `${owner}:0`;
  const first = copies[0]?.instruction;
  if (first === undefined || !sameVariables(dockerfile, word, first, placed)) return undefined;
  if (copies.some(({ instruction }) => instruction.link) && !/^\d+:\d+$/.test(full)) return undefined;
  const name = word.literal ? owner : expandedOwner(dockerfile, placed, owner);
  const exists = name === undefined ? 'unknown' : ownerKnown(dockerfile, stage, name, first);
  const edits = copies.map(({ instruction }) => setFlag(dockerfile, instruction, 'chown', full));
  const result = { text: `--chown=${full}`, edits };
  const statement = 'The user and the group exist where the files are copied.';
  if (exists === 'holds') return { ...result, assumptions: [{ statement, state: 'holds' }] };
  const late = accountCommands(dockerfile, stage).filter(
    (each) =>
      each.stage === stage &&
      each.command.range.start > first.range.start &&
      name?.split(':').some((part) => namesMade(dockerfile, each).includes(part)),
  );
  if (late.length > 0) {
    const moved = moveAccounts(dockerfile, stage, first, late, change);
    return moved && { ...result, moved, assumptions: [{ statement, state: 'holds' }] };
  }
  const question = `Do the user and the group ${name ?? full} exist in the image before line ${first.line}?`;
  return { ...result, assumptions: [{ statement, state: 'unknown', question }] };
}

/** `user`, `user:group`, `user.group`; undefined for the forms that COPY does not know. */
function ownerText(written: string): string | undefined {
  const text = /^[a-z_][\w-]*\.[a-z_][\w-]*$/i.test(written) ? written.replace('.', ':') : written;
  const part = '(?:[\\w-]+|\\$\\{?[A-Za-z_]\\w*\\}?)';
  if (new RegExp(`^${part}(?::${part})?$`).test(text)) return text;
  // `:group` leaves the user, which is root for what COPY brings.
  return new RegExp(`^:${part}$`).test(text) ? `0${text}` : undefined;
}

function expandedOwner(dockerfile: Dockerfile, { instruction }: PlacedCommand, owner: string): string | undefined {
  const scope = environmentAt(dockerfile, instruction);
  let isKnown = true;
  const value = owner.replace(/\$\{?(\w+)\}?/g, (_, name: string) => {
    const found = scope.get(name);
    isKnown &&= found !== undefined;
    return found ?? '';
  });
  return isKnown ? value : undefined;
}

/** A variable means the same for the COPY as for the shell of the RUN. */
function sameVariables(
  dockerfile: Dockerfile,
  word: CommandWord,
  copy: Instruction,
  { instruction }: PlacedCommand,
): boolean {
  const assigned = dockerfile.script(instruction)?.assigned ?? [];
  return word.variables.every((name) => {
    const there = environmentAt(dockerfile, copy).declaration(name);
    return (
      there !== undefined &&
      there === environmentAt(dockerfile, instruction).declaration(name) &&
      !assigned.some((each) => each.name === name)
    );
  });
}

/** `--chmod=` for an octal mode, which COPY gives to files and directories alike, as chmod -R does. */
export function modeFlag(
  project: Project,
  dockerfile: Dockerfile,
  { placed, copies }: RecursiveChange,
): FlagChange | undefined {
  const mode = ownershipWords(placed.command).operands[0];
  if (placed.command.name !== 'chmod' || mode === undefined || !/^0?[0-7]{3}$/.test(mode.value)) return undefined;
  if (copies.some(({ instruction }) => instruction.chmod !== undefined)) return undefined;
  const feature = copies.some(({ instruction }) => instruction.name === 'ADD') ? 'ADD --chmod' : 'COPY --chmod';
  return {
    text: `--chmod=${mode.value}`,
    edits: copies.map(({ instruction }) => setFlag(dockerfile, instruction, 'chmod', mode.value)),
    assumptions: [frontendKnows(project, dockerfile, feature)],
  };
}

function setFlag(dockerfile: Dockerfile, copy: CopyInstruction, name: 'chown' | 'chmod', value: string): TextEdit {
  const before = copy.flags.find((flag) => flag.name === name);
  return before
    ? replace(dockerfile, before.range, `--${name}=${value}`)
    : insertAfter(dockerfile, copy.keyword.range, ` --${name}=${value}`);
}
