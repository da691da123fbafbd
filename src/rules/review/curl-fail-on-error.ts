import type { CommandLine } from '../../core/command-line.ts';
import { insertWord } from '../../dockerfile/edit.ts';
import { dockerfileRule } from '../../project/rule.ts';

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'curl takes an error page for the download',
  why: 'Without --fail curl stores what the server sends with a 404 or 500 and reports success, so the build goes on with an error page in place of the file.',
  remedy: 'Pass -f to curl.',
  peers: ['parfum:curlUseFlagF'],
  check({ dockerfile }, { report }) {
    for (const { command, instruction } of dockerfile.commandsNamed('curl')) {
      if (
        instruction.name !== 'RUN' ||
        !downloads(command) ||
        has(command, 'f', ['--fail', '--fail-with-body', '--fail-early'])
      )
        continue;
      report({
        at: command.range,
        message: 'This curl succeeds when the server answers with an error.',
        fix: {
          title: 'Pass -f to curl',
          changes: { edits: [insertWord(dockerfile, command.nameWord.range, '-f')] },
          assumptions: [
            {
              statement: 'No answer with an error status is wanted.',
              state: 'unknown',
              question: 'Does the build count on the body of an error answer of this address?',
            },
          ],
        },
      });
    }
  },
});

/** Stores or passes on what it gets: not a request whose status alone is looked at, not one that sends. */
function downloads(command: CommandLine): boolean {
  const words = command.arguments.map(({ value }) => value);
  if (!words.some((word) => /^https?:\/\//.test(word))) return false;
  if (
    words.some((word) =>
      /^(?:-w|--write-out|-I|--head|-X|--request|-d|--data.*|-F|--form.*|-T|--upload-file)$/.test(word),
    )
  )
    return false;
  return true;
}

function has(command: CommandLine, letter: string, long: readonly string[]): boolean {
  return command.arguments.some(
    ({ value }) => long.includes(value) || (/^-[a-zA-Z#]+$/.test(value) && value.includes(letter)),
  );
}
