import type { ShellCommand } from '../../dockerfile/shell.ts';
import { shippedStages } from '../../project/project.ts';
import { dockerfileRule } from '../../project/rule.ts';

export const rule = dockerfileRule({
  severity: 'note',
  summary: 'A temporary directory, signature or source tree that a RUN makes stays in the layer',
  why: 'It was needed only during the step and is pulled with every image.',
  remedy: 'Delete it at the end of the same RUN.',
  peers: ['parfum:rmRecursiveAfterMktempD', 'parfum:gpgVerifyAscRmAsc', 'parfum:mkdirUsrSrcThenRemove'],
  check({ dockerfile, project }, { report }) {
    const shipped = new Set(shippedStages(project, dockerfile));
    for (const { command, instruction, stage } of dockerfile.commandsNamed('mktemp', 'gpg', 'gpg2', 'gpgv', 'mkdir')) {
      if (stage === undefined || !shipped.has(stage)) continue;
      const commands = dockerfile.script(instruction)?.commands ?? [];
      const later = commands.slice(commands.indexOf(command) + 1);
      if (command.name === 'mktemp' && makesDirectory(command) && !deletes(later, /./, true))
        report({
          at: command.range,
          message: 'The directory that mktemp makes here is never deleted.',
          peers: ['parfum:rmRecursiveAfterMktempD'],
        });
      const signature =
        command.name.startsWith('gpg') && command.arguments.some(({ value }) => value === '--verify')
          ? command.arguments.find(({ value }) => /\.(?:asc|sig|sign)$/.test(value))
          : undefined;
      if (signature && !deletes(later, /\.(?:asc|sig|sign)$|\$|\*/, false))
        report({
          at: command.range,
          message: `${signature.value} stays in the layer after it was checked.`,
          peers: ['parfum:gpgVerifyAscRmAsc'],
        });
      const source =
        command.name === 'mkdir' ? command.arguments.find(({ value }) => /^\/usr\/src\/[^$]+/.test(value)) : undefined;
      if (source && compiles(later) && !deletes(later, /\/usr\/src|\$|\*|^\.\.?$/, true))
        report({
          at: command.range,
          message: `${source.value} holds sources that are compiled here and stays in the layer.`,
          peers: ['parfum:mkdirUsrSrcThenRemove'],
        });
    }
  },
});

function makesDirectory(command: ShellCommand): boolean {
  return command.arguments.some(({ value }) => value === '--directory' || /^-[a-zA-Z]*d/.test(value));
}

function deletes(later: readonly ShellCommand[], what: RegExp, recursive: boolean): boolean {
  return later.some(({ name, arguments: words }) => {
    if (name === 'find' || name === 'mv' || name === 'trap') return true;
    if (name !== 'rm' && name !== 'rmdir') return false;
    return (
      words.some(({ value }) => !value.startsWith('-') && what.test(value)) &&
      (!recursive || name === 'rmdir' || words.some(({ value }) => /^-[a-zA-Z]*[rR]|^--recursive$/.test(value)))
    );
  });
}

function compiles(later: readonly ShellCommand[]): boolean {
  return later.some(({ name }) => name === 'make' || name === 'ninja' || name === 'cmake' || name === 'gcc');
}
