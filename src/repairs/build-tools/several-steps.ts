import type { TextEdit } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type { Instruction, RunInstruction } from '../../dockerfile/instruction.ts';
import { isEditableRun } from '../../dockerfile/run-chain.ts';
import { workingDirectory } from '../../project/stage-facts.ts';
import { changesShell, jointEdit, startsService } from '../join-runs.ts';
import {
  commandsOf,
  installThere,
  moveTo,
  names,
  removeThere,
  type ToolChanges,
  type ToolSubject,
} from './tool-changes.ts';

/** More RUNs than these are not made one: each keeps what it made when a later one fails. */
const mostJoined = 5;

/**
 * Several steps may compile: what one layer holds a later one cannot take away. RUNs that follow each other become one, in which the tools are
 * installed and removed; of two that are apart each has them for itself, unless the second one runs again with every change of the sources.
 */
export function changeSeveralSteps(subject: ToolSubject, steps: readonly Instruction[]): ToolChanges {
  const { tools } = subject;
  const joined = joinSteps(subject, steps);
  if (!('refusal' in joined)) return joined;
  const [first, second, third] = steps;
  if (first === undefined || second === undefined || third !== undefined) return joined;
  const sources = copiesSources(subject, first, second);
  if (sources !== undefined)
    return {
      refusal: `line ${second.line} may compile, too, with every change of what line ${sources.line} copies`,
    };
  const changes = first === subject.install.instruction ? removeThere(subject) : moveTo(subject, first);
  if ('refusal' in changes) return changes;
  const again = installThere(subject, second);
  if ('refusal' in again) return again;
  return {
    title: `Install ${names(tools)} in each of the two steps that need ${tools.length === 1 ? 'it' : 'them'}, and remove ${tools.length === 1 ? 'it' : 'them'} there`,
    changes: { edits: [...changes.changes.edits, ...again.edits] },
  };
}

/** All RUNs from the first that compiles to the last one, as one. */
function joinSteps(subject: ToolSubject, steps: readonly Instruction[]): ToolChanges {
  const { dockerfile, stage, install, tools } = subject;
  const refusal = `lines ${steps[0]?.line} and ${steps[1]?.line} may both compile`;
  const [first] = steps;
  const last = steps.at(-1);
  if (first === undefined || last === undefined) return { refusal };
  const { instructions } = stage;
  const row = instructions.slice(instructions.indexOf(first), instructions.indexOf(last) + 1);
  if (row.length > mostJoined || !row.every((each) => isJoinable(dockerfile, each))) return { refusal };
  const joints: TextEdit[] = [];
  for (const [at, each] of row.entries()) {
    const before = row[at - 1];
    if (before?.name !== 'RUN' || each.name !== 'RUN') continue;
    const joint = jointOf(subject, before, each);
    if (joint === undefined) return { refusal };
    joints.push(joint);
  }
  if (last.name !== 'RUN') return { refusal };
  const changes = first === install.instruction ? removeThere(subject, last) : moveTo(subject, first, last);
  if ('refusal' in changes) return changes;
  return {
    title: `Make the steps that need ${names(tools)} one, and remove ${tools.length === 1 ? 'it' : 'them'} at its end`,
    changes: { edits: [...changes.changes.edits, ...joints] },
  };
}

/** A plain list of commands joined by `&&`, that starts nothing which goes on beside it. */
function isJoinable(dockerfile: Dockerfile, step: Instruction): step is RunInstruction {
  return (
    step.name === 'RUN' &&
    step.flags.length === 0 &&
    step.heredocs.length === 0 &&
    isEditableRun(dockerfile, step) &&
    commandsOf(dockerfile, step).every(
      ({ name, place, wrappers, nameWord }) =>
        !startsService.test(name) &&
        !wrappers.some((each) => startsService.test(each)) &&
        !nameWord.value.includes('/init.d/') &&
        (place.inside.length > 0 || place.after === undefined || place.after === '&&'),
    )
  );
}

/** The edit that joins two steps: back in the directory of the second one where the first goes elsewhere. */
function jointOf(
  { dockerfile, stage }: ToolSubject,
  before: RunInstruction,
  step: RunInstruction,
): TextEdit | undefined {
  const outer = commandsOf(dockerfile, before).filter(({ place }) => place.inside.length === 0);
  const changing = outer.filter(({ name }) => changesShell.test(name));
  const isKnown = changing.every(
    ({ name, arguments: words }) =>
      name === 'cd' || (name === 'set' && words.every(({ value }) => /^-[ex]+$/.test(value))),
  );
  // A variable that is set for the shell may mean something to the next commands.
  if (!isKnown || (dockerfile.script(before)?.assigned.length ?? 0) > 0) return undefined;
  const [next] = commandsOf(dockerfile, step);
  const goesItself = next?.name === 'cd' && next.arguments[0]?.value.startsWith('/') === true;
  if (goesItself || !changing.some(({ name }) => name === 'cd')) return jointEdit(dockerfile, before, step);
  const { path } = workingDirectory(dockerfile, stage, step);
  return path === undefined || /[^\w./-]/.test(path)
    ? undefined
    : jointEdit(dockerfile, before, step, `cd ${path} && `);
}

/** A COPY between two steps of more than files that are named. */
function copiesSources({ stage }: ToolSubject, first: Instruction, second: Instruction): Instruction | undefined {
  return stage.instructions.find(
    (each) =>
      (each.name === 'COPY' || each.name === 'ADD') &&
      each.from === undefined &&
      each.range.start > first.range.start &&
      each.range.start < second.range.start &&
      !each.sources.every(({ value }) => /(?:^|\/)[^./*?][^/*?]*\.\w+$|^(?:Gemfile|Pipfile|Makefile)$/.test(value)),
  );
}
