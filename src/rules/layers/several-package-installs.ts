import type { Fix } from '../../core/fix.ts';
import { addPackages } from '../../dockerfile/add-packages.ts';
import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type { PlacedPackageCommand } from '../../dockerfile/package-commands.ts';
import { removeCommand } from '../../dockerfile/remove-command.ts';
import { linkOf, standsAlone } from '../../dockerfile/run-chain.ts';
import { dockerfileRule } from '../../project/rule.ts';
import { canBeOne, namedInstalls } from '../../repairs/join-installs.ts';

export const rule = dockerfileRule({
  severity: 'note',
  preset: 'all',
  offBecause:
    'Two lists of packages are often kept apart on purpose: the second changes more often, or is removed again.',
  summary: 'One RUN installs packages of the distribution in several commands',
  why: 'Each command reads the lists and solves dependencies again, and a reader has to look in two places for what is in the image.',
  remedy: 'Name all packages in one command.',
  peers: ['parfum:moreThanOneInstall'],
  check({ dockerfile }, { report }) {
    const first = new Map<object, PlacedPackageCommand>();
    for (const placed of namedInstalls(dockerfile)) {
      const { read, command, instruction } = placed;
      const before = first.get(instruction);
      if (before === undefined) first.set(instruction, placed);
      else if (before.read.tool === read.tool) {
        const fix = joinInstalls(dockerfile, before, placed);
        report({
          ...(fix && { fix }),
          at: command.range,
          message: `${read.tool} install runs a second time in this RUN.`,
          also: [{ range: before.command.range, note: 'the first time' }],
        });
      }
    }
  },
});

/** Two installs that follow each other with the same options become one. */
function joinInstalls(
  dockerfile: Dockerfile,
  first: PlacedPackageCommand,
  second: PlacedPackageCommand,
): Fix | undefined {
  const commands = dockerfile.script(first.instruction)?.commands ?? [];
  const at = commands.findIndex(({ range }) => range.start === first.command.range.start);
  const one = commands[at];
  const other = commands[at + 1];
  if (one === undefined || other?.range.start !== second.command.range.start || !standsAlone(one)) return undefined;
  if (linkOf(dockerfile, first.instruction, other, 'before')?.operator !== '&&') return undefined;
  if (!canBeOne(first, second)) return undefined;
  const removed = removeCommand(dockerfile, first.instruction, other);
  if (removed === undefined) return undefined;
  const added = second.read.packages.map(({ word }) => word.raw);
  return {
    title: 'Install them together',
    changes: { edits: [...addPackages(dockerfile, first.read, added), ...removed] },
    assumptions: [{ statement: 'The first install brings no repository that the second one needs.', state: 'holds' }],
  };
}
