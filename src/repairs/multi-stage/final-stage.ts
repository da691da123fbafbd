import { literalPattern } from '../../core/literal-pattern.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { commentedStart } from '../../dockerfile/edit-lines.ts';
import { environmentAt } from '../../dockerfile/environment.ts';
import type { EnvInstruction, Instruction } from '../../dockerfile/instruction.ts';
import { liesIn } from '../../project/copied-files.ts';
import { directoryOf } from '../../project/moved-files.ts';
import { expandedValue, isRootUser } from '../../project/stage-facts.ts';
import { runTimePackages } from './run-time-packages.ts';
import type { SplitPlan, SplitSubject } from './split-plan.ts';
import { type CopyStep, isRunTimeSetting, madeDirectories, type RunStep, writtenPaths } from './stage-steps.ts';

/** The new stage's text, and which instructions it takes away from the stage that builds. */
export interface FinalStage {
  readonly lines: readonly string[];
  readonly moved: readonly Instruction[];
  readonly packages: readonly string[];
  /** Packages that fetch and stay with the build. */
  readonly left: readonly string[];
}

/** Variables that only package managers and compilers read. */
const buildVariables =
  /^(?:DEBIAN_FRONTEND|GOPATH|GOROOT|GOFLAGS|GOPROXY|GO111MODULE|GOOS|GOARCH|CGO_.*|GO15VENDOREXPERIMENT|CARGO_.*|RUSTFLAGS|RUSTUP_.*|MAVEN_.*|GRADLE_.*|NPM_CONFIG_.*|npm_config_.*|YARN_.*|PIP_.*|NUGET_.*|MAKEFLAGS|CFLAGS|CXXFLAGS|LDFLAGS)$/;

/**
 * Writes the stage that ships: in the order of the file what acts at run time, the copies where the last build step stood. A
 * clause where an instruction cannot be parted into one for the build and one for the run.
 */
