import type { CommandLine } from '../../core/command-line.ts';
import { replace } from '../../dockerfile/edit.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { expandedValue, stageChain } from '../../project/stage-facts.ts';

export const rule = dockerfileRule({
  severity: 'warning',
  summary: 'USER with a group drops the other groups of the user',
  why: 'With a group in USER the process has that one only, so the groups that the file adds the user to have no effect.',
  remedy: 'Write USER with the user alone: its groups are then read from /etc/group.',
  peers: ['tally:user-explicit-group-drops-supplementary-groups'],
  check({ dockerfile }, { report }) {
    const adding = dockerfile
      .commandsNamed('useradd', 'usermod', 'gpasswd', 'adduser', 'addgroup')
      .filter(({ command }) => mayAdd(command));
    if (adding.length === 0) return;
    for (const { instruction, stage } of dockerfile.instructionsNamed('USER')) {
      if (instruction.name !== 'USER' || stage === undefined) continue;
      const written = expandedValue(dockerfile, instruction, instruction.value)?.trim();
      const [user = '', group = ''] = written?.split(':') ?? [];
      if (user === '' || group === '' || /^\d+$/.test(user)) continue;
      const chain = new Set(stageChain(stage));
      const added = adding
        .filter(
          (placed) =>
            placed.stage !== undefined &&
            chain.has(placed.stage) &&
            placed.instruction.range.start < instruction.range.start,
        )
        .flatMap(({ command }) => {
          const lost = groupsAdded(command, user).filter((name) => name !== group);
          return lost.length === 0 ? [] : [{ command, lost }];
        });
      if (added.length === 0) continue;
      const colon = instruction.value.value.indexOf(':');
      const { range } = instruction.value;
      const isPlain = dockerfile.text.slice(range.start, range.end) === `${user}:${group}`;
      report({
        at: range,
        message: `USER ${user}:${group} leaves ${user} without ${added.flatMap(({ lost }) => lost).join(', ')}.`,
        also: added.map(({ command }) => ({ range: command.range, note: 'added to the group here' })),
        ...(isPlain && {
          fix: {
            title: `Write USER ${user}`,
            changes: { edits: [replace(dockerfile, { start: range.start + colon, end: range.end }, '')] },
            assumptions: [
              {
                statement: `The first group of ${user} may be the one of /etc/passwd.`,
                state: 'unknown',
                question: `Is ${group} the group that /etc/passwd gives ${user}?`,
              },
            ],
          },
        }),
      });
    }
  },
});

function mayAdd({ name, arguments: words }: CommandLine): boolean {
  return (
    name === 'gpasswd' ||
    (words.length === 2 && name.startsWith('add')) ||
    words.some(({ value }) => /^-.*G|^--groups/.test(value))
  );
}

/** The groups beside its own that a command puts a user into. */
function groupsAdded(command: CommandLine, user: string): string[] {
  const words = command.arguments.map(({ value }) => value);
  const after = (pattern: RegExp) => {
    const at = words.findIndex((word) => pattern.test(word));
    return at === -1 ? undefined : words[at + 1];
  };
  const operands = words.filter((word) => !word.startsWith('-'));
  switch (command.name) {
    case 'useradd':
    case 'usermod': {
      const list = after(/^(?:-[a-zA-Z]*G|--groups)$/) ?? words.find((word) => word.startsWith('--groups='))?.slice(9);
      return list !== undefined && words.at(-1) === user ? list.split(',') : [];
    }
    case 'gpasswd':
      return after(/^(?:-a|--add)$/) === user ? words.slice(-1) : [];
    default:
      return words.length === 2 && operands.length === 2 && operands[0] === user ? [operands[1] ?? ''] : [];
  }
}
