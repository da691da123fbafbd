import type { Dockerfile, PlacedCommand } from '../../dockerfile/dockerfile.ts';
import type { Instruction } from '../../dockerfile/instruction.ts';
import type { Stage } from '../../dockerfile/stage.ts';
import { type PackageCommand, readPackageCommand } from '../../ecosystems/package-command.ts';
import { lastInstruction } from '../../project/stage-facts.ts';

/** What of a stage may call compilers that a step installed. */
export interface UsesOfTools {
  /** The steps that compile, or of which it is not known, in order. */
  readonly steps: readonly Instruction[];
  /** Steps that run a program of the application, which seldom compiles. */
  readonly doubtful: readonly Instruction[];
}

/** Programs of the system that call no compiler. */
const neutral =
  /^(?:set|cd|true|:|export|unset|test|\[|echo|printf|pwd|ls|umask|env|which|cat|rm|mkdir|rmdir|chmod|chown|chgrp|touch|find|grep|sed|awk|sleep|date|uname|head|tail|sort|cut|tr|cp|mv|ln|install|tee|tar|unzip|gunzip|gzip|bzip2|xz|curl|wget|git|gpg|gpg2|apt-key|apt-mark|apt-cache|add-apt-repository|debconf-set-selections|dpkg-reconfigure|dpkg-divert|update-rc\.d|update-locale|locale-gen|localedef|update-ca-certificates|update-alternatives|ldconfig|useradd|groupadd|adduser|addgroup|usermod|groupmod|deluser|passwd|chpasswd|openssl|ssh-keygen|ssh-keyscan|sha(?:1|256|512)sum|md5sum|virtualenv|a2en(?:mod|site|conf)|a2dis(?:mod|site|conf)|php(?:en|dis)mod|setcap|rc-update|dos2unix|sync|id|groups|basename|dirname|readlink|xargs|patch|source|\.|service|crontab|mysqladmin|visudo|expr|hash|type|command|localectl)$/;

/** Packages of languages that hold nothing to compile. */
const purePackages =
  /^(?:pip|setuptools|wheel|virtualenv|pipenv|uv|supervisor|gunicorn|npm|yarn|pnpm|bower|grunt|grunt-cli|gulp|gulp-cli|pm2|nodemon|forever|typescript|@angular\/cli|bundler)$/;

/** The compilers' own names, and tools that call them, as the program of a container. */
const compilers =
  /^(?:gcc|g\+\+|cc|c\+\+|clang(?:\+\+)?|make|javac|jar|jshell|jlink|jcmd|jmap|jps|jstack|jstat|ant|cmake|ninja|go|cargo|rustc|mvn|gradle|gradlew|mvnw|sbt|lein|pip[\d.]*|poetry|bundle|jupyter(?:-\w+)?|ipython|R|Rscript|stack|cabal|ghc|phpize|autoreconf|bazel|scons|meson)$/;

/** The steps of a stage behind a place that may compile. */
export function usesOfTools(dockerfile: Dockerfile, stage: Stage, behind: number): UsesOfTools {
  const steps = new Set<Instruction>();
  const doubtful = new Set<Instruction>();
  for (const instruction of stage.instructions) {
    if (instruction.name !== 'RUN' || instruction.range.end <= behind) continue;
    const script = dockerfile.script(instruction);
    if (script === undefined || script.errors.length > 0 || script.commands.length === 0) steps.add(instruction);
    for (const command of script?.commands ?? []) {
      if (command.range.end <= behind) continue;
      const use = addsRepository(script?.commands ?? [], command) ? 'none' : useOf({ command, instruction, stage });
      if (use === 'compiles') steps.add(instruction);
      else if (use === 'doubtful') doubtful.add(instruction);
    }
  }
  return { steps: [...steps], doubtful: [...doubtful].filter((each) => !steps.has(each)) };
}

/** `curl … | bash -` of a script that is known to name a repository or to install packages. */
function addsRepository(commands: readonly PlacedCommand['command'][], command: PlacedCommand['command']): boolean {
  if (!/^(?:bash|sh)$/.test(command.name) || !command.arguments.every(({ value }) => value.startsWith('-')))
    return false;
  const fetch = commands[commands.indexOf(command) - 1];
  return (
    /^(?:curl|wget)$/.test(fetch?.name ?? '') &&
    fetch?.arguments.some(({ value }) => /deb\.nodesource\.com|get\.docker\.com|packagecloud\.io/.test(value)) === true
  );
}

function useOf({ command }: PlacedCommand): 'compiles' | 'doubtful' | 'none' {
  const words = command.arguments.map(({ value }) => value);
  const read = readPackageCommand(command);
  if (read !== undefined) return useOfPackageManager(read);
  if (command.nameWord.value.includes('/') && !/^\/(?:usr\/)?s?bin\/[\w.+-]+$/.test(command.nameWord.value))
    return 'compiles';
  if (neutral.test(command.name)) return 'none';
  if (command.name === 'perl') return words.some((word) => /^-\w*[pn]\w*$/.test(word)) ? 'none' : 'doubtful';
  if (/^python[\d.]*$/.test(command.name)) {
    if (words[0] === '-m') return words[1] === 'venv' ? 'none' : 'doubtful';
    return words.some((word) => /(?:^|\/)(?:setup|bootstrap|build|waf|conanfile)\w*(?:\.py)?$/.test(word))
      ? 'compiles'
      : 'doubtful';
  }
  return /^(?:rake|rails|node|php|ruby|django-admin)$/.test(command.name) ? 'doubtful' : 'compiles';
}

function useOfPackageManager(read: PackageCommand): 'compiles' | 'doubtful' | 'none' {
  const { ecosystem, action, packages, tool, subcommand } = read;
  if (ecosystem === 'apt' || ecosystem === 'apk' || ecosystem === 'rpm')
    return subcommand?.value === 'build-dep' || subcommand?.value === 'source' ? 'compiles' : 'none';
  if (action === 'clean-cache' || action === 'remove' || subcommand?.value === 'config') return 'none';
  if (ecosystem === 'composer') return tool === 'pecl' || tool === 'pear' ? 'compiles' : 'none';
  if (action === 'run' || (ecosystem === 'npm' && action === 'build')) return 'doubtful';
  if (tool === 'conda' || tool === 'mamba') return action === 'install' ? 'none' : 'compiles';
  if ((action === 'install' || action === 'upgrade') && packages.length > 0)
    return packages.every(({ name, kind }) => kind === 'registry' && purePackages.test(name)) ? 'none' : 'compiles';
  return 'compiles';
}

/** Why the container itself may need the tools: it is a place to work in, or compiles. A clause. */
export function needOfProgram(dockerfile: Dockerfile, stage: Stage): string | undefined {
  if (stage.instructions.some(({ name }) => name === 'ONBUILD')) return 'images that build on it may compile';
  for (const name of ['ENTRYPOINT', 'CMD'] as const) {
    const instruction = lastInstruction(stage, name);
    for (const { name: program, arguments: words } of (instruction && dockerfile.script(instruction)?.commands) ?? []) {
      const called = compilerCalled(
        program,
        words.map(({ value }) => value),
      );
      if (called !== undefined) return `the container starts ${called}`;
      if (/^(?:bash|sh|zsh|ash|tmux|screen|fish)$/.test(program) && words.every(({ value }) => /^-[il]+$/.test(value)))
        return 'the container starts a shell to work in';
    }
  }
  return undefined;
}

/** The compiler, or the installation that may compile, which a command is. */
export function compilerCalled(program: string, words: readonly string[]): string | undefined {
  if (compilers.test(program) && !(program === 'bundle' && words[0] === 'exec')) return program;
  if (/^(?:npm|yarn|pnpm)$/.test(program) && words.some((word) => /^(?:install|i|ci|rebuild)$/.test(word)))
    return `${program} ${words[0] ?? ''}`;
  return undefined;
}