export function finalStage(
  subject: SplitSubject,
  plan: SplitPlan,
  buildName: string,
): FinalStage | { readonly refusal: string } {
  const { dockerfile, stage, runs, copies } = subject;
  const byInstruction = new Map<Instruction, RunStep>(runs.map((step) => [step.instruction, step]));
  const late = lateCopies(subject, plan);
  const isCovered = (path: string | undefined) =>
    path !== undefined && [...plan.copied, ...plan.left, ...scratch].some((root) => liesIn(path, root));
  const isBuild = (instruction: Instruction) => {
    const step = byInstruction.get(instruction);
    if (step !== undefined && plan.repeats?.(step)) return false;
    if (step !== undefined)
      return step.kind === 'build' || (step.kind === 'setup' && step.paths.length > 0 && step.paths.every(isCovered));
    const copy = copies.find((each) => each.instruction === instruction);
    return copy !== undefined && !late.includes(copy) && (copy.paths?.every(isCovered) ?? false);
  };
  const last = stage.instructions.findLastIndex(isBuild);
  // Steps that stay although they build nothing: an update of the system, a message.
  const lastStep = Math.max(
    last,
    stage.instructions.findLastIndex((each) => {
      const step = byInstruction.get(each);
      return step !== undefined && (step.kind === 'system' || isIdle(step));
    }),
  );
  const packages = runTimePackages(runs, plan.base, plan.packages ?? [], plan.fetchedByBuild);
  if ('refusal' in packages) return packages;
  const lines: string[] = [...(plan.settings ?? []), ...packages.lines];
  const moved: Instruction[] = [];
  let copiedAt: number | undefined;
  const owners = ownersOf(subject, plan, late);
  if ('refusal' in owners) return owners;
  const workdir = stage.instructions.findLast(({ name }) => name === 'WORKDIR');
  const movesWorkdir = workdir !== undefined && stage.instructions.indexOf(workdir) > lastStep;
  const addCopies = () => {
    if (!movesWorkdir && subject.directory !== undefined && subject.directory !== '/')
      lines.push(`WORKDIR ${subject.directory}`);
    for (const [source, target] of plan.copiedTo ?? []) lines.push(`COPY --from=${buildName} ${source} ${target}`);
    for (const path of plan.copied) {
      if (isBroughtBy(late, path, subject)) continue;
      const owner = owners.of.get(path);
      lines.push(`COPY --from=${buildName}${owner === undefined ? '' : ` --chown=${owner}`} ${path} ${path}`);
    }
    copiedAt = lines.length;
  };
  const user = stage.instructions.findLast(({ name }) => name === 'USER');
  for (const [at, instruction] of stage.instructions.entries()) {
    if (at === last + 1 && copiedAt === undefined) addCopies();
    const text = () => textOf(dockerfile, instruction);
    const move = () => {
      lines.push(...withComments(dockerfile, instruction));
      moved.push(instruction);
    };
    if (instruction.name === 'CMD' && plan.command !== undefined) {
      lines.push(...commentsOf(dockerfile, instruction), plan.command);
      moved.push(instruction);
    } else if (isRunTimeSetting(instruction)) move();
    else if (instruction.name === 'USER') {
      const isRoot = isRootUser((expandedValue(dockerfile, instruction, instruction.value) ?? '').split(':')[0] ?? '');
      if (instruction === user && at > last) move();
      else if (instruction === user && isRoot) lines.push(text());
      else if (instruction === user) return { refusal: 'a step builds as another user than root' };
      else if (at < last && !isRoot) return { refusal: 'the user changes between the steps' };
    } else if (instruction.name === 'ENV') {
      if (isSetAgain(stage.instructions, instruction)) continue;
      const env = environmentLines(dockerfile, instruction, at > lastStep, plan.left);
      if (typeof env === 'string') return { refusal: env };
      if (env === undefined) continue;
      if (at > lastStep && env.whole) move();
      else lines.push(...env.lines);
    } else if (instruction.name === 'ARG') {
      if (isReadAtRunTime(stage.instructions, instruction)) lines.push(text());
    } else if (instruction.name === 'WORKDIR') {
      if (instruction === workdir && movesWorkdir) {
        lines.push(...commentsOf(dockerfile, instruction), `WORKDIR ${subject.directory}`);
        moved.push(instruction);
      } else if (at > lastStep) return { refusal: 'the working directory changes between steps of the run' };
    } else if (instruction.name === 'RUN') {
      const step = byInstruction.get(instruction);
      if (step?.kind === 'build' && isBuild(instruction)) {
        const made = madeDirectories(dockerfile, step).filter((path) => !isCovered(path));
        if (made.length > 0) lines.push(`RUN mkdir -p ${made.join(' ')}`);
      }
      if (step === undefined || isBuild(instruction) || step.kind === 'system' || isIdle(step)) continue;
      if (step.kind === 'setup' && step.paths.some(isCovered) && (at < last || !isRepeatable(step)))
        return { refusal: `line ${instruction.line} prepares files of the build and of the run together` };
      if (at > last && makesWhatIsThere(step, plan, movesWorkdir ? undefined : subject.directory))
        return { refusal: `line ${instruction.line} makes a directory that is there already` };
      if (at > last || (step.kind === 'user' && !isUserNeeded(dockerfile, stage.instructions.slice(at + 1, last + 1))))
        move();
      else lines.push(text());
    } else if (instruction.name === 'COPY' || instruction.name === 'ADD') {
      if (isBuild(instruction)) continue;
      const isRelative = instruction.destination?.value.startsWith('/') !== true;
      if (at > last) move();
      else if (isRelative && subject.directory !== '/')
        return {
          refusal: `line ${instruction.line} copies into a directory that the new stage does not have there yet`,
        };
      else lines.push(text());
    } else return { refusal: `${instruction.name} cannot be parted` };
  }
  if (copiedAt === undefined) addCopies();
  return { lines, moved, packages: packages.packages, left: packages.left };
}

/**
 * What is copied from the context behind the last step that builds: the new stage copies it itself. A changed source is then a layer of its own, as it
 * was before, and not one with all that was installed.
 */
function lateCopies({ dockerfile, stage, runs, copies }: SplitSubject, plan: SplitPlan): readonly CopyStep[] {
  const isCopied = (path: string | undefined) => path === undefined || plan.copied.some((root) => liesIn(path, root));
  const works = (step: RunStep) =>
    !plan.repeats?.(step) && (step.kind === 'build' || (step.kind === 'setup' && step.paths.some(isCopied)));
  const last = Math.max(-1, ...runs.filter(works).map(({ instruction }) => instruction.range.start));
  const workdir = stage.instructions.findLast(({ name }) => name === 'WORKDIR')?.range.start ?? -1;
  return copies.filter(
    ({ instruction, paths }) =>
      instruction.range.start > last &&
      instruction.from === undefined &&
      paths?.every(isCopied) === true &&
      !textOf(dockerfile, instruction).includes('$') &&
      (instruction.range.start > workdir || instruction.destination?.value.startsWith('/') === true),
  );
}

