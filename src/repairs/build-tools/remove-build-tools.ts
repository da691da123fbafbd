import { enumerate } from '../../core/enumerate.ts';
import type { Assumption, Fix } from '../../core/fix.ts';
import { appendCommand, lineSeparator } from '../../dockerfile/append-command.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { insertAfter, insertBefore } from '../../dockerfile/edit.ts';
import type { Instruction, RunInstruction } from '../../dockerfile/instruction.ts';
import { type PlacedPackageCommand, packageCommands } from '../../dockerfile/package-commands.ts';
import { isEditableRun, linkOf, scriptStart, skipBlank, standsAlone } from '../../dockerfile/run-chain.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { type PackageArgument, type PackageCommand, readPackageCommand } from '../../ecosystems/package-command.ts';
import { baseImageOf } from '../../project/stage-facts.ts';
import { userAt } from '../../project/user-at.ts';
import { runTimeParts } from './run-time-parts.ts';
import { takeOut } from './take-out.ts';
import { needOfProgram, usesOfTools } from './uses-of-tools.ts';

/** A fix, or the clause that says why there is none. */
export type ToolRemoval = { readonly fix: Fix } | { readonly refusal: string };

/** What a repair is made of: the step that installs the tools, and what stays of them. */
interface Subject {
  readonly dockerfile: Dockerfile;
  readonly stage: Stage;
  readonly install: PlacedPackageCommand;
  readonly tools: readonly PackageArgument[];
  /** Libraries that what is compiled loads. */
  readonly libraries: readonly string[];
}

/**
 * Lets build tools be there in the one step that compiles: they are installed and removed in it. Where the step that installs them
 * compiles itself, it removes them at its end; where no step does, they are not installed.
 */
export function removeBuildTools(
  dockerfile: Dockerfile,
  stage: Stage,
  install: PlacedPackageCommand,
  tools: readonly PackageArgument[],
): ToolRemoval {
  const run = install.instruction;
  const { ecosystem } = install.read;
  if (ecosystem !== 'apk' && ecosystem !== 'apt') return { refusal: `${install.read.tool} leaves what came with them` };
  if (install.stage !== stage || dockerfile.stages.some(({ base }) => base.kind === 'stage' && base.stage === stage))
    return { refusal: 'several stages build on each other' };
  const need = needOfProgram(dockerfile, stage);
  if (need !== undefined) return { refusal: need };
  const isPlain = isEditableRun(dockerfile, run) && commandsOf(dockerfile, run).every(isPlaced);
  if (!isPlain || !standsAlone(install.command)) return { refusal: 'the step that installs them is no plain list' };
  // Without the packages that it names a removal may fail.
  const removal = packageCommands(dockerfile).find(
    (placed) =>
      placed.stage === stage &&
      placed.read.action === 'remove' &&
      placed.read.packages.some(({ name, word }) => !word.literal || tools.some((tool) => tool.name === name)),
  );
  if (removal !== undefined) return { refusal: `line ${removal.instruction.line} removes them, without use` };
  const libraries = runTimeParts(install.read, tools, baseImageOf(stage));
  if ('refusal' in libraries) return libraries;
  const { steps, doubtful } = usesOfTools(dockerfile, stage, install.command.range.end);
  const [step, another] = steps;
  if (another !== undefined && step !== undefined)
    return { refusal: `lines ${step.line} and ${another.line} may both compile` };
  const subject = { dockerfile, stage, install, tools, libraries };
  const changes = step === undefined ? leaveOut(subject) : step === run ? removeThere(subject) : moveTo(subject, step);
  if ('refusal' in changes) return changes;
  const later = doubtful.filter(({ range }) => step === undefined || range.start > step.range.start);
  return { fix: { ...changes, assumptions: assumptionsOf(subject, step, later) } };
}

type Changes = Pick<Fix, 'title' | 'changes'> | { readonly refusal: string };

function commandsOf(dockerfile: Dockerfile, instruction: Instruction) {
  return dockerfile.script(instruction)?.commands ?? [];
}

/** Joined by `&&` to what is before it, as far as it is not within something else. */
function isPlaced({ place }: ReturnType<typeof commandsOf>[number]): boolean {
  return place.inside.length > 0 || place.after === undefined || place.after === '&&' || place.after === ';';
}

function names(tools: readonly PackageArgument[]): string {
  const all = tools.map(({ name }) => name);
  return all.length > 3 ? `${all.slice(0, 2).join(', ')} and ${all.length - 2} more` : enumerate(all);
}

/** No step needs them. */
function leaveOut({ dockerfile, install, tools, libraries }: Subject): Changes {
  const out = takeOut(dockerfile, install, tools, libraries, undefined);
  return out === undefined
    ? { refusal: 'the words of the step cannot be taken apart' }
    : { title: `Leave out ${names(tools)}, which no step uses`, changes: { edits: out } };
}

