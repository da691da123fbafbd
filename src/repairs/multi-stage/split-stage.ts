import { baseImage } from '../../bases/base-image.ts';
import { type Assumption, applyEdits, type Fix, type TextEdit } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { insertAfter } from '../../dockerfile/edit.ts';
import { commentedStart, insertLinesAfter, lineEndOf } from '../../dockerfile/edit-lines.ts';
import type { Instruction } from '../../dockerfile/instruction.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { readPackageCommand } from '../../ecosystems/package-command.ts';
import { absolutePath, liesIn } from '../../project/copied-files.ts';
import { directoryOf } from '../../project/moved-files.ts';
import { baseImageOf } from '../../project/stage-facts.ts';
import { buildEnd, scratch } from './build-end.ts';
import { finalStage } from './final-stage.ts';
import { lackingInContainers, lacks } from './lacking-in-containers.ts';
import { madeDirectories } from './made-directories.ts';
import type { SplitPlan, SplitSubject } from './split-plan.ts';
import type { RunStep } from './stage-steps.ts';

/**
 * The fix that lets a stage build and a new one ship: the stage gets a name and keeps its steps, what acts at run time moves with its
 * comments behind a second FROM. A clause where a step does something that would be lost.
 */
export function splitStage(subject: SplitSubject, plan: SplitPlan): Fix | { readonly refusal: string } {
  const { dockerfile, stage } = subject;
  const { from } = stage;
  if (from?.image === undefined) return { refusal: 'there is no FROM' };
  const unknown = unknownEffect(subject, plan);
  if (unknown !== undefined) return { refusal: unknown };
  const name = stage.from?.alias?.value ?? freeName(dockerfile);
  const final = finalStage(subject, plan, name);
  if ('refusal' in final) return final;
  if (baseImage(plan.base).shell === 'none' && final.lines.some((line) => /^RUN\b/im.test(line)))
    return { refusal: `a step has to run on ${plan.base}, which has no shell` };
  if (savesNothing(subject, plan, final.packages))
    return { refusal: `all of it would ship again, on ${plan.base} as before` };
  const lacking = lackingProgram(subject, plan, final.packages);
  if (lacking !== undefined) return { refusal: lacking };
  const eol = lineEndOf(dockerfile);
  const keyword = from.keyword.value;
  const as = keyword === keyword.toLowerCase() ? 'as' : 'AS';
  const edits: TextEdit[] = [];
  for (const instruction of final.moved) edits.push(removal(dockerfile, instruction, edits));
  if (from.alias === undefined) edits.push(insertAfter(dockerfile, from.range, ` ${as} ${name}`));
  if (plan.head !== undefined && plan.head.length > 0) edits.push(insertLinesAfter(dockerfile, from, plan.head));
  const { text } = dockerfile;
  const kept = applyEdits(text, edits);
  // A last line of spaces alone is an empty one, whether or not it has an end.
  const isApart = /\n[ \t]*\r?\n[ \t]*$|\n[ \t]+$/.test(kept);
  const gap = isApart && plan.tail === undefined ? [] : [''];
  const written = [...(plan.tail ?? []), ...gap, `${keyword} ${plan.base}`, ...final.lines].map((line) =>
    line.replaceAll(/\r?\n/g, eol).replace(/ \\$/, ` ${dockerfile.syntax.escape}`),
  );
  edits.push({
    path: dockerfile.path,
    range: { start: text.length, end: text.length },
    replacement: (kept.endsWith('\n') ? '' : eol) + written.join(eol) + (text.endsWith('\n') ? eol : ''),
  });
  return {
    title: plan.title,
    changes: { edits },
    assumptions: [...plan.assumptions, ...(final.left.length > 0 ? [callsNothingOf(final.left)] : [])],
  };
}

function freeName({ stages, text }: Dockerfile): string {
  const taken = new Set(stages.map(({ name }) => name));
  return (
    ['build', 'builder', 'compile'].find((each) => !taken.has(each) && !new RegExp(`--from=${each}\\b`).test(text)) ??
    'build-stage'
  );
}

