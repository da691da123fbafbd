import { compareReleases } from '../../bases/releases.ts';
import { enumerate } from '../../core/enumerate.ts';
import type { Assumption, Fix } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type { Instruction } from '../../dockerfile/instruction.ts';
import { type PlacedPackageCommand, packageCommands } from '../../dockerfile/package-commands.ts';
import { isEditableRun, standsAlone } from '../../dockerfile/run-chain.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import type { PackageArgument } from '../../ecosystems/package-command.ts';
import { baseImageOf } from '../../project/stage-facts.ts';
import { userAt } from '../../project/user-at.ts';
import { libraryOfCompiler } from '../multi-stage/linked-libraries.ts';
import { sameSources } from '../sources-changed.ts';
import { runTimeOfJava, runTimeParts } from './run-time-parts.ts';
import { changeSeveralSteps } from './several-steps.ts';
import { commandsOf, leaveOut, moveTo, names, removeThere, type ToolSubject } from './tool-changes.ts';
import { needOfProgram, usesOfTools } from './uses-of-tools.ts';

/** A fix, or the clause that says why there is none. */
export type ToolRemoval = { readonly fix: Fix } | { readonly refusal: string };

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
  if (install.stage !== stage || dockerfile.stages.some(({ base }) => base.kind === 'stage' && base.stage === stage))
    return { refusal: 'several stages build on each other' };
  const need = needOfProgram(dockerfile, stage);
  if (need !== undefined) return { refusal: need };
  const isPlain = isEditableRun(dockerfile, run) && commandsOf(dockerfile, run).every(isPlaced);
  if (!isPlain || !standsAlone(install.command)) return { refusal: 'the step that installs them is no plain list' };
  const { isRoot } = userAt(dockerfile, stage, run);
  if (isRoot === false || (isRoot === undefined && install.command.wrappers.length > 0))
    return { refusal: 'the step that installs them may not run as root' };
  // Without the packages that it names a removal may fail.
  const removal = packageCommands(dockerfile).find(
    (placed) =>
      placed.stage === stage &&
      placed.read.action === 'remove' &&
      placed.read.packages.some(
        ({ name, word }) => !word.literal || name === install.read.virtual || tools.some((tool) => tool.name === name),
      ),
  );
  if (removal !== undefined) return { refusal: `line ${removal.instruction.line} removes them, without use` };
  const commands = stage.instructions.flatMap((each) =>
    (dockerfile.script(each)?.commands ?? []).map((command) => ({ command })),
  );
  const words = commands.flatMap(({ command }) => command.arguments.map(({ value }) => value));
  const lacking = libraryOfCompiler(words, commands);
  if (lacking !== undefined) return { refusal: `${lacking} asks for a library that goes with the compiler` };
  const libraries = runTimeParts(install.read, tools, baseImageOf(stage));
  if ('refusal' in libraries) return libraries;
  if (needsHomeOfJdk(dockerfile, install, tools)) return { refusal: 'JAVA_HOME may name what only the JDK has' };
  const { steps, doubtful } = usesOfTools(dockerfile, stage, install.command.range.end);
  const [step, another] = steps;
  if (ecosystem === 'rpm' && step !== undefined && !removesWhatCameWith(install, stage))
    return { refusal: `${install.read.tool} leaves what came with them` };
  const subject = { dockerfile, stage, install, tools, libraries };
  const changes =
    step === undefined
      ? leaveOut(subject)
      : another !== undefined
        ? changeSeveralSteps(subject, steps)
        : step === run
          ? removeThere(subject)
          : moveTo(subject, step);
  if ('refusal' in changes) return changes;
  const last = steps.at(-1);
  const later = doubtful.filter(({ range }) => last === undefined || range.start > last.range.start);
  const fetching = step !== undefined && step !== run && ecosystem === 'apt' ? fetchesThere(subject, steps) : [];
  return { fix: { ...changes, assumptions: [...assumptionsOf(subject, last, later), ...fetching] } };
}

/** Where a run-time environment lies in a directory of its own within that of the JDK: Java 8 of Alpine, and Fedora's family. */
function needsHomeOfJdk(
  { text }: Dockerfile,
  { read }: PlacedPackageCommand,
  tools: readonly PackageArgument[],
): boolean {
  const isApart = tools.some(
    ({ name }) =>
      runTimeOfJava(read.ecosystem, name) !== undefined &&
      (read.ecosystem === 'rpm' || (read.ecosystem === 'apk' && /^openjdk[78]\b/.test(name))),
  );
  return isApart && /\bJAVA_HOME\b|\/usr\/lib\/jvm\//.test(text);
}

/** dnf removes with a package what it installed for it alone, and yum is dnf since release 8; older ones and microdnf do not. */
function removesWhatCameWith({ read }: PlacedPackageCommand, stage: Stage): boolean {
  const { distribution, distributionVersion } = baseImageOf(stage);
  if (read.tool === 'dnf') return true;
  return (
    read.tool === 'yum' &&
    ['rhel', 'rocky', 'almalinux', 'oraclelinux', 'centos'].includes(distribution) &&
    distributionVersion !== undefined &&
    compareReleases(distributionVersion, '8') >= 0
  );
}

/** Joined by `&&` to what is before it, as far as it is not within something else. */
/** The lists are fetched again in the steps that the tools go to. */
function fetchesThere({ dockerfile, stage, install }: ToolSubject, steps: readonly Instruction[]): Assumption[] {
  const places = steps.map(({ range }) => ({ stage, command: { range } }));
  return [sameSources(dockerfile, install.command, places)];
}

function isPlaced({ place }: ReturnType<typeof commandsOf>[number]): boolean {
  return place.inside.length > 0 || place.after === undefined || place.after === '&&' || place.after === ';';
}

function assumptionsOf(
  { install, tools, libraries }: ToolSubject,
  step: Instruction | undefined,
  doubtful: readonly Instruction[],
): Assumption[] {
  const lines = enumerate(doubtful.map(({ line }) => String(line)));
  const later = doubtful.length === 0 ? '' : `, or ${doubtful.length === 1 ? 'line' : 'lines'} ${lines}`;
  const openMp =
    install.read.ecosystem === 'apt' && tools.some(({ name }) => /^(?:gcc|g\+\+|build-essential|gfortran)/.test(name))
      ? ' libgomp1 (OpenMP) goes with the compiler, too.'
      : '';
  const java = tools.some(({ name }) => runTimeOfJava(install.read.ecosystem, name) !== undefined)
    ? ' (javac, jar, jps, jstack, tools.jar)'
    : '';
  return [
    {
      statement: `${step === undefined ? 'Nothing' : `Nothing behind line ${step.line}`} compiles.`,
      state: 'unknown',
      question: `Does the program${later} compile something when it runs, or need ${names(tools)}${java}? A build and a start of both settle it.${openMp}`,
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
