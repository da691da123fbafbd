import type { Fix } from '../../core/fix.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import { insertAfter } from '../../dockerfile/edit.ts';
import type { ShellCommand } from '../../dockerfile/shell.ts';
import { dockerfileRule } from '../../project/rule.ts';

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'A checksum line has one space where the format has two',
  why: 'GNU coreutils takes one space, BusyBox and others do not: on Alpine the check fails although the file is right.',
  remedy: 'Write two spaces between the checksum and the file name.',
  peers: ['parfum:sha256sumEchoOneSpaces'],
  check({ dockerfile }, { report }) {
    for (const { command, instruction } of dockerfile.commandsNamed(
      'sha256sum',
      'sha512sum',
      'sha1sum',
      'md5sum',
      'shasum',
    )) {
      if (
        !command.arguments.some(({ value }) => /^-[a-z]*c|^--check/.test(value)) ||
        command.place.pipeline === undefined
      )
        continue;
      const source = dockerfile
        .script(instruction)
        ?.commands.find((other) => other.place.pipeline === command.place.pipeline && other.name === 'echo');
      const line = source && echoed(source);
      if (line !== undefined && /^\S+ [^\s*]\S*$/.test(line))
        report({
          at: source?.range ?? command.range,
          message: `One space stands between the checksum and the file name that ${command.name} reads.`,
          ...(source && twoSpaces(dockerfile, source)),
        });
    }
  },
});

function echoed(command: ShellCommand): string {
  return command.arguments
    .map(({ value }) => value)
    .filter((value, at) => !(at === 0 && /^-[neE]+$/.test(value)))
    .join(' ');
}

/** In a word in quotes: there the space is one of the line that is read. */
function twoSpaces(dockerfile: Dockerfile, source: ShellCommand): { readonly fix: Fix } | undefined {
  const word = source.arguments.find(({ value }) => !/^-[neE]+$/.test(value));
  if (word === undefined || !/^(?:"[^"\\]*"|'[^']*')$/.test(word.raw)) return undefined;
  if (dockerfile.text.slice(word.range.start, word.range.end) !== word.raw) return undefined;
  const start = word.range.start + word.raw.indexOf(' ');
  return {
    fix: {
      title: 'Write two spaces',
      changes: { edits: [insertAfter(dockerfile, { start, end: start + 1 }, ' ')] },
      assumptions: [{ statement: 'Two spaces are the format that every implementation reads.', state: 'holds' }],
    },
  };
}
