import type { Assumption } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { CopyInstruction, Instruction, RunInstruction } from '../dockerfile/instruction.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { copiedFiles, liesIn } from '../project/copied-files.ts';
import { workingDirectory } from '../project/stage-facts.ts';
import { isIndependent } from './independent-steps.ts';

/** What stands between the COPY and the install must not need the sources; undefined where it surely does, or cannot be passed. */
export function stepsBetween(
  dockerfile: Dockerfile,
  stage: Stage,
  copy: CopyInstruction,
  run: RunInstruction,
): Assumption[] | undefined {
  const between = stage.instructions.filter(
    ({ range }) => range.start > copy.range.start && range.start < run.range.start,
  );
  const copyText = dockerfile.text.slice(copy.range.start, copy.range.end);
  const unsure: Instruction[] = [];
  for (const instruction of between) {
    switch (instruction.name) {
      case 'WORKDIR':
      case 'LABEL':
      case 'EXPOSE':
      case 'MAINTAINER':
      case 'STOPSIGNAL':
      case 'CMD':
      case 'ENTRYPOINT':
      case 'HEALTHCHECK':
        break;
      case 'ENV':
      case 'ARG':
        if (copyText.includes('$')) return undefined;
        break;
      case 'COPY':
        if (!liesApart(dockerfile, stage, copy, instruction)) return undefined;
        break;
      case 'RUN':
        if (!isIndependent(dockerfile, stage, instruction)) unsure.push(instruction);
        break;
      default:
        // USER and ONBUILD, and what is not understood.
        return undefined;
    }
  }
  if (unsure.length > 1 || unsure.some((each) => looksAtSources(dockerfile, stage, copy, each))) return undefined;
  const statement = 'No step between needs the sources.';
  const [step] = unsure;
  if (step === undefined) return [{ statement, state: 'holds' }];
  return [{ statement, state: 'unknown', question: `Does the step at line ${step.line} work without the sources?` }];
}

/** A COPY that goes elsewhere, or brings a file to where the first one brings it, too. */
function liesApart(dockerfile: Dockerfile, stage: Stage, copy: CopyInstruction, other: CopyInstruction): boolean {
  const places = copiedFiles(dockerfile, stage);
  const first = places.find(({ instruction }) => instruction === copy)?.destination;
  const second = places.find(({ instruction }) => instruction === other)?.destination;
  if (first === undefined || second === undefined) return false;
  if (!liesIn(second, first) && !liesIn(first, second)) return true;
  const [source] = other.sources;
  const isSame =
    source !== undefined && other.sources.length === 1 && /^[\w.-]+$/.test(source.value) && other.from === undefined;
  return (
    isSame &&
    other.flags.length === 0 &&
    copy.flags.length === 0 &&
    (second === first || second === `${first}/${source.value}`)
  );
}

/** Works among the sources with more than what fetches from elsewhere, or names their directory. */
function looksAtSources(dockerfile: Dockerfile, stage: Stage, copy: CopyInstruction, step: Instruction): boolean {
  const destination =
    copiedFiles(dockerfile, stage).find(({ instruction }) => instruction === copy)?.destination ?? '/';
  const directory = workingDirectory(dockerfile, stage, step).path;
  const isAmong = directory === undefined || liesIn(directory, destination);
  return (dockerfile.script(step)?.commands ?? []).some(
    ({ name, arguments: words }) =>
      (isAmong && !/^(?:curl|wget|php|gpg|tee|apt-key)$/.test(name)) ||
      (destination !== '/' && words.some(({ value }) => value.includes(destination))),
  );
}
