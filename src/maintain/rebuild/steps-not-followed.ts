import type { Instruction } from '../../dockerfile/instruction.ts';
import type { ShellCommand } from '../../dockerfile/shell.ts';
import { calledAs, type PackageCommand, readPackageCommand } from '../../ecosystems/package-command.ts';
import type { ImageStep, InspectedImage } from '../../project/inspected-image.ts';
import { downloaders, scriptOf, verifiers } from './step-commands.ts';
import { isOtherCache } from './step-mounts.ts';

/** What of a step no prediction follows. */
export interface StepRest {
  /** Why nobody can tell what it would bring now; a package manager's commands are not among them. */
  readonly unknown: readonly string[];
  /** It copies from the build context, or from files of it that are mounted: it brings what the sources say. */
  readonly ofContext: boolean;
}

/** Programs that change files which are there, and fetch nothing. With them alone a step brings what it brought. */
const local: ReadonlySet<string> = new Set(
  (
    ': [ true false test echo printf set cd pwd export unset umask exit rm rmdir mkdir touch chmod chown chgrp ln mv cp cat tee sed grep sort head tail cut tr ' +
    'find dirname basename id groupadd useradd usermod adduser addgroup groupmod deluser delgroup passwd chpasswd ldconfig locale-gen update-locale ' +
    'update-ca-certificates update-alternatives apt-mark sleep sync install read ls date uname mktemp command type which'
  ).split(' '),
);

/** Those that bring what they read. */
const takers: ReadonlySet<string> = new Set('mv cp cat tee sed grep sort head tail cut tr install read'.split(' '));

/** @param image of which `step` is one of its own, not of the base */
export function restOf(image: InspectedImage, step: ImageStep): StepRest {
  const { dockerfile, instruction } = scriptOf(image, step);
  switch (instruction?.name) {
    case 'RUN': {
      const mounted = instruction.mounts.flatMap((mount) => {
        if (mount.options.has('from')) return ['it mounts a stage or another image'];
        return isOtherCache(mount) ? ['it mounts a cache, and what is in it is not known'] : [];
      });
      const script = dockerfile.script(instruction);
      if (script === undefined || script.errors.length > 0 || script.commands.length === 0)
        return { unknown: [...mounted, 'its commands are not understood'], ofContext: false };
      const names = new Set(script.commands.flatMap((command) => notFollowed(command) ?? []));
      const [first] = names;
      const others = names.size > 1 ? ` and ${names.size - 1} more` : '';
      const ran = first === undefined ? [] : [`what «${first}»${others} would bring now is not followed`];
      const isBound = instruction.mounts.some(({ type, options }) => type === 'bind' && !options.has('from'));
      const ofContext = isBound && script.commands.some(({ name }) => takers.has(name));
      return { unknown: [...mounted, ...ran], ofContext };
    }
    case 'COPY':
    case 'ADD':
      return copied(image, step, instruction);
    default:
      // ENV, CMD and their like make no files; a layer that nothing tells of may hold any.
      return {
        unknown: instruction === undefined && step.layer !== undefined ? ['nothing tells how it was made'] : [],
        ofContext: false,
      };
  }
}

function copied(
  { origin }: InspectedImage,
  { written }: ImageStep,
  { name, from, sources }: Extract<Instruction, { name: 'COPY' | 'ADD' }>,
): StepRest {
  const unknown = (why: string): StepRest => ({ unknown: [why], ofContext: false });
  if (origin === undefined || written?.name !== name)
    return unknown('only the Dockerfile tells where it copies from, and it is not known: --dockerfile');
  if (from !== undefined) return unknown(`it copies from ${from.value}, whose own rebuild is not followed`);
  const remote = name === 'ADD' && sources.find(({ value }) => /^[a-z+]+:\/\/|^git@|\.git(?:#|$)|\$/i.test(value));
  return { unknown: [], ofContext: remote === false || remote === undefined };
}

/** A build of Go runs no program of the project. */
function onlyBuilds({ ecosystem, action, subcommand, flags }: PackageCommand): boolean {
  if (ecosystem !== 'go' || flags.some(({ name }) => name === 'toolexec')) return false;
  return action === 'build'
    ? subcommand?.value !== 'generate'
    : ['mod', 'version', 'env'].includes(subcommand?.value ?? '');
}

/** The program's name, where what it does is neither told by a package manager's prediction nor local. */
function notFollowed(command: ShellCommand): string | undefined {
  const { name, arguments: words } = command;
  const read = readPackageCommand(command);
  if (read !== undefined)
    return ['run', 'build', 'other'].includes(read.action) && !local.has(name) && !onlyBuilds(read)
      ? calledAs(read)
      : undefined;
  // What is fetched is told apart: `fetcherOf`.
  if (downloaders.has(name) || verifiers.has(name) || name === 'git') return undefined;
  // Assignments alone.
  if (name === '' && command.nameWord.raw === '' && words.length === 0) return undefined;
  if (!local.has(name)) return name === '' ? command.nameWord.raw : name;
  const at = words.findIndex(({ value }) => /^-(?:exec|execdir|ok|okdir)$/.test(value));
  const run = name === 'find' && at !== -1 ? (words[at + 1]?.value ?? '') : undefined;
  return run === undefined || local.has(run) ? undefined : `find -exec ${run}`;
}
