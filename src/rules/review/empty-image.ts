import type { RuleReport } from '../../core/rule.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type { CopyInstruction, Instruction } from '../../dockerfile/instruction.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import type { Token } from '../../dockerfile/syntax.ts';
import { absolutePath, liesIn } from '../../project/copied-files.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { expandedValue, externalBase, imageInstructions, workingDirectory } from '../../project/stage-facts.ts';

const shellPeer = 'tally:shell-run-in-scratch';
const copyPeer = 'tally:copy-from-empty-scratch-stage';
const userPeer = 'tally:named-identity-in-passwdless-stage';

export const rule = dockerfileRule({
  severity: 'error',
  summary: 'A step needs a shell, a file or a user that a stage on scratch does not have',
  why: 'scratch is empty: without a shell no shell form runs, without /etc/passwd no user has a name, and there is nothing to copy.',
  remedy: 'Put what is needed there before, or do the step in a stage that has it and copy the result.',
  peers: [shellPeer, copyPeer, userPeer],
  check({ dockerfile }, { report }) {
    for (const stage of dockerfile.stages) {
      for (const instruction of stage.instructions) {
        const copied = emptySource(instruction, dockerfile);
        if (copied !== undefined) report(copied);
      }
      if (externalBase(stage).kind !== 'scratch') continue;
      for (const found of missingThings(dockerfile, stage)) report(found);
    }
  },
});

/** A COPY --from a stage into which nothing was ever put. */
function emptySource(instruction: Instruction, dockerfile: Dockerfile): RuleReport | undefined {
  if (instruction.name !== 'COPY' || instruction.from === undefined) return undefined;
  const name = instruction.from.value.toLowerCase();
  const source = dockerfile.stages.find((stage) => stage.name === name);
  if (source === undefined || externalBase(source).kind !== 'scratch') return undefined;
  const fills = (each: Instruction) => ['RUN', 'COPY', 'ADD', 'WORKDIR'].includes(each.name);
  if (imageInstructions(source).some(fills) || instruction.sources.some(({ value }) => /^[/.]*$/.test(value)))
    return undefined;
  return {
    at: instruction.range,
    message: `The stage ${name} is empty, so there is nothing to copy from it.`,
    peers: [copyPeer],
    also: source.from ? [{ range: source.from.range, note: 'begins with scratch and gets no file' }] : [],
  };
}

function missingThings(dockerfile: Dockerfile, stage: Stage): RuleReport[] {
  const found: RuleReport[] = [];
  const before: Instruction[] = [];
  for (const instruction of imageInstructions(stage)) {
    if (stage.instructions.includes(instruction)) {
      const fault = faultOf(dockerfile, stage, instruction, before);
      if (fault !== undefined) {
        found.push(fault);
        // What comes after a step that cannot run is never reached.
        if (instruction.name === 'RUN') return found;
      }
    }
    before.push(instruction);
  }
  return found;
}

function faultOf(
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: Instruction,
  before: readonly Instruction[],
): RuleReport | undefined {
  const mayHave = (paths: readonly string[]) =>
    before.some((each) => each.name === 'RUN' || each.name === 'SHELL' || mayBring(dockerfile, stage, each, paths));
  switch (instruction.name) {
    case 'RUN':
      if (instruction.command.form !== 'shell' || instruction.mounts.length > 0) return undefined;
      if (instruction.heredocs.length > 0 || mayHave(['/bin', '/usr'])) return undefined;
      return {
        at: instruction.range,
        message: 'RUN needs /bin/sh, and nothing has put a shell into this stage.',
        peers: [shellPeer],
      };
    case 'USER':
      return namedIdentity(dockerfile, instruction, instruction.value, mayHave(['/etc']), 'USER');
    case 'COPY':
    case 'ADD':
      return namedIdentity(dockerfile, instruction, instruction.chown, mayHave(['/etc']), '--chown');
    default:
      return undefined;
  }
}

function namedIdentity(
  dockerfile: Dockerfile,
  instruction: Instruction,
  token: Token | undefined,
  mayBeKnown: boolean,
  place: string,
): RuleReport | undefined {
  const value = token && expandedValue(dockerfile, instruction, token)?.trim();
  if (token === undefined || !value || mayBeKnown) return undefined;
  const name = value.split(':').find((part) => part !== '' && !/^\d+$/.test(part));
  if (name === undefined) return undefined;
  return {
    at: token.range,
    message: `${place} names ${name}, and the stage has no /etc/passwd or /etc/group that could know it.`,
    remedy: 'Use numbers, or copy /etc/passwd and /etc/group from the stage that creates the user.',
    peers: [userPeer],
  };
}

/** Whether a COPY or ADD can have put something at or below one of the paths: a directory is copied with all that it holds. */
function mayBring(dockerfile: Dockerfile, stage: Stage, instruction: Instruction, paths: readonly string[]): boolean {
  if (instruction.name !== 'COPY' && instruction.name !== 'ADD') return false;
  const destination = destinationOf(dockerfile, stage, instruction);
  if (destination === undefined) return true;
  return paths.some((path) => liesIn(path, destination) || liesIn(destination, path));
}

function destinationOf(dockerfile: Dockerfile, stage: Stage, instruction: CopyInstruction): string | undefined {
  if (instruction.destination === undefined) return undefined;
  const written = expandedValue(dockerfile, instruction, instruction.destination);
  if (written === undefined) return undefined;
  return absolutePath(workingDirectory(dockerfile, stage, instruction).path, written);
}
