import { packageCommands } from '../../dockerfile/package-commands.ts';
import { dockerfileRule } from '../../project/rule.ts';

const tools = ['apt-get', 'apt', 'apk', 'yum', 'dnf', 'microdnf', 'zypper'];

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
    const first = new Map<
      object,
      { readonly tool: string; readonly range: { readonly start: number; readonly end: number } }
    >();
    for (const { read, command, instruction } of packageCommands(dockerfile, ...tools)) {
      if (
        read.action !== 'install' ||
        !read.packages.every(({ kind }) => kind === 'registry') ||
        command.place.inside.length > 0
      )
        continue;
      if (read.virtual !== undefined) continue;
      const before = first.get(instruction);
      if (before === undefined) first.set(instruction, { tool: read.tool, range: command.range });
      else if (before.tool === read.tool)
        report({
          at: command.range,
          message: `${read.tool} install runs a second time in this RUN.`,
          also: [{ range: before.range, note: 'the first time' }],
        });
    }
  },
});
