import type { Fix, TextEdit } from '../core/fix.ts';
import type { Dockerfile, PlacedCommand } from '../dockerfile/dockerfile.ts';
import { removeCommands } from '../dockerfile/remove-command.ts';
import { removeWords } from '../dockerfile/remove-words.ts';
import { isEditableRun } from '../dockerfile/run-chain.ts';
import type { ShellCommand } from '../dockerfile/shell.ts';
import { baseImageOf } from '../project/stage-facts.ts';

/**
 * Leaves the account without a password: `echo user:password | chpasswd` goes as a whole, of useradd and usermod the option. Undefined where the RUN cannot be
 * edited as text, or something else than echo feeds chpasswd.
 */
export function dropPassword(dockerfile: Dockerfile, placed: PlacedCommand): Fix | undefined {
  const edits =
    placed.command.name === 'chpasswd' ? withoutPipeline(dockerfile, placed) : withoutOption(dockerfile, placed);
  if (edits === undefined) return undefined;
  return {
    title: 'Leave the account without password',
    changes: { edits },
    assumptions: [
      {
        statement: 'Nobody logs in with this password.',
        state: passwordIsTheWayIn(dockerfile, placed) ? 'fails' : 'unknown',
        question:
          'Who logs in with this password: over SSH, with su or with sudo? They need a key, or a password that the start of the container sets from a secret.',
      },
    ],
  };
}

/** An SSH server without a key, or one that refuses accounts without password altogether, as Alpine's does. */
function passwordIsTheWayIn({ text }: Dockerfile, { stage }: PlacedCommand): boolean {
  const steps = stage?.instructions.map(({ range }) => text.slice(range.start, range.end)).join('\n') ?? '';
  if (!/\bsshd\b|\bopenssh\b|openssh-server|\bdropbear\b/.test(steps)) return false;
  return !/authorized_keys/.test(steps) || stage === undefined || baseImageOf(stage).distribution === 'alpine';
}

function withoutPipeline(
  dockerfile: Dockerfile,
  { command, instruction }: PlacedCommand,
): readonly TextEdit[] | undefined {
  const { pipeline } = command.place;
  if (pipeline === undefined || pipeline.length !== 2 || !isEditableRun(dockerfile, instruction)) return undefined;
  const feeds = dockerfile
    .script(instruction)
    ?.commands.find(({ place }) => place.pipeline === pipeline && place.pipelineIndex === 0);
  if (feeds === undefined || !/^(?:echo|printf)$/.test(feeds.name)) return undefined;
  const whole: ShellCommand = { ...feeds, range: pipeline.range, place: { ...feeds.place, pipeline: undefined } };
  return removeCommands(dockerfile, instruction, [whole]);
}

/** `-p HASH` and `--password=HASH`. usermod with nothing left to change would fail. */
function withoutOption(
  dockerfile: Dockerfile,
  { command, instruction }: PlacedCommand,
): readonly TextEdit[] | undefined {
  const words = command.arguments;
  const at = words.findIndex(({ value }) => value === '-p' || value.startsWith('--password'));
  const option = words[at];
  const value = option?.value.includes('=') ? undefined : words[at + 1];
  if (option === undefined || command.name !== 'useradd' || !isEditableRun(dockerfile, instruction)) return undefined;
  if (value === undefined && !option.value.includes('=')) return undefined;
  return removeWords(dockerfile, value ? [option, value] : [option]);
}
