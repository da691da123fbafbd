import type { CommandLine } from '../core/command-line.ts';
import { enumerate } from '../core/enumerate.ts';
import type { Assumption, Fix, TextEdit } from '../core/fix.ts';
import type { Dockerfile, PlacedCommand } from '../dockerfile/dockerfile.ts';
import { replace } from '../dockerfile/edit.ts';
import { insertLinesAfter, lineEndOf } from '../dockerfile/edit-lines.ts';
import { environmentAt } from '../dockerfile/environment.ts';
import type { Instruction } from '../dockerfile/instruction.ts';
import { packageCommands } from '../dockerfile/package-commands.ts';
import { standsAlone } from '../dockerfile/run-chain.ts';
import type { ShellCommand } from '../dockerfile/shell.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { baseImageOf, imageInstructions } from '../project/stage-facts.ts';
import { userAt } from '../project/user-at.ts';

/** What a shell does itself: behind sudo it does not reach the shell of the step, without sudo it would. */
const changesShell =
  /^(?:cd|pushd|popd|export|unset|set|source|\.|exit|return|exec|eval|umask|ulimit|alias|shift|trap|read|readonly|wait|)$/;

/** Programs of the system that read no variable of the environment that a Dockerfile sets for its program. */
const plainPrograms =
  /^(?:apt-get|apt|apt-key|add-apt-repository|aptitude|dpkg|apk|yum|dnf|microdnf|rpm|zypper|pacman|mkdir|chown|chmod|chgrp|cp|mv|ln|rm|touch|tee|cat|install|useradd|usermod|userdel|groupadd|adduser|addgroup|passwd|chsh|update-alternatives|update-rc\.d|update-ca-certificates|ldconfig|locale-gen|dpkg-reconfigure|debconf-set-selections|systemctl|service|tar|unzip|updatedb|visudo|gpasswd|chpasswd)$/;

/** Variables that change nothing but messages and questions. */
const harmless = /^(?:DEBIAN_FRONTEND|DEBCONF_\w+|LANG|LANGUAGE|LC_\w+|TZ|TERM|TERMINFO|container|REFRESHED_AT)$/;

/** The options of sudo that say nothing to a step of root's: keep the environment, take the home of root, ask nothing, become root. */
const idleOptions =
  /^[ \t]+(?:(?:-[EHn]{1,3}|--preserve-env|--set-home|--non-interactive|-u[ \t]?(?:root|0)|--user=(?:root|0)|--)[ \t]+)*(?=\S)/;

/**
 * The step without sudo. Where another user than root runs it and all of its commands go through sudo: with USER around it.
 * Undefined where sudo does more than run a command as root.
 */
export function dropSudo(dockerfile: Dockerfile, placed: PlacedCommand): Fix | undefined {
  const { stage, instruction, command } = placed;
  if (stage === undefined || instruction.name !== 'RUN' || !stage.instructions.includes(instruction)) return undefined;
  const { isRoot, value } = userAt(dockerfile, stage, instruction);
  if (isRoot === false) return value === undefined ? undefined : asRoot(dockerfile, stage, instruction, value);
  const edit = withoutSudo(dockerfile, command);
  if (edit === undefined) return undefined;
  return {
    title: 'Drop sudo',
    changes: { edits: [edit] },
    assumptions: [isRootAlready(dockerfile, stage, placed, isRoot), sameEnvironment(dockerfile, stage, placed)],
  };
}

/** Images of which the published Dockerfiles end with another user than root, and give it sudo for steps like these. */
const imagesOfOthers =
  /^(?:ocaml\/(?:opam|ocaml)|ocurrent\/opam|circleci\/|cimg\/|gitpod\/|coqorg\/|linuxbrew\/|homebrew\/)/;

