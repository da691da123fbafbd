import type { Instruction } from './instruction.ts';
import type { ShellDialect } from './shell.ts';
import type { Stage } from './stage.ts';

/** The language of shell-form commands at an instruction: that of the SHELL in force, or of the base image. */
export function dialectAt(stage: Stage | undefined, instruction: Instruction): ShellDialect {
  const { shell, base } = shellInForce(stage, instruction);
  if (shell !== undefined) return dialectOf(shell);
  return base?.kind === 'image' ? dialectOfImage(base.reference) : 'posix';
}

/** The words of the SHELL in force at an instruction, of its stage or of one that it builds on; undefined when none is written. */
export function shellWordsAt(stage: Stage | undefined, instruction: Instruction): readonly string[] | undefined {
  const { shell } = shellInForce(stage, instruction);
  return shell?.name === 'SHELL' && shell.command.form === 'exec'
    ? shell.command.words.map(({ value }) => value)
    : undefined;
}

function shellInForce(
  stage: Stage | undefined,
  instruction: Instruction,
): { readonly shell?: Instruction; readonly base?: Stage['base'] } {
  const start = instruction.syntax.range.start;
  for (let at: Stage | undefined = stage, depth = 0; at !== undefined && depth < 100; depth += 1) {
    const shell = shellsOf(at).findLast((other) => other.syntax.range.start < start);
    if (shell !== undefined) return { shell };
    if (at.base.kind !== 'stage') return { base: at.base };
    at = at.base.stage;
  }
  return {};
}

const shells = new WeakMap<Stage, readonly Instruction[]>();

/** The SHELL instructions of a stage; kept, because every RUN asks for them. */
function shellsOf(stage: Stage): readonly Instruction[] {
  let found = shells.get(stage);
  if (found === undefined) {
    found = stage.instructions.filter(({ name }) => name === 'SHELL');
    shells.set(stage, found);
  }
  return found;
}

function dialectOf(shell: Instruction): ShellDialect {
  if (shell.name !== 'SHELL' || shell.command.form !== 'exec') return 'unknown';
  return dialectOfProgram(shell.command.words[0]?.value ?? '');
}

/** The language that a shell's program reads, by its base name. */
export function dialectOfProgram(program: string): ShellDialect {
  const name = program.slice(Math.max(program.lastIndexOf('/'), program.lastIndexOf('\\')) + 1).toLowerCase();
  switch (name.replace(/\.exe$/, '')) {
    case 'sh':
    case 'ash':
    case 'dash':
    case 'busybox':
      return 'posix';
    case 'bash':
    case 'ksh':
    case 'zsh':
      return 'bash';
    case 'powershell':
    case 'pwsh':
      return 'powershell';
    case 'cmd':
      return 'cmd';
    default:
      return 'unknown';
  }
}

/** Windows images run `cmd`, unless they were built with another SHELL, which their name does not tell. */
function dialectOfImage(reference: string): ShellDialect {
  const image = reference.toLowerCase();
  if (/^mcr\.microsoft\.com\/windows(\/|:|$)/.test(image)) return 'cmd';
  if (/^microsoft\/(windowsservercore|nanoserver)(:|@|$)/.test(image)) return 'cmd';
  // What became ASP.NET Core was first published as aspnet:1.0.0-…, on Mono and Debian.
  const isWindows =
    /windowsservercore|nanoserver|windows-?\d{4}|\/dotnet\/framework\/|^microsoft\/(?:iis|aspnet|dotnet-framework[\w-]*)(?:@|$|:(?!1\.0\.0-))/;
  return isWindows.test(image) ? 'unknown' : 'posix';
}
