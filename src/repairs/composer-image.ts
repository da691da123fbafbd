import type { Assumption, Fix, TextEdit } from '../core/fix.ts';
import { compareNumbers } from '../core/version-order.ts';
import type { Dockerfile, PlacedCommand } from '../dockerfile/dockerfile.ts';
import { replace } from '../dockerfile/edit.ts';
import { inCaseOf, insertLinesBefore } from '../dockerfile/edit-lines.ts';
import type { Instruction } from '../dockerfile/instruction.ts';
import { removeCommands } from '../dockerfile/remove-command.ts';
import { isEditableRun, skipBlank } from '../dockerfile/run-chain.ts';
import type { ShellCommand } from '../dockerfile/shell.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { baseImageOf, workingDirectory } from '../project/stage-facts.ts';
import { wholePipe } from './piped-script.ts';

/** Options of Composer's installer that say how much it prints, not what it does: https://getcomposer.org/download/ */
const idle = /^--(?:quiet|ansi|no-ansi|stable|2|help)$/;

/**
 * Takes Composer from its official image in place of `curl https://getcomposer.org/installer | php`
 * (https://getcomposer.org/doc/00-intro.md#docker-image): the same file, and nothing that was downloaded runs unseen. Undefined where the place of the
 * file or its release is not known, or the RUN cannot be edited as text.
 */
export function takeComposerFromImage(
  dockerfile: Dockerfile,
  { command: download, instruction, stage }: PlacedCommand,
  runner: ShellCommand,
): Fix | undefined {
  if (stage === undefined || !isEditableRun(dockerfile, instruction) || !stage.instructions.includes(instruction))
    return undefined;
  const asked = optionsOf(runner);
  const whole = wholePipe(download, runner);
  if (asked === undefined || runner.name !== 'php' || whole === undefined) return undefined;
  const move = moveBehind(dockerfile, instruction, runner);
  const target = move?.target ?? installedAt(dockerfile, stage, instruction, download, asked);
  const php = phpOf(dockerfile, stage);
  const tag = tagFor(asked.version, php);
  if (target === undefined || tag === undefined) return undefined;
  const line = `${inCaseOf(instruction, 'COPY')} --from=composer:${tag} /usr/bin/composer ${target}`;
  const edits = exchange(dockerfile, instruction, move ? [whole, move.command] : [whole], line);
  if (edits === undefined) return undefined;
  return {
    title: `Copy Composer from its official image: composer:${tag}`,
    changes: { edits },
    assumptions: [
      phpFits(php),
      {
        statement: `The build may pull composer:${tag}.`,
        state: 'unknown',
        question: `May the build pull the official image composer:${tag}, from Docker Hub or a mirror of yours? It holds what the installer installs.`,
      },
    ],
  };
}

function phpFits(php: string | undefined): Assumption {
  return {
    statement: 'This Composer runs with the PHP of the image.',
    ...(php === undefined
      ? { state: 'unknown', question: 'Has the image PHP 7.2.5 or later? For an older one, take composer:2.2.' }
      : { state: 'holds' }),
  };
}

interface InstallerOptions {
  readonly directory: string | undefined;
  readonly file: string;
  readonly version: string | undefined;
}

/** What follows `php --`; undefined where something else is asked for. */
function optionsOf({ arguments: words }: ShellCommand): InstallerOptions | undefined {
  const given = new Map<string, string>();
  const rest = words.filter(({ value }) => value !== '--');
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at];
    if (!word?.literal) return undefined;
    const [, name = '', , value] = /^--(install-dir|filename|version|1)(=(.*))?$/.exec(word.value) ?? [];
    if (name === '' && !idle.test(word.value)) return undefined;
    if (name === '1') given.set('version', '1');
    else if (name !== '') given.set(name, value ?? rest[++at]?.value ?? '');
  }
  return {
    directory: given.get('install-dir'),
    file: given.get('filename') ?? 'composer.phar',
    version: given.get('version'),
  };
}

