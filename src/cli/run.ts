import { exitCodes, UserError } from '../core/errors.ts';
import { meantOf } from '../core/nearest.ts';
import type { Command, Terminal } from './command.ts';
import { commands } from './generated.ts';
import { outputOf } from './output.ts';

/**
 * Runs the command that the arguments name and returns the exit code. Never rejects: what goes wrong is said on
 * stderr, without a stack unless `--debug` is given.
 */
export async function run(argv: readonly string[], version: string): Promise<number> {
  const terminal = processTerminal(version);
  const debug = argv.includes('--debug');
  try {
    return await dispatch(
      argv.filter((argument) => argument !== '--debug'),
      terminal,
    );
  } catch (error) {
    terminal.stderr.write(errorText(error, debug));
    return error instanceof UserError ? error.exitCode : exitCodes.usage;
  }
}

async function dispatch(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const [about] = name === 'help' ? rest : [];
    const asked = commands.find((command) => command.name === about);
    if (about !== undefined && !about.startsWith('-') && !asked) throw unknownCommand(about);
    terminal.stdout.write(
      asked ? await helpOf(await asked.load(), rest.slice(1), terminal) : overview(terminal.version),
    );
    return exitCodes.clean;
  }
  const entry = commands.find((command) => command.name === name);
  if (!entry) throw unknownCommand(name);
  const command: Command = await entry.load();
  if (rest.includes('--help') || rest.includes('-h')) {
    terminal.stdout.write(await helpOf(command, rest, terminal));
    return exitCodes.clean;
  }
  const { parseArguments } = await import('./parse-arguments.ts');
  return command.run(parseArguments(command, rest), terminal);
}

async function helpOf(command: Command, argv: readonly string[], { stdout }: Terminal): Promise<string> {
  const [{ commandHelp }, { commandAs }] = await Promise.all([import('./help.ts'), import('./command-form.ts')]);
  return commandHelp(
    commandAs(
      command,
      argv.find((argument) => !argument.startsWith('-')),
    ),
    stdout.columns,
  );
}

function unknownCommand(name: string): UserError {
  const known = [...commands.map((command) => command.name), '--help', '--version'];
  return new UserError(`there is no command «${name}»${meantOf(name === 'version' ? '--version' : name, known)}`, {
    remedy: '«plimsoll --help» lists the commands.',
  });
}

function overview(version: string): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  return [
    `plimsoll ${version}: the load line for container images`,
    '',
    'Usage: plimsoll COMMAND [ARGUMENTS]',
    '',
    'Commands:',
    ...commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`),
    '',
    '«plimsoll COMMAND --help» says more. --version prints the version, --debug shows the stack of an unexpected error.',
    'Exit codes: 0 clean, 1 findings at or above the threshold, 2 usage or input error, 3 a needed system failed.',
    '',
  ].join('\n');
}

function errorText(error: unknown, debug: boolean): string {
  if (error instanceof UserError && !debug) {
    const where = error.where ? `${error.where}: ` : '';
    return `plimsoll: ${where}${error.message}\n${error.remedy ? `  ${error.remedy}\n` : ''}`;
  }
  if (debug && error instanceof Error) return `${causeChain(error)}\n`;
  const message = error instanceof Error ? causes(error).join(': ') : String(error);
  return `plimsoll: this is a fault of plimsoll itself: ${message}\n  Run the command again with --debug and report what it prints.\n`;
}

function causes(error: Error): string[] {
  return [error.message, ...(error.cause instanceof Error ? causes(error.cause) : [])];
}

function causeChain(error: Error): string {
  const own = error.stack ?? error.message;
  return error.cause instanceof Error ? `${own}\ncaused by: ${causeChain(error.cause)}` : own;
}

function processTerminal(version: string): Terminal {
  return {
    version,
    cwd: process.cwd(),
    environment: process.env,
    get stdin() {
      return process.stdin;
    },
    stdout: outputOf(1, () => process.stdout),
    stderr: outputOf(2, () => process.stderr),
  };
}
