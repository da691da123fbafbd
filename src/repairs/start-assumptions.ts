import { entryPointOf } from '../bases/entry-points.ts';
import type { Assumption } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { CmdInstruction, EntrypointInstruction, Instruction } from '../dockerfile/instruction.ts';
import type { LiteralWord } from '../dockerfile/literal-words.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { applicationsOf } from '../project/application-builds.ts';
import { copiedScript } from '../project/copied-script.ts';
import { buildsOf, type ImageUse, type Project } from '../project/project.ts';
import { baseImageOf, lastInstruction, stageChain } from '../project/stage-facts.ts';
import { knownProgram } from './known-programs.ts';

/** That a program can be started without a shell, and misses nothing that the shell set. */
export function startedDirectly(project: Project, dockerfile: Dockerfile, stage: Stage, program: string): Assumption[] {
  return [isExecutable(project, dockerfile, stage, program), needsNoShellVariable(project, dockerfile, program)];
}

/** A shell runs a script without `#!` itself; the kernel refuses it. */
function isExecutable(project: Project, dockerfile: Dockerfile, stage: Stage, program: string): Assumption {
  const statement = `${program} is a program, or a script that begins with #!.`;
  const script = copiedScript(project, dockerfile, stage, program);
  if (script !== undefined) {
    if (script.start.startsWith('#!') || script.start.startsWith('\x7fELF')) return { statement, state: 'holds' };
    return { statement, state: 'fails' };
  }
  if (knownProgram(program)) return { statement, state: 'holds' };
  const question = `Is ${program} a program, or a script whose first line is #! and its shell? A container does not start a script without that line.`;
  return { statement, state: 'unknown', question };
}

/** A shell sets PWD, OLDPWD and SHLVL for what it starts; a container does not. */
function needsNoShellVariable(project: Project, dockerfile: Dockerfile, program: string): Assumption {
  const statement = 'The program reads none of PWD, OLDPWD and SHLVL, which only a shell sets.';
  if (knownProgram(program)?.runsSources === false) return { statement, state: 'holds' };
  const applications = buildsOf(project, dockerfile).flatMap((build) => applicationsOf(project, build));
  const read = applications.flatMap(({ variablesRead }) => variablesRead.map(({ name }) => name));
  const isRead = read.some((name) => /^(?:PWD|OLDPWD|SHLVL)$/.test(name));
  if (!isRead && applications.length > 0 && applications.every(({ complete }) => complete))
    return { statement, state: 'holds' };
  const question = 'Does the program read PWD, OLDPWD or SHLVL from its environment?';
  return { statement, state: 'unknown', question };
}

/**
 * That the words of CMD do as an array what they did through a shell. A stage that builds on this one either keeps its entry point
 * or sets one, and then has forgotten this CMD.
 */
export function wordsReceived(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  command: CmdInstruction,
  words: readonly LiteralWord[],
): Assumption {
  const statement = 'What receives the words starts them, whatever they are.';
  const first = words[0]?.value ?? '';
  if (lastInstruction(stage, 'CMD') !== command || startsWords(project, dockerfile, stage, first))
    return { statement, state: 'holds' };
  const entrypoint = lastInstruction(stage, 'ENTRYPOINT');
  const receiver = entrypoint
    ? `the ENTRYPOINT in line ${entrypoint.line}`
    : 'the ENTRYPOINT of the base image, if it has one,';
  const question = `Does ${receiver} start the words that it is given as they are? It gets «${first} …» in place of «/bin/sh -c …».`;
  return { statement, state: 'unknown', question };
}

function startsWords(project: Project, dockerfile: Dockerfile, stage: Stage, first: string): boolean {
  const entrypoint = lastInstruction(stage, 'ENTRYPOINT');
  if (entrypoint === undefined) {
    const known = entryPointOf(baseImageOf(stage));
    return known === 'none' || (known === 'runs' && !first.startsWith('-'));
  }
  // Through a shell, it does not look at them.
  return entrypoint.command.form === 'shell' || passesOn(project, dockerfile, stage, entrypoint);
}

/** Nothing, an init, or a script of the context that only starts what it is given. */
function passesOn(project: Project, dockerfile: Dockerfile, image: Stage, { command }: EntrypointInstruction): boolean {
  if (command.form !== 'exec') return false;
  const words = command.words.map(({ value }) => value);
  if (words.length === 0) return true;
  const name = words[0]?.replace(/^.*\//, '') ?? '';
  const others = words.slice(1);
  if (/^(?:tini|tini-static|dumb-init|catatonit)$/.test(name) && others.every((word) => /^-/.test(word))) return true;
  if (/^(?:gosu|su-exec)$/.test(name) && others.length === 1) return true;
  if (others.length > 0) return false;
  const script = copiedScript(project, dockerfile, image, words[0] ?? '');
  return script?.complete === true && startsWhatItIsGiven(script.start);
}

/** It ends in `exec "$@"` and nowhere else looks at what it was given. */
function startsWhatItIsGiven(text: string): boolean {
  const lines = text.split('\n').filter((line) => !/^\s*(?:#|$)/.test(line));
  const last = lines.pop()?.trim();
  return (
    /^exec (?:(?:tini|dumb-init|gosu [\w-]+|su-exec [\w:-]+) (?:-- )?)?"\$@"$/.test(last ?? '') &&
    !/\$(?:[\d@*#]|\{[\d@*#])|\bshift\b|\bset --/.test(lines.join('\n'))
  );
}

/** What an ENTRYPOINT gets that the shell form kept from it: the words of CMD, and the arguments of whoever starts the image. */
export function argumentsReceived(
  project: Project,
  dockerfile: Dockerfile,
  stage: Stage,
  entrypoint: EntrypointInstruction,
): Assumption[] {
  const images = dockerfile.stages.filter(
    (each) => stageChain(each).includes(stage) && lastInstruction(each, 'ENTRYPOINT') === entrypoint,
  );
  return images.length === 0 ? [] : [ignoredCommand(images), givenArguments(project, dockerfile)];
}

function ignoredCommand(images: readonly Stage[]): Assumption {
  const statement = 'No CMD, which the shell form ignores, gives the program words that it did not get before.';
  const ignored = images.flatMap((image) => image.instructions.filter(givesWords));
  if (ignored.length === 0) return { statement, state: 'holds' };
  const lines = [...new Set(ignored.map(({ line }) => line))].join(', ');
  const question = `CMD in line ${lines}, which has no effect today, then gives the program its words: are they meant as its arguments?`;
  return { statement, state: 'unknown', question };
}

function givesWords(instruction: Instruction): boolean {
  return instruction.name === 'CMD' && !(instruction.command.form === 'exec' && instruction.command.words.length === 0);
}

function givenArguments(project: Project, dockerfile: Dockerfile): Assumption {
  const statement = 'Nothing that runs the image gives arguments, which the shell form ignores.';
  const uses = buildsOf(project, dockerfile).flatMap(({ runBy }) => runBy);
  if (uses.length > 0 && !uses.some(givesArguments)) return { statement, state: 'holds' };
  const question =
    uses.length > 0
      ? 'A manifest gives arguments, which have no effect today: are they meant for the program?'
      : 'Is the image run with arguments (docker run IMAGE ARGUMENT, args, command)? They have no effect today, and the program then gets them.';
  return { statement, state: 'unknown', question };
}

function givesArguments(use: ImageUse): boolean {
  if (use.kind === 'service') return use.service.command !== undefined && use.service.entrypoint === undefined;
  return use.container.args !== undefined && use.container.command === undefined;
}
