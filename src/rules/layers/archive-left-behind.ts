import type { Fix } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { insertAfter } from '../../dockerfile/edit.ts';
import type { Instruction } from '../../dockerfile/instruction.ts';
import { isEditableRun, linkOf, skipBlank, standsAlone } from '../../dockerfile/run-chain.ts';
import type { ShellCommand, ShellScript } from '../../dockerfile/shell.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { archiveUse } from '../../repairs/archive-use.ts';

/** A download or archive that no command of the RUN needs any more. */
const archive = /\.(?:tar|tgz|tbz2?|txz|tar\.(?:gz|bz2|xz|zst|lz4)|zip|gz|bz2|xz|deb|rpm)$/i;

/** To make a fix takes a look at all that follows: no person wrote a file that asks for more of them. */
const mostFixes = 50;

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'A downloaded archive stays in the layer after it was unpacked',
  why: 'The archive is stored and pulled beside its own content; a later RUN can hide it but not take it out.',
  remedy: 'Delete it in the same RUN, or pipe the download into tar.',
  peers: ['parfum:tarSomethingRmTheSomething'],
  check({ dockerfile, project }, { report }) {
    const shipped = new Set(shippedStages(project, dockerfile));
    let fixes = 0;
    for (const { command, instruction, stage } of dockerfile.commandsNamed('tar', 'unzip', 'dpkg', 'rpm')) {
      if (stage === undefined || !shipped.has(stage)) continue;
      const file = unpacked(command);
      if (file === undefined) continue;
      const script = dockerfile.script(instruction);
      const files = script && filesOf(script);
      if (!files?.isFetchedBefore(command, file) || files.isRemovedAfter(command, file)) continue;
      const fix = fixes++ < mostFixes ? deleteBehind(dockerfile, instruction, stage, command, file) : undefined;
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

/** What a step does with files beside unpacking them. */
interface StepFiles {
  isFetchedBefore(unpacking: ShellCommand, file: string): boolean;
  isRemovedAfter(unpacking: ShellCommand, file: string): boolean;
}

const known = new WeakMap<ShellScript, StepFiles>();

/** Read once for a step: it can unpack thousands of archives. */
function filesOf(script: ShellScript): StepFiles {
  let files = known.get(script);
  if (files === undefined) {
    files = readFiles(script.commands);
    known.set(script, files);
  }
  return files;
}

function readFiles(commands: readonly ShellCommand[]): StepFiles {
  const order = new Map(commands.map((command, at) => [command, at]));
  const fetched = fetchedFiles(commands);
  const removed = removedFiles(commands);
  return {
    isFetchedBefore(unpacking, file) {
      const at = order.get(unpacking) ?? 0;
      return Math.min(fetched.byName.get(baseOf(file)) ?? at, fetched.redirected.get(file) ?? at) < at;
    },
    isRemovedAfter(unpacking, file) {
      const at = order.get(unpacking) ?? 0;
      if (removed.unseen > at || (removed.names.get(baseOf(file)) ?? at) > at) return true;
      return directoriesOf(file).some((directory) => (removed.paths.get(directory) ?? at) > at);
    },
  };
}

/** The first command that fetches a file, by the name that its address or an option ends with, and by where its output goes. */
function fetchedFiles(commands: readonly ShellCommand[]) {
  const byName = new Map<string, number>();
  const redirected = new Map<string, number>();
  for (const [at, { name, arguments: words, redirects }] of commands.entries()) {
    if (name !== 'curl' && name !== 'wget') continue;
    for (const { value } of words) if (!byName.has(baseOf(value))) byName.set(baseOf(value), at);
    for (const { target } of redirects) if (target && !redirected.has(target.value)) redirected.set(target.value, at);
  }
  return { byName, redirected };
}

/** The last command that deletes a file, by its name and by its path; `unseen`: that moves or deletes what cannot be followed. */
function removedFiles(commands: readonly ShellCommand[]) {
  const names = new Map<string, number>();
  const paths = new Map<string, number>();
  let unseen = -1;
  for (const [at, { name, arguments: words }] of commands.entries()) {
    if (name === 'mv' || name === 'find' || name === 'unlink' || name === 'shred') unseen = at;
    if (name !== 'rm') continue;
    for (const { value } of words) {
      if (value === '.' || /[*?$]/.test(value)) unseen = at;
      names.set(baseOf(value), at);
      paths.set(value.replace(/\/$/, ''), at);
    }
  }
  return { names, paths, unseen };
}

/** The directories that a file lies in, '' for the root. */
function directoriesOf(file: string): readonly string[] {
  const directories: string[] = [];
  for (let at = file.indexOf('/'); at !== -1; at = file.indexOf('/', at + 1)) directories.push(file.slice(0, at));
  return directories;
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
