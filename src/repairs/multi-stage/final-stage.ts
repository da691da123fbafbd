import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { commentedStart } from '../../dockerfile/edit-lines.ts';
import type { Instruction } from '../../dockerfile/instruction.ts';
import { liesIn } from '../../project/copied-files.ts';
import { directoryOf } from '../../project/moved-files.ts';
import { buildEnd } from './build-end.ts';
import { carriedInstruction, type Parting } from './carried-instruction.ts';
import { runTimePackages } from './run-time-packages.ts';
import type { SplitPlan, SplitSubject } from './split-plan.ts';
import { type CopyStep, type RunStep, writtenPaths } from './stage-steps.ts';

/** The new stage's text, and which instructions it takes away from the stage that builds. */
export interface FinalStage {
  readonly lines: readonly string[];
  readonly moved: readonly Instruction[];
  readonly packages: readonly string[];
  /** Packages that fetch and stay with the build. */
  readonly left: readonly string[];
}

/**
 * Writes the stage that ships: in the order of the file what acts at run time, the copies where the last build step stood. A
 * clause where an instruction cannot be parted into one for the build and one for the run.
 */
export function finalStage(
  subject: SplitSubject,
  plan: SplitPlan,
  buildName: string,
): FinalStage | { readonly refusal: string } {
  const { instructions } = subject.stage;
  const packages = runTimePackages(subject.runs, plan.base, plan.packages ?? [], plan.fetchedByBuild);
  if ('refusal' in packages) return packages;
  const end = buildEnd(subject, plan);
  const owners = ownersOf(subject, plan, end.late);
  if ('refusal' in owners) return owners;
  const workdir = instructions.findLast(({ name }) => name === 'WORKDIR');
  const movesWorkdir = workdir !== undefined && instructions.indexOf(workdir) > end.lastStep;
  const parting: Parting = { subject, plan, end, movedWorkdir: movesWorkdir ? workdir : undefined };
  const lines: string[] = [];
  const moved: Instruction[] = [];
  let behindBuild = 0;
  for (const [at, instruction] of instructions.entries()) {
    const carried = carriedInstruction(instruction, parting);
    if ('refusal' in carried) return carried;
    if (carried.moves && lines.length > 0 && carried.lines.length > 0 && standsApart(subject.dockerfile, instruction))
      lines.push('');
    lines.push(...carried.lines);
    if (carried.moves) moved.push(instruction);
    if (at === end.last) behindBuild = lines.length;
  }
  lines.splice(behindBuild, 0, ...copyLines(parting, owners.of, buildName));
  lines.unshift(...(plan.settings ?? []), ...packages.lines);
  return { lines, moved, packages: packages.packages, left: packages.left };
}

/** An empty line stands over it and its comments. */
function standsApart(dockerfile: Dockerfile, instruction: Instruction): boolean {
  return /\n[ \t]*\r?\n$/.test(dockerfile.text.slice(0, commentedStart(dockerfile, instruction)));
}

/** What the new stage takes from the one that builds, in the working directory that it starts in. */
function copyLines(
  { subject, plan, end, movedWorkdir }: Parting,
  owners: ReadonlyMap<string, string>,
  buildName: string,
): readonly string[] {
  const { directory } = subject;
  const isAtRoot = movedWorkdir !== undefined || directory === undefined || directory === '/';
  const taken = plan.copied.filter((path) => !isBroughtBy(end.late, path, subject));
  return [
    ...(isAtRoot ? [] : [`WORKDIR ${directory}`]),
    ...(plan.copiedTo ?? []).map(([source, target]) => `COPY --from=${buildName} ${source} ${target}`),
    ...taken.map((path) => {
      const owner = owners.get(path);
      return `COPY --from=${buildName}${owner === undefined ? '' : ` --chown=${owner}`} ${path} ${path}`;
    }),
  ];
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
