import { enumerate } from '../../core/enumerate.ts';
import type { Fix, TextEdit } from '../../core/fix.ts';
import { addPackages } from '../../dockerfile/add-packages.ts';
import { appendCommand, lineSeparator } from '../../dockerfile/append-command.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { insertAfter, insertBefore } from '../../dockerfile/edit.ts';
import type { Instruction, RunInstruction } from '../../dockerfile/instruction.ts';
import type { PlacedPackageCommand } from '../../dockerfile/package-commands.ts';
import { isEditableRun, linkOf, scriptStart, skipBlank } from '../../dockerfile/run-chain.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { type PackageArgument, type PackageCommand, readPackageCommand } from '../../ecosystems/package-command.ts';
import { userAt } from '../../project/user-at.ts';
import { takeOut } from './take-out.ts';

/** What a repair is made of: the step that installs the tools, and what stays of them. */
export interface ToolSubject {
  readonly dockerfile: Dockerfile;
  readonly stage: Stage;
  readonly install: PlacedPackageCommand;
  readonly tools: readonly PackageArgument[];
  /** Libraries that what is compiled loads. */
  readonly libraries: readonly string[];
}

/** The edits, or the clause that says why there are none. */
export type ToolChanges = Pick<Fix, 'title' | 'changes'> | { readonly refusal: string };

/** The commands of a step. */
export function commandsOf(dockerfile: Dockerfile, instruction: Instruction) {
  return dockerfile.script(instruction)?.commands ?? [];
}

/** The names of packages for a title. */
export function names(tools: readonly PackageArgument[]): string {
  const all = tools.map(({ name }) => name);
  return all.length > 3 ? `${all.slice(0, 2).join(', ')} and ${all.length - 2} more` : enumerate(all);
}

/** No step needs them. */
export function leaveOut({ dockerfile, install, tools, libraries }: ToolSubject): ToolChanges {
  const out = takeOut(dockerfile, install, tools, libraries, undefined);
  return out === undefined
    ? { refusal: 'the words of the step cannot be taken apart' }
    : {
        title:
          libraries.length === 0
            ? `Leave out ${names(tools)}, which no step uses`
            : `Install ${enumerate(libraries)} in the place of ${names(tools)}, which no step uses`,
        changes: { edits: out },
      };
}

/** The step that installs them compiles, too: they are removed at its end, or at that of the last one that is joined to it. */
export function removeThere(
  { dockerfile, install, tools, libraries }: ToolSubject,
  last?: RunInstruction,
): ToolChanges {
  const run = install.instruction;
  const { read, command } = install;
  const virtual = read.virtual ?? setName(dockerfile);
  const isAll = tools.length === read.packages.length;
  const removal = read.ecosystem === 'apk' ? `apk del ${virtual}` : remove(read, tools);
  const appended = appendCommand(dockerfile, last ?? run, removal);
  const end =
    appended && last !== undefined
      ? { ...appended, replacement: `${separatorOf(dockerfile, last)}${removal}` }
      : appended;
  const title = `Remove ${names(tools)} at the end of the step that needs ${tools.length === 1 ? 'it' : 'them'}`;
  if (end === undefined) return { refusal: 'nothing can be put at the end of the step' };
  const more = libraries.length === 0 ? '' : ` ${libraries.join(' ')}`;
  if (read.ecosystem !== 'apk') {
    return { title, changes: { edits: [...addPackages(dockerfile, read, libraries), end] } };
  }
  if (read.virtual !== undefined && !isAll) return { refusal: `${read.virtual} holds what the program needs, too` };
  const separator = lineSeparator(dockerfile, run);
  if (isAll) {
    const at = read.subcommand;
    if (at === undefined) return { refusal: 'the words of the step cannot be taken apart' };
    const kept = more === '' ? [] : [insertAfter(dockerfile, command.range, `${separator}apk add --no-cache${more}`)];
    const named = read.virtual === undefined ? [insertAfter(dockerfile, at.range, ` --virtual ${virtual}`)] : [];
    return { title, changes: { edits: [...named, ...kept, end] } };
  }
  const out = takeOut(dockerfile, install, tools, libraries, undefined);
  if (out === undefined) return { refusal: 'the words of the step cannot be taken apart' };
  const behind = linkOf(dockerfile, run, command, 'behind');
  if (behind === undefined) return { refusal: 'the step that installs them is no plain list' };
  const next = skipBlank(dockerfile, run, behind.range.end, 'forward');
  const again = insertBefore(
    dockerfile,
    { start: next, end: next },
    `${addition(dockerfile, install, tools)}${separator}`,
  );
  return { title, changes: { edits: [...out, again, end] } };
}

/** A later step compiles: they are installed and removed there, or removed at the end of the last one that is joined to it. */
export function moveTo(subject: ToolSubject, step: Instruction, last = step): ToolChanges {
  const { dockerfile, install, tools, libraries } = subject;
  const own = step === last ? ownSet(dockerfile, step) : undefined;
  if (own !== undefined) return addToSet(subject, step, own);
  const there = installThere(subject, step, last);
  if ('refusal' in there) return there;
  const out = takeOut(dockerfile, install, tools, libraries, step);
  if (out === undefined) return { refusal: 'the words of the step that installs them cannot be taken apart' };
  return {
    title: `Install ${names(tools)} in the step that needs ${tools.length === 1 ? 'it' : 'them'}, and remove ${tools.length === 1 ? 'it' : 'them'} there`,
    changes: { edits: [...out, ...there.edits] },
  };
}