function isRootAlready(
  dockerfile: Dockerfile,
  stage: Stage,
  { instruction }: PlacedCommand,
  known: boolean | undefined,
): Assumption {
  const statement = 'The step runs as root without sudo.';
  if (known || didWithout(dockerfile, stage, instruction)) return { statement, state: 'holds' };
  const repository = baseImageOf(stage).reference?.repository;
  if (repository !== undefined && imagesOfOthers.test(repository)) return { statement, state: 'fails' };
  return {
    statement,
    state: 'unknown',
    question: `Does ${repository ?? 'the base image'} run its steps as root? «docker image inspect --format {{.Config.User}}» prints nothing, root or 0 then.`,
  };
}

/** What only root can do. Looking packages up is for everybody. */
const accounts = [
  'useradd',
  'adduser',
  'groupadd',
  'addgroup',
  'usermod',
  'locale-gen',
  'update-ca-certificates',
  'ldconfig',
];
const changing: ReadonlySet<string> = new Set(['install', 'update-index', 'upgrade', 'dist-upgrade', 'remove']);

/** Whether an earlier step under the same USER did without sudo what only root can do, and would have failed otherwise. */
function didWithout(dockerfile: Dockerfile, stage: Stage, instruction: Instruction): boolean {
  const user = userAt(dockerfile, stage, instruction).instruction;
  const done = [
    ...packageCommands(dockerfile).filter(
      ({ read }) => ['apt', 'apk', 'rpm'].includes(read.ecosystem) && changing.has(read.action),
    ),
    ...dockerfile.commandsNamed(...accounts),
  ];
  return done.some(
    ({ stage: own, instruction: step, command }) =>
      own === stage &&
      step.range.start < instruction.range.start &&
      step.range.start > (user?.range.start ?? 0) &&
      command.wrappers.length === 0 &&
      failureEnds(dockerfile, step, command),
  );
}

/** Whether the step fails when this command does: nothing but `&&` stands behind it. */
function failureEnds(dockerfile: Dockerfile, step: Instruction, { range }: CommandLine): boolean {
  const script = step.name === 'RUN' ? dockerfile.script(step) : undefined;
  const own = script?.commands.find((each) => each.range.start === range.start);
  if (script === undefined || own === undefined || !standsAlone(own) || own.place.after === '||') return false;
  const behind = script.commands.filter((each) => each.list === own.list && each.range.start > range.start);
  const isStrict = script.options.has('errexit');
  return behind.every(({ place }) => place.after === '&&' || (isStrict && place.after === ';'));
}

/** The edit that takes one sudo with its options away. */
function withoutSudo(dockerfile: Dockerfile, command: ShellCommand): TextEdit | undefined {
  const at = command.wrappers.indexOf('sudo');
  const word = command.wrapperWords[at];
  if (word === undefined || command.wrappers.lastIndexOf('sudo') !== at || changesShell.test(command.name))
    return undefined;
  const next = command.wrapperWords[at + 1]?.range.start ?? command.nameWord.range.start;
  const options = idleOptions.exec(dockerfile.text.slice(word.range.end, next + 1))?.[0];
  if (options === undefined) return undefined;
  const end = word.range.end + options.length;
  // What begins behind the options is the program, or a variable for it, which every shell takes before a command.
  const isFirst = command.range.start === word.range.start;
  if (end !== next && (!isFirst || !/^[A-Za-z_]\w*=/.test(dockerfile.text.slice(end, end + 100)))) return undefined;
  return replace(dockerfile, { start: word.range.start, end }, '');
}

