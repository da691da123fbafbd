import type { Fix } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { insertAfter } from '../../dockerfile/edit.ts';
import type { Instruction } from '../../dockerfile/instruction.ts';
import { isEditableRun, linkOf, skipBlank, standsAlone } from '../../dockerfile/run-chain.ts';
import type { ShellCommand } from '../../dockerfile/shell.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { archiveUse } from '../../repairs/archive-use.ts';

/** A download or archive that no command of the RUN needs any more. */
const archive = /\.(?:tar|tgz|tbz2?|txz|tar\.(?:gz|bz2|xz|zst|lz4)|zip|gz|bz2|xz|deb|rpm)$/i;

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'A downloaded archive stays in the layer after it was unpacked',
  why: 'The archive is stored and pulled beside its own content; a later RUN can hide it but not take it out.',
  remedy: 'Delete it in the same RUN, or pipe the download into tar.',
  peers: ['parfum:tarSomethingRmTheSomething'],
  check({ dockerfile, project }, { report }) {
    const shipped = new Set(shippedStages(project, dockerfile));
    for (const { command, instruction, stage } of dockerfile.commandsNamed('tar', 'unzip', 'dpkg', 'rpm')) {
      if (stage === undefined || !shipped.has(stage)) continue;
      const commands = dockerfile.script(instruction)?.commands ?? [];
      const file = unpacked(command);
      if (file === undefined || !fetchedBefore(commands, command, file) || removedAfter(commands, command, file))
        continue;
      const fix = deleteBehind(dockerfile, instruction, stage, command, file);
      report({
        at: command.range,
        message: `${file} stays in this layer beside what was unpacked from it.`,
        ...(fix && { fix }),
      });
    }
  },
});

/** Deletes the archive directly behind the command that unpacks it. */
function deleteBehind(
  dockerfile: Dockerfile,
  instruction: Instruction,
  stage: Stage,
  command: ShellCommand,
  file: string,
): Fix | undefined {
  const word = command.arguments.find(({ value }) => value === file);
  if (word === undefined || !isEditableRun(dockerfile, instruction) || !standsAlone(command)) return undefined;
  const isLast = skipBlank(dockerfile, instruction, command.range.end, 'forward') >= instruction.range.end;
  const behind = linkOf(dockerfile, instruction, command, 'behind');
  if (!isLast && behind === undefined) return undefined;
  // Under `set -e`, a failure before `&&` ends nothing.
  const isStrict = dockerfile.script(instruction)?.options.has('errexit') === true;
  const joint = isStrict && behind?.operator === ';' ? '; ' : ' && ';
  if (command.place.after === '||' || command.wrappers.length > 0) return undefined;
  // Several packages at once, a pattern, or a name that is used again.
  if (command.arguments.some(({ value }) => value !== file && archive.test(value))) return undefined;
  const use = archiveUse(dockerfile, { command, instruction, stage }, stage, file);
  if (use.state === 'fails') return undefined;
  return {
    title: 'Delete it behind the unpacking',
    changes: { edits: [insertAfter(dockerfile, command.range, `${joint}rm ${word.raw}`)] },
    assumptions: [use],
  };
}

/** The archive that a command reads, when it stands literally. */
function unpacked(command: ShellCommand): string | undefined {
  const extracts =
    command.name !== 'tar' ||
    command.arguments.some(
      ({ value }, at) =>
        value === '--extract' ||
        value === '-x' ||
        (at === 0 && /^-?[a-zA-Z]*x[a-zA-Z]*$/.test(value)) ||
        /^-[a-zA-Z]*x[a-zA-Z]*$/.test(value),
    );
  if (!extracts) return undefined;
  return command.arguments.find(
    ({ value, raw }) => archive.test(value) && !/[*?`]|\$\(/.test(raw) && !/^https?:/.test(value),
  )?.value;
}

function fetchedBefore(commands: readonly ShellCommand[], command: ShellCommand, file: string): boolean {
  const base = file.slice(file.lastIndexOf('/') + 1);
  return commands
    .slice(0, commands.indexOf(command))
    .some(
      ({ name, arguments: words, redirects }) =>
        (name === 'curl' || name === 'wget') &&
        (words.some(({ value }) => value === file || value.endsWith(`/${base}`) || value === base) ||
          redirects.some(({ target }) => target?.value === file)),
    );
}

/** Deleted, moved or left to a directory that goes as a whole, or to a cleaning that cannot be followed. */
function removedAfter(commands: readonly ShellCommand[], command: ShellCommand, file: string): boolean {
  const base = file.slice(file.lastIndexOf('/') + 1);
  const directory = file.slice(0, Math.max(0, file.lastIndexOf('/')));
  return commands.slice(commands.indexOf(command) + 1).some(({ name, arguments: words }) => {
    if (name === 'mv' || name === 'find' || name === 'unlink' || name === 'shred') return true;
    if (name !== 'rm') return false;
    return words.some(
      ({ value }) =>
        value === file ||
        value.endsWith(base) ||
        /[*?$]/.test(value) ||
        (directory !== '' && (value === directory || directory.startsWith(`${value.replace(/\/$/, '')}/`))) ||
        value === '.',
    );
  });
}