/** Nothing but late copies lies there: the stage that builds may not even have the directory. */
function isBroughtBy(late: readonly CopyStep[], root: string, { dockerfile, runs, copies }: SplitSubject): boolean {
  const meets = (path: string) => liesIn(path, root) || liesIn(root, path);
  if (!late.some(({ paths }) => paths?.some(meets))) return false;
  const isCopied = copies.some((copy) => !late.includes(copy) && copy.paths?.some(meets) !== false);
  const isWrittenBy = ({ commands, paths }: RunStep) =>
    paths.some((path) => path === undefined || meets(path)) ||
    commands.some((placed) => {
      const directory = directoryOf(dockerfile, placed);
      return directory === undefined || liesIn(directory, root);
    });
  return !isCopied && !runs.some(isWrittenBy);
}

/** Whether steps of the build give something to a user, or become one. */
function isUserNeeded(dockerfile: Dockerfile, steps: readonly Instruction[]): boolean {
  return steps.some(
    (each) =>
      each.name === 'USER' ||
      /\b(?:chown|chgrp|su|sudo|gosu|su-exec|runuser|install -o)\b|--chown|~\w/.test(textOf(dockerfile, each)),
  );
}

const scratch = ['/tmp', '/var/tmp', '/root/.cache', '/root/.npm', '/var/lib/apt', '/var/cache'];

/** Nothing but settings of the shell and messages. */
function isIdle({ kind, paths, commands }: RunStep): boolean {
  return (
    kind === 'setup' &&
    paths.length === 0 &&
    commands.every(({ command }) => !/^(?:mkdir|chown|chmod|chgrp|ln|touch)$/.test(command.name))
  );
}

function isRepeatable({ commands }: RunStep): boolean {
  return commands.every(
    ({ command }) =>
      !['mkdir', 'ln'].includes(command.name) || command.arguments.some(({ value }) => /^-\w*[pf]/.test(value)),
  );
}

/** A plain mkdir of a directory in which the copies lie, or of the working directory. */
function makesWhatIsThere({ commands, paths }: RunStep, plan: SplitPlan, directory: string | undefined): boolean {
  const makes = commands.some(
    ({ command }) => command.name === 'mkdir' && !command.arguments.some(({ value }) => /^-\w*p/.test(value)),
  );
  const there = [...plan.copied, ...(directory === undefined ? [] : [directory])];
  return makes && paths.some((path) => path !== undefined && there.some((each) => liesIn(each, path)));
}

/** All its variables are set by a later ENV again: then it is for a step in between. */
function isSetAgain(instructions: readonly Instruction[], instruction: EnvInstruction): boolean {
  const later = instructions.slice(instructions.indexOf(instruction) + 1);
  return instruction.pairs.every(
    ({ key }) =>
      later.some((each) => each.name === 'ENV' && each.pairs.some((other) => other.key.value === key.value)) &&
      key.value !== 'PATH',
  );
}

interface EnvironmentLines {
  readonly lines: readonly string[];
  /** All of it acts at run time. */
  readonly whole: boolean;
}

