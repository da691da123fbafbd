import type { Instruction } from './instruction.ts';
import type { ShellDialect } from './shell.ts';
import type { Stage } from './stage.ts';

/** The language of shell-form commands at an instruction: that of the SHELL in force, or of the base image. */
export function dialectAt(stage: Stage | undefined, instruction: Instruction): ShellDialect {
  const start = instruction.syntax.range.start;
  for (let at: Stage | undefined = stage, depth = 0; at !== undefined && depth < 100; depth += 1) {
    const shell = at.instructions.findLast((other) => other.name === 'SHELL' && other.syntax.range.start < start);
    if (shell !== undefined) return dialectOf(shell);
    if (at.base.kind !== 'stage') return at.base.kind === 'image' ? dialectOfImage(at.base.reference) : 'posix';
    at = at.base.stage;
  }
  return 'posix';
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
  const isWindows =
    /windowsservercore|nanoserver|windows-?\d{4}|\/dotnet\/framework\/|^microsoft\/(iis|aspnet|dotnet-framework)/;
  return isWindows.test(image) ? 'unknown' : 'posix';
}
