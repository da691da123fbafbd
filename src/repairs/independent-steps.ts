import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import type { RunInstruction } from '../dockerfile/instruction.ts';
import type { ShellCommand } from '../dockerfile/shell.ts';
import type { Stage } from '../dockerfile/stage.ts';
import { readPackageCommand } from '../ecosystems/package-command.ts';

/** Programs that look at no file of the application. */
const blind =
  /^(?:set|true|:|echo|printf|mkdir|useradd|adduser|groupadd|addgroup|usermod|locale-gen|update-ca-certificates|export|apt-key|add-apt-repository|ldconfig|corepack|a2enmod|docker-php-ext-install|docker-php-ext-enable|docker-php-ext-configure|pecl|sleep|date|uname|id|env|whoami)$/;

/** Whether a command does the same whether the sources are there or not. */
export function isIndependentCommand(command: ShellCommand): boolean {
  const read = readPackageCommand(command);
  if (setsPlace(command)) return false;
  if (setsForUser(command)) return !namesFile(command);
  if (read === undefined) return isBlind(command);
  if (namesFile(command)) return false;
  if (['apt', 'apk', 'rpm'].includes(read.ecosystem))
    return read.packages.every(({ kind }) => kind === 'registry' || kind === 'group');
  if (read.action === 'clean-cache') return true;
  if (
    read.action !== 'install' ||
    !read.packages.every(({ kind }) => kind === 'registry' || kind === 'url' || kind === 'vcs')
  )
    return false;
  // `go install` of a package without a version is one of the module in the working directory: https://go.dev/ref/mod#go-install
  if (read.ecosystem === 'go') return read.packages.every(({ version }) => version !== undefined);
  // Others read settings of the working directory, also for what is installed for all: a toolchain, a registry, a version of the tool.
  if (!['pip', 'gem', 'npm'].includes(read.ecosystem) || read.tool === 'yarn' || read.tool === 'pnpm') return false;
  // `npm install x` without -g is written to the project's package.json.
  return read.global || read.ecosystem === 'pip' || read.ecosystem === 'gem';
}

/** A setting that a package manager keeps in the home of the user, whatever directory it is called in. */
function setsForUser({ name, arguments: words, redirects }: ShellCommand): boolean {
  const [first, second] = words.map(({ value }) => value);
  if (
    redirects.length > 0 ||
    first !== 'config' ||
    words.some(({ value }) => /^--(?:local|location|site)\b/.test(value))
  )
    return false;
  // https://python-poetry.org/docs/configuration/
  if (name === 'poetry') return true;
  return /^(?:npm|pnpm|pip3?)$/.test(name) && second === 'set';
}

/** `corepack install` reads package.json, and a home among the sources is filled with files of its own. */
function isBlind({ name, arguments: words, redirects }: ShellCommand): boolean {
  if (!blind.test(name) || redirects.length > 0) return false;
  if (name === 'corepack') return words.length === 1 && words[0]?.value === 'enable';
  const homes = words.flatMap(({ value }, at) =>
    /^(?:-d|-h|--home|--home-dir|-\w*d)$/.test(value) ? [words[at + 1]?.value ?? ''] : [],
  );
  return (
    !/^(?:useradd|adduser|usermod)$/.test(name) ||
    homes.every((home) => /^\/(?:home\/|nonexistent$|dev\/null$)/.test(home))
  );
}

/** A file or a directory in a word or in the value of an option, beside what package managers write themselves: settings, lists, local packages. */
function namesFile({ arguments: words }: ShellCommand): boolean {
  return words.some(
    ({ value }) =>
      /^(?:-[crtefCKX]|--(?:constraint|requirement|find-links|editable|file|local|offline))(?:=|$)|file:/.test(value) ||
      /(?:^|[=@:,])(?:\.{0,2}\/|\.$)/.test(value.replace(/^[a-z+]+:\/\/\S*/i, '')) ||
      /\.(?:txt|toml|cfg|conf|ini|list|repo|pem|crt|whl|tgz|gem|deb|rpm|apk)$/.test(value),
  );
}

/** A variable that names a file or a directory: which, only the place of the step tells. */
function setsPlace({ name, assignments, arguments: words }: ShellCommand): boolean {
  const values = [
    ...assignments.map(({ value }) => value?.value ?? ''),
    ...(name === 'export' || name === 'env' ? words.map(({ value }) => value.replace(/^[^=]*=?/, '')) : []),
  ];
  return values.some((value) => /[/.$]/.test(value) && !/^https?:\/\//.test(value));
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