/** The edits that install the tools at the begin of a step and remove them at its end, or at that of the last one joined to it. */
export function installThere(
  { dockerfile, stage, install, tools }: ToolSubject,
  step: Instruction,
  last = step,
): { readonly edits: readonly TextEdit[] } | { readonly refusal: string } {
  for (const each of [step, last]) {
    if (!isPlainStep(dockerfile, each))
      return { refusal: `line ${each.line}, which may compile, is no plain list of commands` };
    if (userAt(dockerfile, stage, each).value !== userAt(dockerfile, stage, install.instruction).value)
      return { refusal: `line ${each.line}, which may compile, runs as another user` };
  }
  if (!isPlainStep(dockerfile, step) || !isPlainStep(dockerfile, last)) return { refusal: 'it is no plain list' };
  const removal =
    install.read.ecosystem === 'apk' ? `apk del ${setName(dockerfile)}` : remove(install.read, tools, headers(tools));
  const separator = separatorOf(dockerfile, last);
  const lists = {
    apt: `${separator}rm -rf /var/lib/apt/lists/*`,
    rpm: `${separator}${install.read.tool} clean all`,
  };
  const cleaned =
    install.read.ecosystem === 'apt' || install.read.ecosystem === 'rpm' ? lists[install.read.ecosystem] : '';
  const end = appendCommand(dockerfile, last, removal);
  if (end === undefined) return { refusal: `nothing can be put at the end of line ${last.line}` };
  const start = scriptStart(dockerfile, step);
  const behind = step === last ? separator : separatorOf(dockerfile, step);
  const begin = insertBefore(dockerfile, { start, end: start }, `${addition(dockerfile, install, tools)}${behind}`);
  return { edits: [begin, { ...end, replacement: `${separator}${removal}${cleaned}` }] };
}

function isPlainStep(dockerfile: Dockerfile, step: Instruction): step is RunInstruction {
  return (
    step.name === 'RUN' &&
    isEditableRun(dockerfile, step) &&
    commandsOf(dockerfile, step).every(({ place }) => place.inside.length > 0 || place.after !== ';')
  );
}

/** `apk add --virtual` of packages that the step removes again. */
function ownSet(dockerfile: Dockerfile, step: Instruction) {
  const reads = commandsOf(dockerfile, step).flatMap((command) => readPackageCommand(command) ?? []);
  return reads.find(
    ({ virtual, action, ecosystem }) =>
      ecosystem === 'apk' &&
      action === 'install' &&
      virtual !== undefined &&
      reads.some((each) => each.action === 'remove' && each.packages.some(({ name }) => name === virtual)),
  );
}

/** The step has such a set already. */
function addToSet(
  { dockerfile, install, tools, libraries }: ToolSubject,
  step: Instruction,
  { packages, virtual }: PackageCommand,
): ToolChanges {
  const out = takeOut(dockerfile, install, tools, libraries, step);
  if (out === undefined || packages.length === 0 || install.read.ecosystem !== 'apk')
    return { refusal: 'the words of the step that installs them cannot be taken apart' };
  const added = tools.map(({ word }) => word.raw);
  return {
    title: `Install ${names(tools)} with ${virtual ?? ''}, which is removed in its step`,
    changes: { edits: [...out, ...addPackages(dockerfile, { packages }, added)] },
  };
}

/** A line of its own for each command, as the step breaks its lines or as most do. */
function separatorOf(dockerfile: Dockerfile, step: RunInstruction): string {
  const written = lineSeparator(dockerfile, step);
  const eol = dockerfile.text.includes('\r\n') ? '\r\n' : '\n';
  return written === ' && ' ? ` ${dockerfile.syntax.escape}${eol}    && ` : written;
}

function setName({ text }: Dockerfile): string {
  return ['.build-deps', '.build-tools', '.compilers'].find((name) => !text.includes(name)) ?? '.build-packages';
}

function addition(dockerfile: Dockerfile, { read }: PlacedPackageCommand, tools: readonly PackageArgument[]): string {
  const words = tools.map(({ word }) => word.raw);
  if (read.ecosystem === 'apk') {
    const repositories = read.flags.filter(({ name }) => name === 'repository').map(({ value }) => value);
    const more = repositories.map((value) => ` --repository ${value ?? ''}`).join('');
    return `apk add --no-cache${more} --virtual ${setName(dockerfile)} ${words.join(' ')}`;
  }
  if (read.ecosystem === 'rpm') return `${read.tool} install -y ${words.join(' ')}`;
  return `apt-get update && apt-get install -y --no-install-recommends ${[...words, ...headers(tools)].join(' ')}`;
}

/** gcc only recommends the headers without which it compiles nothing. */
function headers(tools: readonly PackageArgument[]): readonly string[] {
  const has = (name: string) => tools.some((tool) => tool.name === name);
  return has('gcc') && !has('build-essential') && !has('libc6-dev') && !has('libc-dev') && !has('g++')
    ? ['libc6-dev']
    : [];
}

function remove(
  { ecosystem, tool }: PackageCommand,
  tools: readonly PackageArgument[],
  more: readonly string[] = [],
): string {
  if (ecosystem === 'rpm') return `${tool} remove -y ${tools.map(({ name }) => name).join(' ')}`;
  return `apt-get purge -y --auto-remove ${[...tools.map(({ name }) => name), ...more].join(' ')}`;
}