/**
 * Takes an instruction away with the comments over it, and the empty lines behind it where one is left before it.
 * @param earlier what is taken away before it
 */
function removal(dockerfile: Dockerfile, instruction: Instruction, earlier: readonly TextEdit[]): TextEdit {
  const start = commentedStart(dockerfile, instruction);
  let { end } = instruction.syntax.range;
  const before = applyEdits(dockerfile.text.slice(0, start), earlier);
  const blank = /^(?:[ \t]*\r?\n)+/.exec(dockerfile.text.slice(end));
  if (blank !== null && /\n\r?\n$/.test(before)) end += blank[0].length;
  return { path: dockerfile.path, range: { start, end }, replacement: '' };
}

/** The first command whose files would stay behind although the program may need them. */
function unknownEffect({ dockerfile, runs, directory }: SplitSubject, plan: SplitPlan): string | undefined {
  const roots = [...plan.copied, ...plan.left, ...scratch];
  const isCovered = (path: string | undefined) => path !== undefined && roots.some((root) => liesIn(path, root));
  for (const step of runs.filter((each) => each.kind === 'build' && !plan.repeats?.(each))) {
    if (step.commands.length === 0) return `it is not known what line ${step.instruction.line} does`;
    const made = madeDirectories(dockerfile, step, runs);
    const left = unknownIn(dockerfile, step, plan, isCovered, made);
    if (left !== undefined) return left;
  }
  return directory === undefined ? 'the working directory is not known' : undefined;
}