/** sudo takes variables away and sets PATH: a program that looks at them may do something else without it. */
function sameEnvironment(dockerfile: Dockerfile, stage: Stage, { instruction, command }: PlacedCommand): Assumption {
  const statement = 'The command does not look at the variables that sudo takes away from it.';
  const scope = environmentAt(dockerfile, instruction);
  const names = new Set<string>();
  for (const each of imageInstructions(stage)) {
    if (each.range.start >= instruction.range.start) break;
    if (each.name !== 'ENV' && each.name !== 'ARG') continue;
    for (const { key } of each.pairs) if (scope.declaration(key.value)) names.add(key.value);
  }
  for (const { name, exported } of dockerfile.script(instruction)?.assigned ?? []) if (exported) names.add(name);
  const isPlain = plainPrograms.test(command.name) && command.nameWord.value === command.name;
  const seen = isPlain ? [] : [...names].filter((name) => !harmless.test(name));
  const { runtime, distribution } = baseImageOf(stage);
  const isBare = runtime === undefined && distribution !== 'unknown';
  if (seen.length === 0 && (isPlain || isBare)) return { statement, state: 'holds' };
  const what = seen.length === 0 ? 'the variables of the base image' : enumerate(seen.slice(0, 3));
  return {
    statement,
    state: 'unknown',
    question: `Does ${command.name} do the same when it sees ${what}, which sudo hides?`,
  };
}

/**
 * Steps of another user whose commands all become root can be steps of root's. Those that follow each other directly are one
 * repair, which the finding of each of them carries.
 */
function asRoot(dockerfile: Dockerfile, stage: Stage, instruction: Instruction, user: string): Fix | undefined {
  const steps = groupOf(dockerfile, stage, instruction);
  const [first] = steps;
  const last = steps.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const lineEnd = lineEndOf(dockerfile);
  return {
    title: steps.length === 1 ? 'Run the step as root, without sudo' : 'Run the steps as root, without sudo',
    changes: {
      edits: [
        // Covers the keyword, so that two fixes for one place are seen to be in conflict.
        replace(dockerfile, first.instruction.keyword.range, `USER root${lineEnd}${first.instruction.keyword.value}`),
        ...steps.flatMap(({ edits }) => edits),
        insertLinesAfter(dockerfile, last.instruction, [`USER ${user}`]),
      ],
    },
    assumptions: [
      { statement: 'Every command of the step became root before.', state: 'holds' },
      {
        statement: `Root finds the same home directory and variables as with sudo from ${user}.`,
        state: 'unknown',
        question: `Does the step use the home directory of ${user}, or a variable that sudo hides?`,
      },
    ],
  };
}

interface SudoStep {
  readonly instruction: Instruction;
  readonly edits: readonly TextEdit[];
}

function groupOf(dockerfile: Dockerfile, { instructions }: Stage, instruction: Instruction): readonly SudoStep[] {
  const at = instructions.indexOf(instruction);
  const own = sudoStep(dockerfile, instruction);
  if (own === undefined) return [];
  const steps = [own];
  for (let index = at - 1; index >= 0; index--) {
    const step = sudoStep(dockerfile, instructions[index]);
    if (step === undefined) break;
    steps.unshift(step);
  }
  for (let index = at + 1; index < instructions.length; index++) {
    const step = sudoStep(dockerfile, instructions[index]);
    if (step === undefined) break;
    steps.push(step);
  }
  return steps;
}

/** A RUN of which each command that could own something goes through sudo. */
function sudoStep(dockerfile: Dockerfile, instruction: Instruction | undefined): SudoStep | undefined {
  if (instruction?.name !== 'RUN' || instruction.heredocs.length > 0) return undefined;
  const script = dockerfile.script(instruction);
  if (script === undefined || script.form !== 'shell' || script.errors.length > 0) return undefined;
  const edits: TextEdit[] = [];
  for (const command of script.commands) {
    if (needsNoUser(command)) continue;
    const edit = command.wrappers.includes('sudo') ? withoutSudo(dockerfile, command) : undefined;
    if (edit === undefined || command.place.inside.length > 0) return undefined;
    edits.push(edit);
  }
  return edits.length === 0 ? undefined : { instruction, edits };
}

/** Changes nothing that root or another user could own. */
function needsNoUser({ name, redirects, wrappers }: ShellCommand): boolean {
  return redirects.length === 0 && wrappers.length === 0 && /^(?:set|cd|true|:|echo)$/.test(name);
}