/** The step that installs them compiles, too. */
function removeThere({ dockerfile, install, tools, libraries }: Subject): Changes {
  const run = install.instruction;
  const { read, command } = install;
  const virtual = read.virtual ?? setName(dockerfile);
  const isAll = tools.length === read.packages.length;
  const removal = read.ecosystem === 'apk' ? `apk del ${virtual}` : purge(tools);
  const end = appendCommand(dockerfile, run, removal);
  const title = `Remove ${names(tools)} at the end of the step that needs ${tools.length === 1 ? 'it' : 'them'}`;
  if (end === undefined) return { refusal: 'nothing can be put at the end of the step' };
  const more = libraries.length === 0 ? '' : ` ${libraries.join(' ')}`;
  if (read.ecosystem === 'apt') {
    const last = read.packages.at(-1);
    const edits = last === undefined || more === '' ? [end] : [insertAfter(dockerfile, last.word.range, more), end];
    return { title, changes: { edits } };
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

/** A later step compiles: they are installed and removed there. */
function moveTo({ dockerfile, stage, install, tools, libraries }: Subject, step: Instruction): Changes {
  const isPlain =
    step.name === 'RUN' &&
    isEditableRun(dockerfile, step) &&
    commandsOf(dockerfile, step).every(({ place }) => place.inside.length > 0 || place.after !== ';');
  if (!isPlain) return { refusal: `line ${step.line}, which may compile, is no plain list of commands` };
  if (userAt(dockerfile, stage, step).value !== userAt(dockerfile, stage, install.instruction).value)
    return { refusal: `line ${step.line}, which may compile, runs as another user` };
  const own = ownSet(dockerfile, step);
  if (own !== undefined) return addToSet({ dockerfile, stage, install, tools, libraries }, step, own);
  const separator = separatorOf(dockerfile, step);
  const removal = install.read.ecosystem === 'apk' ? `apk del ${setName(dockerfile)}` : purge(tools, headers(tools));
  const lists = install.read.ecosystem === 'apt' ? `${separator}rm -rf /var/lib/apt/lists/*` : '';
  const end = appendCommand(dockerfile, step, removal);
  if (end === undefined) return { refusal: `nothing can be put at the end of line ${step.line}` };
  const out = takeOut(dockerfile, install, tools, libraries, step);
  if (out === undefined) return { refusal: 'the words of the step that installs them cannot be taken apart' };
  const start = scriptStart(dockerfile, step);
  const begin = insertBefore(dockerfile, { start, end: start }, `${addition(dockerfile, install, tools)}${separator}`);
  const edits = [...out, begin, { ...end, replacement: `${separator}${removal}${lists}` }];
  return {
    title: `Install ${names(tools)} in the step that needs ${tools.length === 1 ? 'it' : 'them'}, and remove ${tools.length === 1 ? 'it' : 'them'} there`,
    changes: { edits },
  };
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
  { dockerfile, install, tools, libraries }: Subject,
  step: Instruction,
  { packages, virtual }: PackageCommand,
): Changes {
  const out = takeOut(dockerfile, install, tools, libraries, step);
  const [first] = packages;
  if (out === undefined || first === undefined || install.read.ecosystem !== 'apk')
    return { refusal: 'the words of the step that installs them cannot be taken apart' };
  const added = tools.map(({ word }) => word.raw).join(' ');
  return {
    title: `Install ${names(tools)} with ${virtual ?? ''}, which is removed in its step`,
    changes: { edits: [...out, insertBefore(dockerfile, first.word.range, `${added} `)] },
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
  return `apt-get update && apt-get install -y --no-install-recommends ${[...words, ...headers(tools)].join(' ')}`;
}

/** gcc only recommends the headers without which it compiles nothing. */
function headers(tools: readonly PackageArgument[]): readonly string[] {
  const has = (name: string) => tools.some((tool) => tool.name === name);
  return has('gcc') && !has('build-essential') && !has('libc6-dev') && !has('libc-dev') && !has('g++')
    ? ['libc6-dev']
    : [];
}

function purge(tools: readonly PackageArgument[], more: readonly string[] = []): string {
  return `apt-get purge -y --auto-remove ${[...tools.map(({ name }) => name), ...more].join(' ')}`;
}

function assumptionsOf(
  { install, tools, libraries }: Subject,
  step: Instruction | undefined,
  doubtful: readonly Instruction[],
): Assumption[] {
  const lines = enumerate(doubtful.map(({ line }) => String(line)));
  const later = doubtful.length === 0 ? '' : `, or ${doubtful.length === 1 ? 'line' : 'lines'} ${lines}`;
  const openMp =
    install.read.ecosystem === 'apt' && tools.some(({ name }) => /^(?:gcc|g\+\+|build-essential|gfortran)/.test(name))
      ? ' libgomp1 (OpenMP) goes with the compiler, too.'
      : '';
  return [
    {
      statement: `${step === undefined ? 'Nothing' : `Nothing behind line ${step.line}`} compiles.`,
      state: 'unknown',
      question: `Does the program${later} compile something when it runs, or need ${names(tools)}? A build and a start of both settle it.${openMp}`,
    },
    {
      statement:
        libraries.length === 0
          ? 'No library that is loaded goes with them.'
          : `The libraries that are loaded stay: ${enumerate(libraries)}.`,
      state: 'holds',
    },
  ];
}