const harmless =
  /^(?:set|cd|true|:|export|test|\[|echo|printf|pwd|ls|umask|env|which|cat|rm|mkdir|chmod|chown|touch|find|grep|sed|sleep|exit|date|uname|head|tail|sort|cut|tr|awk)$/;
const writers = /^(?:cp|mv|ln|tar|unzip|curl|wget|git|install|sed|tee)$/;

function unknownIn(
  dockerfile: Dockerfile,
  step: RunStep,
  plan: SplitPlan,
  isCovered: (path: string | undefined) => boolean,
  made: readonly string[],
): string | undefined {
  const { commands, paths, instruction } = step;
  if (!paths.every((path) => isCovered(path) || (path !== undefined && made.includes(path))))
    return `line ${instruction.line} writes outside of what is copied`;
  for (const placed of commands) {
    const { command } = placed;
    if (plan.knows(placed) || /^(?:apt|apt-get|apk|aptitude|dpkg)$/.test(command.name)) continue;
    if (/^(?:useradd|groupadd|adduser|addgroup|usermod)$/.test(command.name))
      return `line ${instruction.line} builds and makes a user in one step`;
    if (harmless.test(command.name) && !(command.name === 'sed' && !isCovered(directoryOf(dockerfile, placed))))
      continue;
    if (writers.test(command.name) && isCovered(targetOf(dockerfile, placed))) continue;
    return `it is not known what ${command.name === '' ? 'a command' : command.name} in line ${instruction.line} leaves behind`;
  }
  return undefined;
}

/** Where a command that copies or fetches puts what it has. */
function targetOf(dockerfile: Dockerfile, placed: Parameters<typeof directoryOf>[1]): string | undefined {
  const { command } = placed;
  const directory = directoryOf(dockerfile, placed);
  const words = command.arguments;
  const after = (...names: readonly string[]) => {
    const at = words.findIndex(({ value }) => names.includes(value));
    return at === -1 ? undefined : words[at + 1];
  };
  const operands = words.filter(({ value }) => !value.startsWith('-'));
  const target =
    command.name === 'curl'
      ? after('-o', '--output')
      : command.name === 'wget'
        ? after('-O', '-P')
        : command.name === 'tar'
          ? after('-C', '--directory')
          : command.name === 'unzip'
            ? after('-d')
            : command.name === 'git'
              ? operands[0]?.value === 'clone' && operands.length > 2
                ? operands.at(-1)
                : undefined
              : operands.at(-1);
  return target === undefined ? directory : target.literal ? absolutePath(directory, target.value) : undefined;
}

/** The same image again, with all that was copied and made, and with all packages: a second stage would only add a step. */
function savesNothing({ dockerfile, stage, runs, copies }: SplitSubject, plan: SplitPlan, packages: readonly string[]) {
  if (plan.base !== baseImageOf(stage).reference?.text || plan.tail !== undefined || plan.copiedTo !== undefined)
    return false;
  const isCopied = (path: string | undefined) =>
    path === undefined || [...plan.copied, ...scratch].some((root) => liesIn(path, root));
  const commands = runs.flatMap((step) => step.commands);
  return (
    copies.every(({ paths }) => paths?.every(isCopied) !== false) &&
    commands.every((placed) => {
      const read = readPackageCommand(placed.command);
      if (read === undefined) return true;
      return ['apt', 'apk', 'rpm'].includes(read.ecosystem)
        ? read.packages.every(({ name }) => packages.includes(name))
        : isCopied(directoryOf(dockerfile, placed));
    })
  );
}

/** A program that the container starts, or that a step of the new stage calls, and that its image does not have. */
function lackingProgram(subject: SplitSubject, plan: SplitPlan, packages: readonly string[]): string | undefined {
  const { dockerfile, stage } = subject;
  const image = baseImage(plan.base);
  const kinds: readonly Instruction['name'][] = ['CMD', 'ENTRYPOINT', 'HEALTHCHECK'];
  for (const instruction of stage.instructions) {
    if (!kinds.includes(instruction.name)) continue;
    for (const { name, arguments: words } of dockerfile.script(instruction)?.commands ?? []) {
      const wanted = [
        name,
        ...(/^(?:sh|bash|exec|tini|dumb-init|gosu)$/.test(name)
          ? words.map(({ value }) => value.replace(/^.*\//, ''))
          : []),
      ];
      for (const program of wanted) {
        if (program === 'bash' && image.distribution === 'alpine' && !packages.includes('bash'))
          return 'the container starts bash, and the new image has none';
        const left = packageLeftBehind(subject, program, packages);
        if (left !== undefined) return `the container starts ${program}, and ${left} stays with the build`;
        if (lacks(image, program, packages)) return `the container starts ${program}, and the new image has none`;
      }
    }
  }
  return lackingInContainers(subject, {
    image,
    packages,
    brought: [
      ...plan.copied,
      ...(plan.copiedTo ?? []).map(([, target]) => target),
      ...buildEnd(subject, plan).late.flatMap(({ paths }) => paths ?? []),
    ],
    program: plan.command === undefined ? (subject.program ?? []) : [],
    whole: plan.tail === undefined && plan.copiedTo === undefined,
  });
}

/** A package of the distribution that the build installs, and the new image does not, and of which the program is by its name. */
function packageLeftBehind({ runs }: SplitSubject, program: string, packages: readonly string[]): string | undefined {
  if (program === '' || packages.includes(program)) return undefined;
  return runs
    .flatMap(({ commands }) => commands)
    .flatMap(({ command }) => {
      const read = readPackageCommand(command);
      return read !== undefined && ['apt', 'apk', 'rpm'].includes(read.ecosystem) ? read.packages : [];
    })
    .map(({ name }) => name)
    .find(
      (name) =>
        !packages.includes(name) &&
        (name === program || program.startsWith(name) || (/jdk|jre|java/.test(name) && /^javac?$/.test(program))),
    );
}

function callsNothingOf(packages: readonly string[]): Assumption {
  return {
    statement: `The program does not call ${packages.join(', ')}.`,
    state: 'unknown',
    question: `Does the program call a program of ${packages.join(', ')}? Only the stage that builds has ${packages.length === 1 ? 'it' : 'them'} then.`,
  };
}

/** The question about what a container's program reads and calls beside what is copied. */
export function programNeeds(lacks: string, stage: Stage, what: string): Assumption {
  return {
    statement: `The program needs nothing of the image that builds beside ${what}.`,
    state: 'unknown',
    question: `Does the program, or an entry script, call anything that ${stage.from?.image?.value ?? 'the image'} has and the new one lacks (${lacks})? Build both and start them to see.`,
  };
}
