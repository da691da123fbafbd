import type { CommandLine, CommandWord } from '../core/command-line.ts';
import { type OptionTable, type ReadOptions, readOptions, switchedOn } from './internal/command-options.ts';
import { lastFlag, valueWordOf } from './internal/flag-lookup.ts';
import type { CommandFlag } from './package-command.ts';

/** What tar, unzip and their like take apart or put together. */
export interface ArchiveCommand {
  readonly tool: string;
  readonly action: 'extract' | 'create' | 'list';
  /** Undefined when it comes from standard input. */
  readonly archive: CommandWord | undefined;
  readonly fromStdin: boolean;
  /** Where to, when it is said. */
  readonly directory: CommandWord | undefined;
  readonly command: CommandLine;
}

const tarOptions: OptionTable = {
  short: {
    f: 'file',
    C: 'directory',
    x: 'extract',
    c: 'create',
    t: 'list',
    z: 'gzip',
    j: 'bzip2',
    J: 'xz',
    v: 'verbose',
    I: 'use-compress-program',
    X: 'exclude-from',
    T: 'files-from',
    p: 'preserve-permissions',
    m: 'touch',
  },
  aliases: { get: 'extract', 'same-permissions': 'preserve-permissions' },
  withValue: new Set([
    'file',
    'directory',
    'use-compress-program',
    'exclude-from',
    'files-from',
    'strip-components',
    'strip',
    'exclude',
    'transform',
    'owner',
    'group',
    'mode',
    'checkpoint',
    'xform',
    'wildcards-match',
    'one-top-level',
  ]),
};

/** Reads a command that unpacks or packs an archive; undefined for any other. */
export function readArchive(command: CommandLine): ArchiveCommand | undefined {
  switch (command.name) {
    case 'tar':
    case 'bsdtar':
    case 'gtar':
      return readTar(command);
    case 'unzip':
      return readUnzip(command);
    case 'gunzip':
    case 'bunzip2':
    case 'unxz':
    case 'unzstd':
    case '7z':
    case '7za':
      return readSimple(command);
    default:
      return undefined;
  }
}

function readTar(command: CommandLine): ArchiveCommand {
  const { flags } = tarFlags(command.arguments);
  const file = lastFlag(flags, 'file');
  const fromStdin = file === undefined || file.value === '-' || file.value === '/dev/stdin';
  const directory = lastFlag(flags, 'directory');
  return {
    tool: command.name,
    action: switchedOn(flags, 'extract') ? 'extract' : switchedOn(flags, 'create') ? 'create' : 'list',
    archive: fromStdin ? undefined : valueWordOf(file),
    fromStdin,
    directory: directory && valueWordOf(directory),
    command,
  };
}

/** `tar xzf file` writes its first options without a dash; their values follow as words. */
function tarFlags(words: readonly CommandWord[]): ReadOptions {
  const [first, ...rest] = words;
  if (!first || first.value.startsWith('-') || !/^[A-Za-z]+$/.test(first.value)) return readOptions(words, tarOptions);
  const flags: CommandFlag[] = [];
  let taken = 0;
  for (const letter of first.value) {
    const name = tarOptions.short[letter] ?? letter;
    const valueWord = tarOptions.withValue.has(name) ? rest[taken++] : undefined;
    flags.push({ name, value: valueWord?.value, word: first, valueWord });
  }
  const others = readOptions(rest.slice(taken), tarOptions);
  return { flags: [...flags, ...others.flags], operands: others.operands };
}

function readUnzip(command: CommandLine): ArchiveCommand {
  const { flags, operands } = readOptions(command.arguments, {
    short: { d: 'directory', l: 'list', o: 'overwrite', q: 'quiet' },
    withValue: new Set(['directory', 'P', 'x']),
  });
  const directory = lastFlag(flags, 'directory');
  return {
    tool: command.name,
    action: switchedOn(flags, 'list') ? 'list' : 'extract',
    archive: operands[0],
    fromStdin: false,
    directory: directory && valueWordOf(directory),
    command,
  };
}

function readSimple(command: CommandLine): ArchiveCommand {
  const { operands } = readOptions(command.arguments, { short: {}, withValue: new Set() });
  const archive = command.name.startsWith('7z') ? operands[1] : operands[0];
  return {
    tool: command.name,
    action: 'extract',
    archive,
    fromStdin: archive === undefined,
    directory: undefined,
    command,
  };
}

/** Whether a command compares a file with a known checksum or signature. */
export function verifiesFile(command: CommandLine): boolean {
  const values = command.arguments.map((word) => word.value);
  if (/^(?:sha\d+sum|md5sum|b2sum|shasum|cksum)$/.test(command.name))
    return values.some((value) => /^-[a-z]*c|^--check/.test(value));
  if (/^gpgv?2?$/.test(command.name)) return command.name.startsWith('gpgv') || values.includes('--verify');
  return (
    command.name === 'cosign' ||
    command.name === 'minisign' ||
    (command.name === 'openssl' && values.includes('-verify'))
  );
}
