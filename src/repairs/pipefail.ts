import type { Assumption, Fix, TextEdit } from '../core/fix.ts';
import { lineSeparator } from '../dockerfile/append-command.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { insertAfter, insertBefore } from '../dockerfile/edit.ts';
import { inCaseOf, insertLinesAfter, insertLinesBefore } from '../dockerfile/edit-lines.ts';
import type { Instruction, RunInstruction } from '../dockerfile/instruction.ts';
import type { ShellScript } from '../dockerfile/shell.ts';
import { shellWordsAt } from '../dockerfile/shell-dialect.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { baseImageOf, stageChain } from '../project/stage-facts.ts';
import { pipeTraps } from './pipe-traps.ts';
import { differsInBash } from './shell-change.ts';

/**
 * How the RUNs of a file whose pipes hide failures come to notice them, by RUN. A shell that knows `pipefail` is told in the RUN. Debian's
 * does not know it, but bash is there: one SHELL for neighbours, and the old one again where something behind them may do something
 * else in bash. The first of the neighbours has the fix.
 */
export function pipefailFixes(
  dockerfile: Dockerfile,
  found: ReadonlySet<RunInstruction>,
): ReadonlyMap<RunInstruction, Fix> {
  const fixes = new Map<RunInstruction, Fix>();
  for (const stage of dockerfile.stages) {
    const runs = stage.instructions.filter((each): each is RunInstruction => each.name === 'RUN' && found.has(each));
    if (runs.length === 0) continue;
    for (const run of runs) {
      const fix = setInRun(dockerfile, stage, run);
      if (fix !== undefined) fixes.set(run, fix);
    }
    for (const group of neighbours(
      dockerfile,
      stage,
      runs.filter((run) => needsBash(dockerfile, stage, run)),
    )) {
      const [first] = group.runs;
      if (first !== undefined) fixes.set(first, underBash(dockerfile, first, group));
    }
  }
  return fixes;
}

