import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { RunInstruction } from '../dockerfile/instruction.ts';
import type { ShellCommand } from '../dockerfile/shell.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { readPackageCommand } from '../ecosystems/package-command.ts';

/** Programs that look at no file of the application. */
const blind =
  /^(?:set|true|:|echo|printf|mkdir|useradd|adduser|groupadd|addgroup|usermod|locale-gen|update-ca-certificates|export|apt-key|add-apt-repository|ldconfig|corepack|rustup|a2enmod|docker-php-ext-install|docker-php-ext-enable|docker-php-ext-configure|pecl|sleep|date|uname|id|env|whoami)$/;

/** Whether a command does the same whether the sources are there or not. */
export function isIndependentCommand(command: ShellCommand): boolean {
  const read = readPackageCommand(command);
  if (read === undefined) return blind.test(command.name) && command.redirects.length === 0;
  if (['apt', 'apk', 'rpm'].includes(read.ecosystem))
    return read.packages.every(({ kind }) => kind === 'registry' || kind === 'group');
  if (read.action === 'clean-cache') return true;
  if (
    read.action !== 'install' ||
    !read.packages.every(({ kind }) => kind === 'registry' || kind === 'url' || kind === 'vcs')
  )
    return false;
  // `npm install x` without -g is written to the project's package.json.
  return read.global || read.ecosystem === 'pip' || read.ecosystem === 'gem';
}

/** Whether a whole RUN is one that needs no source. */
export function isIndependent(dockerfile: Dockerfile, _stage: Stage, run: RunInstruction): boolean {
  const script = dockerfile.script(run);
  return (
    script !== undefined &&
    script.errors.length === 0 &&
    script.commands.length > 0 &&
    script.commands.every(isIndependentCommand)
  );
}