/** ENV as it acts at run time: without what only the build reads. A clause where a value comes from the build's image. */
function environmentLines(
  dockerfile: Dockerfile,
  instruction: EnvInstruction,
  canMove: boolean,
  left: readonly string[],
): EnvironmentLines | string | undefined {
  const kept = instruction.pairs.filter(({ key }) => !buildVariables.test(key.value));
  const scope = environmentAt(dockerfile, instruction);
  for (const { key, value } of kept) {
    const text = value === undefined ? '' : dockerfile.text.slice(value.range.start, value.range.end);
    const staying = left.find((path) => liesIn(/^["']?(\/[^\s"':$]+)/.exec(text)?.[1] ?? '', path));
    if (staying !== undefined && key.value !== 'PATH') return `${key.value} names what stays in ${staying}`;
    for (const [, braced, bare] of text.matchAll(/\$(?:\{(\w+)|(\w+))/g)) {
      const name = braced ?? bare ?? '';
      const declared = scope.declaration(name);
      if (name !== 'PATH' && (declared === undefined || buildVariables.test(name)))
        return `${key.value} takes a value from the image that builds`;
    }
  }
  if (kept.length === 0) return undefined;
  if (kept.length === instruction.pairs.length)
    return {
      lines: canMove ? [textOf(dockerfile, instruction)] : [inNewForm(dockerfile, instruction)],
      whole: canMove,
    };
  return {
    lines: kept.map((pair) => {
      const written = dockerfile.text.slice(pair.range.start, pair.range.end);
      return `ENV ${written}`;
    }),
    whole: false,
  };
}

/** ENV with an equals sign: a second copy of the old form would be a second warning. */
function inNewForm(dockerfile: Dockerfile, instruction: EnvInstruction): string {
  const [pair] = instruction.pairs;
  if (!instruction.legacy || pair?.value === undefined) return textOf(dockerfile, instruction);
  const value = dockerfile.text.slice(pair.value.range.start, pair.value.range.end);
  if (/["'\\`\r\n]/.test(value)) return textOf(dockerfile, instruction);
  return `ENV ${pair.key.value}=${/\s/.test(value) ? `"${value}"` : value}`;
}

function isReadAtRunTime(instructions: readonly Instruction[], argument: Instruction): boolean {
  if (argument.name !== 'ARG') return false;
  return argument.pairs.some(({ key }) => {
    const use = new RegExp(`\\$(?:\\{${literalPattern(key.value)}(?!\\w)|${literalPattern(key.value)}(?!\\w))`);
    return instructions.some(
      (instruction) =>
        (['ENV', 'LABEL', 'EXPOSE', 'USER', 'VOLUME', 'STOPSIGNAL'].includes(instruction.name) ||
          (instruction.name === 'RUN' && !/install|build/.test(instruction.syntax.rest.text))) &&
        use.test(instruction.syntax.rest.text),
    );
  });
}

interface Owners {
  readonly of: ReadonlyMap<string, string>;
}

/** As whom the copied paths belong, where a step gives one of them away whole; refused where it does so with parts of them. */
function ownersOf(
  { dockerfile, runs, copies }: SplitSubject,
  plan: SplitPlan,
  late: readonly CopyStep[],
): Owners | { readonly refusal: string } {
  const of = new Map<string, string>();
  const give = (path: string, owner: string): boolean => {
    const whole = plan.copied.filter((root) => liesIn(root, path));
    for (const root of whole) of.set(root, owner);
    return whole.length > 0 || !plan.copied.some((root) => liesIn(path, root));
  };
  for (const copy of copies) {
    const { instruction, paths } = copy;
    const owner = instruction.chown?.value;
    if (owner === undefined || paths === undefined || late.includes(copy)) continue;
    if (owner.includes('$')) return { refusal: `the owner of line ${instruction.line} is a variable` };
    for (const path of paths) give(path, owner);
  }
  for (const { commands, instruction } of runs)
    for (const placed of commands) {
      const { command } = placed;
      if (command.name !== 'chown') continue;
      const [owner] = command.arguments.filter(({ value }) => !value.startsWith('-'));
      const paths = writtenPaths(dockerfile, placed);
      if (owner === undefined || !owner.literal || paths.length === 0 || paths.includes(undefined))
        return { refusal: `it is not known whom line ${instruction.line} gives which files to` };
      const isWhole = command.arguments.some(({ value }) => /^-\w*R|^--recursive$/.test(value));
      for (const path of paths) if (path !== undefined && isWhole) give(path, owner.value.replace(/:$/, ''));
    }
  return { of };
}

/** An instruction's own text, as it stands in the file. */
function textOf(dockerfile: Dockerfile, { range }: Instruction): string {
  return dockerfile.text.slice(range.start, range.end);
}

/** The comments over an instruction. */
function commentsOf(dockerfile: Dockerfile, instruction: Instruction): readonly string[] {
  const text = dockerfile.text.slice(commentedStart(dockerfile, instruction), instruction.syntax.range.start).trimEnd();
  return text === '' ? [] : [text];
}

/** An instruction's lines with the comments over it. */
function withComments(dockerfile: Dockerfile, instruction: Instruction): readonly string[] {
  return [dockerfile.text.slice(commentedStart(dockerfile, instruction), instruction.range.end)];
}