/** What reads the shell form at a RUN. Debian and its kin have bash beside dash; undefined where nothing tells. */
function shellAt(dockerfile: Dockerfile, stage: Stage, run: RunInstruction): 'knows' | 'dash' | undefined {
  const words = shellWordsAt(stage, run);
  const program = words?.[0]?.replace(/^.*\//, '');
  if (program !== undefined && program !== 'sh') return /^(?:bash|ash|zsh|ksh)$/.test(program) ? 'knows' : undefined;
  const { shell } = baseImageOf(stage);
  if (shell === 'bash' || shell === 'busybox') return 'knows';
  if (words !== undefined) return undefined;
  return shell === 'dash' || (shell === 'unknown' && installsWithApt(dockerfile, stage)) ? 'dash' : undefined;
}

/** Where apt-get runs, bash is there: it is essential in Debian and Ubuntu. */
function installsWithApt(dockerfile: Dockerfile, stage: Stage): boolean {
  const chain = stageChain(stage);
  return dockerfile
    .commandsNamed('apt-get', 'apt', 'dpkg')
    .some((placed) => placed.stage && chain.includes(placed.stage));
}

function setInRun(dockerfile: Dockerfile, stage: Stage, run: RunInstruction): Fix | undefined {
  const script = dockerfile.script(run);
  if (script === undefined || shellAt(dockerfile, stage, run) !== 'knows' || pipeTraps(script).breaks) return undefined;
  const edit = setOption(dockerfile, run, script);
  return edit && { title: 'Set pipefail in this RUN', changes: { edits: [edit] }, assumptions: [succeeds([script])] };
}

/** ` -o pipefail` behind the options of a `set` at the begin, else a `set` of its own before the first command. */
function setOption(dockerfile: Dockerfile, run: RunInstruction, script: ShellScript): TextEdit | undefined {
  const [first] = script.commands;
  if (run.command.form !== 'shell' || first === undefined || script.errors.length > 0) return undefined;
  if (run.heredocs.length > 0) return undefined;
  const { text } = run.command.command;
  const begin = text.length - text.trimStart().length;
  const start = run.command.command.sourceOffset(begin);
  const lastOption = first.arguments.at(-1);
  if (first.name === 'set' && first.range.start === start && lastOption !== undefined)
    return first.arguments.every(({ value }) => /^-[a-z]+$/.test(value) && !value.includes('o'))
      ? insertAfter(dockerfile, lastOption.range, ' -o pipefail')
      : undefined;
  // In the background it would be set for the first command only.
  if (/(?<![&>])&(?![&>\d])/.test(text)) return undefined;
  return insertBefore(dockerfile, { start, end: start }, `set -o pipefail${lineSeparator(dockerfile, run)}`);
}

function needsBash(dockerfile: Dockerfile, stage: Stage, run: RunInstruction): boolean {
  const script = dockerfile.script(run);
  if (script === undefined || shellAt(dockerfile, stage, run) !== 'dash' || run.command.form !== 'shell') return false;
  return script.errors.length === 0 && run.heredocs.length === 0 && !isSensitive(dockerfile, run);
}

interface Group {
  readonly runs: readonly RunInstruction[];
  readonly stage: Stage;
  /** Something behind them wants the old shell. */
  readonly restored: boolean;
}

/** The RUNs in groups, between which nothing stands that bash would run in another way. */
function neighbours(dockerfile: Dockerfile, stage: Stage, runs: readonly RunInstruction[]): Group[] {
  const wanted = new Set<Instruction>(runs);
  const groups: Group[] = [];
  let current: RunInstruction[] = [];
  const close = (restored: boolean) => {
    if (current.length > 0) groups.push({ runs: current, stage, restored });
    current = [];
  };
  for (const instruction of stage.instructions) {
    if (instruction.name === 'RUN' && wanted.has(instruction)) current.push(instruction);
    else if (instruction.name === 'SHELL') close(false);
    else if (isSensitive(dockerfile, instruction)) close(true);
  }
  close(
    dockerfile.stages.some(
      (other) => other !== stage && stageChain(other).includes(stage) && other.instructions.some(usesShell),
    ),
  );
  return groups;
}

/** Run by the shell in force, and perhaps with another effect in bash with pipefail. */
function isSensitive(dockerfile: Dockerfile, instruction: Instruction): boolean {
  if (!usesShell(instruction)) return false;
  if (instruction.name !== 'RUN') return true;
  const script = dockerfile.script(instruction);
  if (script === undefined || script.errors.length > 0 || instruction.command.form !== 'shell') return true;
  const text = instruction.command.command.text + instruction.heredocs.map(({ content }) => content).join('\n');
  return differsInBash(text, script) !== undefined || pipeTraps(script).breaks !== undefined;
}

function usesShell(instruction: Instruction): boolean {
  switch (instruction.name) {
    case 'RUN':
    case 'CMD':
    case 'ENTRYPOINT':
      return instruction.command.form === 'shell';
    case 'HEALTHCHECK':
      return instruction.check.kind === 'cmd' && instruction.check.command.form === 'shell';
    case 'ONBUILD':
      return true;
    default:
      return false;
  }
}

function underBash(dockerfile: Dockerfile, first: RunInstruction, { runs, stage, restored }: Group): Fix {
  const keyword = inCaseOf(first, 'SHELL');
  const last = runs.at(-1) ?? first;
  const edits = [insertLinesBefore(dockerfile, first, [`${keyword} ["/bin/bash", "-o", "pipefail", "-c"]`])];
  if (restored) edits.push(insertLinesAfter(dockerfile, last, [`${keyword} ["/bin/sh", "-c"]`]));
  const scripts = stage.instructions
    .filter((each) => each.range.start >= first.range.start && (!restored || each.range.start <= last.range.start))
    .flatMap((each) => (each.name === 'RUN' ? (dockerfile.script(each) ?? []) : []));
  return {
    title: restored ? 'Run these steps in bash with pipefail' : 'Run the steps from here on in bash with pipefail',
    changes: { edits },
    assumptions: [
      { statement: 'bash is in the image: it is essential in Debian and Ubuntu.', state: 'holds' },
      {
        statement: 'No step concerned has anything that bash is known to run in another way than dash.',
        state: 'holds',
      },
      succeeds(scripts),
    ],
  };
}

function succeeds(scripts: readonly ShellScript[]): Assumption {
  const names = [...new Set(scripts.flatMap((script) => pipeTraps(script).mustSucceed))];
  const statement = 'Every command before the last of a pipe succeeds, and is read to its end.';
  if (names.length === 0) return { statement, state: 'holds' };
  const question = `Does the build today go through with ${names.join(', ')} in these pipes failing, or with a reader that stops early? Then the step fails from now on.`;
  return { statement, state: 'unknown', question };
}
