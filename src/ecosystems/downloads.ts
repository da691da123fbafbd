import type { CommandLine, CommandWord } from '../core/command-line.ts';
import { readOptions, switchedOn } from './internal/command-options.ts';
import { curlOptions, gitOptions, wgetOptions } from './internal/download-options.ts';
import { flagValue, lastFlag, valueWordOf } from './internal/flag-lookup.ts';
import type { CommandFlag } from './package-command.ts';

/** What curl, wget, git or aria2c fetches, and how. */
export interface Download {
  readonly tool: 'curl' | 'wget' | 'git' | 'aria2c';
  /** Addresses as written; a word without scheme is there too when the tool takes it as an address. */
  readonly urls: readonly CommandWord[];
  /** `file`: a file that is named; `remote-name`: a file named by the address; `stdout`; `discarded` (/dev/null, --spider). */
  readonly output: 'file' | 'remote-name' | 'stdout' | 'discarded';
  /** The file or, for git, the directory that is named. */
  readonly outputWord: CommandWord | undefined;
  /** An HTTP error makes the command fail. wget and git always do. */
  readonly failsOnError: boolean;
  readonly followsRedirects: boolean;
  /** Certificates are not checked. */
  readonly insecure: boolean;
  /** Nothing is drawn while it loads. */
  readonly quiet: boolean;
  /** Sends something (POST, upload) rather than fetching. */
  readonly sends: boolean;
  /** git: number of commits when the history is cut off. */
  readonly depth: string | undefined;
  /** git: branch or tag that is named. */
  readonly revision: string | undefined;
  readonly flags: readonly CommandFlag[];
  readonly command: CommandLine;
}

/** Reads a command that fetches something; undefined for any other, `git commit` and the like included. */
export function readDownload(command: CommandLine): Download | undefined {
  switch (command.name) {
    case 'curl':
      return readCurl(command);
    case 'wget':
    case 'wget2':
      return readWget(command);
    case 'aria2c':
      return readAria(command);
    case 'git':
      return readGit(command);
    default:
      return undefined;
  }
}

function download(known: Pick<Download, 'tool' | 'urls' | 'flags' | 'command'> & Partial<Download>): Download {
  return {
    output: 'remote-name',
    outputWord: undefined,
    failsOnError: true,
    followsRedirects: true,
    insecure: false,
    quiet: false,
    sends: false,
    depth: undefined,
    revision: undefined,
    ...known,
  };
}

function readCurl(command: CommandLine): Download {
  const { flags, operands } = readOptions(command.arguments, curlOptions);
  const given = flags.flatMap((flag) => (flag.name === 'url' ? [valueWordOf(flag)] : []));
  const output = lastFlag(flags, 'output');
  const redirect = command.redirects.find(
    ({ operator, descriptor }) => operator.startsWith('>') && operator !== '>&' && descriptor !== 2,
  );
  const name = output?.value ?? redirect?.target?.value;
  return download({
    tool: 'curl',
    urls: [...operands, ...given],
    output: curlOutput(flags, name),
    outputWord: (output && valueWordOf(output)) ?? redirect?.target,
    failsOnError: switchedOn(flags, 'fail', 'fail-with-body', 'fail-early'),
    followsRedirects: switchedOn(flags, 'location', 'location-trusted'),
    insecure: switchedOn(flags, 'insecure'),
    quiet: switchedOn(flags, 'silent', 'no-progress-meter'),
    sends:
      flags.some((flag) => /^(?:data|form|json|upload-file)/.test(flag.name)) ||
      /^(?:POST|PUT|DELETE|PATCH)$/.test(flagValue(flags, 'request') ?? ''),
    flags,
    command,
  });
}

function curlOutput(flags: readonly CommandFlag[], name: string | undefined): Download['output'] {
  if (name === '/dev/null' || switchedOn(flags, 'head')) return 'discarded';
  if (name === '-') return 'stdout';
  if (name !== undefined) return 'file';
  return switchedOn(flags, 'remote-name', 'remote-name-all') ? 'remote-name' : 'stdout';
}

function readWget(command: CommandLine): Download {
  const { flags, operands } = readOptions(command.arguments, wgetOptions);
  const output = lastFlag(flags, 'output-document');
  return download({
    tool: 'wget',
    urls: operands,
    output: wgetOutput(flags, output?.value),
    outputWord: output && valueWordOf(output),
    insecure: switchedOn(flags, 'no-check-certificate'),
    // -nv is read as the option n with the value v.
    quiet:
      switchedOn(flags, 'quiet', 'no-verbose') ||
      /v/.test(flagValue(flags, 'no') ?? '') ||
      /^dot/.test(flagValue(flags, 'progress') ?? ''),
    sends: flags.some((flag) => flag.name === 'post-data' || flag.name === 'post-file' || flag.name === 'body-data'),
    flags,
    command,
  });
}

function wgetOutput(flags: readonly CommandFlag[], name: string | undefined): Download['output'] {
  if (switchedOn(flags, 'spider') || name === '/dev/null') return 'discarded';
  if (name === undefined) return 'remote-name';
  return name === '-' || name === '/dev/stdout' ? 'stdout' : 'file';
}

function readAria(command: CommandLine): Download {
  const { flags, operands } = readOptions(command.arguments, {
    short: {
      o: 'out',
      d: 'dir',
      x: 'max-connection-per-server',
      s: 'split',
      j: 'max-concurrent-downloads',
      k: 'min-split-size',
      q: 'quiet',
      i: 'input-file',
      c: 'continue',
    },
    withValue: new Set([
      'out',
      'dir',
      'max-connection-per-server',
      'split',
      'max-concurrent-downloads',
      'min-split-size',
      'input-file',
      'header',
      'checksum',
      'console-log-level',
    ]),
  });
  const output = lastFlag(flags, 'out');
  return download({
    tool: 'aria2c',
    urls: operands,
    output: output ? 'file' : 'remote-name',
    outputWord: output && valueWordOf(output),
    insecure: flagValue(flags, 'check-certificate') === 'false',
    quiet: switchedOn(flags, 'quiet'),
    flags,
    command,
  });
}

function readGit(command: CommandLine): Download | undefined {
  const { flags, operands } = readOptions(command.arguments, gitOptions);
  const [subcommand, url, directory] = operands;
  if (subcommand?.value !== 'clone' || !url) return undefined;
  return download({
    tool: 'git',
    urls: [url],
    output: directory ? 'file' : 'remote-name',
    outputWord: directory,
    insecure: flags.some((flag) => flag.name === 'config' && /^http\.sslverify=(?:false|0)/i.test(flag.value ?? '')),
    quiet: switchedOn(flags, 'quiet'),
    depth: flagValue(flags, 'depth'),
    revision: flagValue(flags, 'branch') ?? flagValue(flags, 'revision'),
    flags,
    command,
  });
}