/** `mv composer.phar /usr/local/bin/composer` directly behind the installer, and where the file comes to lie. */
function moveBehind(
  dockerfile: Dockerfile,
  instruction: Instruction,
  runner: ShellCommand,
): { readonly command: ShellCommand; readonly target: string } | undefined {
  const commands = dockerfile.script(instruction)?.commands ?? [];
  const next = commands[commands.indexOf(runner) + 1];
  if (next?.name !== 'mv' || next.list !== runner.list || next.place.after !== '&&') return undefined;
  const [from, to, ...others] = next.arguments.filter(({ value }) => !value.startsWith('-'));
  if (from === undefined || to === undefined || others.length > 0 || !to.literal || !to.value.startsWith('/'))
    return undefined;
  if (!/(?:^|\/)composer\.phar$/.test(from.value)) return undefined;
  return { command: next, target: to.value.endsWith('/') ? `${to.value}composer.phar` : to.value };
}

/** Where the installer puts the file: not known behind a `cd`. */
function installedAt(
  dockerfile: Dockerfile,
  stage: Stage,
  instruction: Instruction,
  download: ShellCommand,
  { directory, file }: InstallerOptions,
): string | undefined {
  if (directory?.startsWith('/')) return `${directory.replace(/\/+$/, '')}/${file}`;
  const commands = dockerfile.script(instruction)?.commands ?? [];
  if (commands.some(({ name, range }) => /^(?:cd|pushd)$/.test(name) && range.start < download.range.start))
    return undefined;
  const working = workingDirectory(dockerfile, stage, instruction).path;
  if (working === undefined) return undefined;
  return [
    working.replace(/\/+$/, ''),
    ...(directory === undefined ? [] : [directory.replace(/^\.\/|\/+$/g, '')]),
    file,
  ].join('/');
}

/** Distributions whose own PHP is older than 7.2, up to this release. */
const lastWithOldPhp: Readonly<Record<string, number>> = { debian: 9, ubuntu: 16.04, alpine: 3.7, centos: 7 };

/** The PHP of the base image, else `5` where the packages or the distribution say that it is an old one. */
function phpOf({ text }: Dockerfile, stage: Stage): string | undefined {
  const { runtime, distribution, distributionVersion } = baseImageOf(stage);
  if (runtime?.name === 'php') return runtime.version;
  const isOld = Number(distributionVersion) <= (lastWithOldPhp[distribution] ?? 0);
  const names = stage.instructions.some(({ range }) => /\bphp(?:5|-?7\.[01])/.test(text.slice(range.start, range.end)));
  return names || isOld ? '5' : undefined;
}

/** Composer 2 asks for PHP 7.2.5; 2.2 is kept for what is older: https://getcomposer.org/doc/00-intro.md#system-requirements */
function tagFor(version: string | undefined, php: string | undefined): string | undefined {
  if (version === '1') return version;
  // The official image begins with 1.1.
  if (version !== undefined)
    return /^\d+\.\d+\.\d+$/.test(version) && compareNumbers(version, '1.5.0') >= 0 ? version : undefined;
  return php !== undefined && compareNumbers(php, '7.2') < 0 ? '2.2' : '2';
}

/** COPY in place of the RUN, or before it where other commands stay. */
function exchange(
  dockerfile: Dockerfile,
  instruction: Instruction,
  commands: readonly ShellCommand[],
  line: string,
): readonly TextEdit[] | undefined {
  const { range } = instruction;
  const first = commands[0];
  const last = commands.at(-1);
  const start = dockerfile.script(instruction)?.commands[0]?.range.start;
  const isAll =
    first !== undefined &&
    last !== undefined &&
    start === first.range.start &&
    skipBlank(dockerfile, instruction, last.range.end, 'forward') >= range.end;
  if (isAll) return instruction.syntax.innerComments.length > 0 ? undefined : [replace(dockerfile, range, line)];
  const removed = removeCommands(dockerfile, instruction, commands);
  return removed && [insertLinesBefore(dockerfile, instruction, [line]), ...removed];
}
