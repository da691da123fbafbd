import type { CommandWord } from '../../core/command-line.ts';

/** How a program that only starts another one reads its own arguments. */
interface Wrapper {
  /** Short options that take a value, as letters. */
  readonly short: string;
  /** Long options that take a value in the next word, without dashes. */
  readonly long?: readonly string[];
  /** Words before the command that are no options: the user of gosu, the time of timeout. */
  readonly operands?: number;
  /** Takes NAME=value words before the command. */
  readonly assignments?: boolean;
  /** With one of these options it runs no command. */
  readonly alone?: readonly string[];
}

const wrappers: Readonly<Record<string, Wrapper>> = {
  sudo: {
    short: 'ugpCcrtTUhDR',
    long: [
      'user',
      'group',
      'prompt',
      'chdir',
      'close-from',
      'host',
      'role',
      'type',
      'chroot',
      'other-user',
      'command-timeout',
    ],
    assignments: true,
    alone: ['-l', '-v', '-k', '-K', '-e', '--list', '--validate', '--edit', '-V', '--version'],
  },
  doas: { short: 'uC', alone: ['-L'] },
  env: { short: 'uCP', long: ['unset', 'chdir'], assignments: true, alone: ['-S', '--split-string'] },
  exec: { short: 'a' },
  time: { short: 'fo', long: ['format', 'output'] },
  nice: { short: 'n', long: ['adjustment'] },
  ionice: { short: 'cnpPu', long: ['class', 'classdata'] },
  nohup: { short: '' },
  setsid: { short: '' },
  stdbuf: { short: 'ioe', long: ['input', 'output', 'error'] },
  timeout: { short: 'ks', long: ['kill-after', 'signal'], operands: 1 },
  command: { short: '', alone: ['-v', '-V'] },
  builtin: { short: '' },
  xargs: {
    short: 'adEILnPs',
    long: ['arg-file', 'delimiter', 'max-lines', 'max-args', 'max-procs', 'max-chars', 'process-slot-var'],
  },
  tini: { short: 'pe' },
  'tini-static': { short: 'pe' },
  'dumb-init': { short: 'r', long: ['rewrite'] },
  catatonit: { short: '' },
  gosu: { short: '', operands: 1 },
  'su-exec': { short: '', operands: 1 },
  busybox: { short: '' },
  eatmydata: { short: '' },
  fakeroot: { short: 'lsib', long: ['lib', 'faked'] },
  'xvfb-run': {
    short: 'efnpsw',
    long: ['error-file', 'auth-file', 'server-num', 'server-args', 'xauth-protocol', 'wait'],
  },
  linux32: { short: '' },
  linux64: { short: '' },
};

export interface Unwrapped {
  readonly wrapperWords: readonly CommandWord[];
  readonly assignments: readonly CommandWord[];
  /** The word that names the program; undefined when there is none. */
  readonly name: CommandWord | undefined;
  readonly arguments: readonly CommandWord[];
}

/** Takes the wrappers off a command's words. A wrapper that starts nothing stays the command itself. */
export function unwrap(words: readonly CommandWord[]): Unwrapped {
  const wrapperWords: CommandWord[] = [];
  const assignments: CommandWord[] = [];
  let at = 0;
  for (;;) {
    const word = words[at];
    const wrapper = word && wrapperOf(word);
    if (!word || !wrapper) break;
    const next = behindOptions(words, at + 1, wrapper, assignments);
    if (next === undefined || next >= words.length) break;
    wrapperWords.push(word);
    at = next;
  }
  return { wrapperWords, assignments, name: words[at], arguments: words.slice(at + 1) };
}

function wrapperOf(word: CommandWord): Wrapper | undefined {
  if (!word.literal) return undefined;
  const name = baseName(word.value);
  return Object.hasOwn(wrappers, name) ? wrappers[name] : undefined;
}

/** Index of the first word that is not the wrapper's own; undefined when it runs no command. */
function behindOptions(
  words: readonly CommandWord[],
  from: number,
  wrapper: Wrapper,
  assignments: CommandWord[],
): number | undefined {
  let at = from;
  for (; at < words.length; at++) {
    const word = words[at];
    const value = word?.value ?? '';
    if (wrapper.alone?.includes(value)) return undefined;
    if (value === '--') {
      at++;
      break;
    }
    if (wrapper.assignments && word && /^[A-Za-z_]\w*\+?=/.test(value)) assignments.push(word);
    else if (value.startsWith('--')) {
      if (wrapper.long?.includes(value.slice(2))) at++;
    } else if (value.startsWith('-') && value.length > 1) {
      if (takesNext(value, wrapper.short)) at++;
    } else if (value !== '-') break;
  }
  return at + (wrapper.operands ?? 0);
}

/** Whether the last of combined short options takes the next word; `-n5` and `-uroot` hold their value themselves. */
function takesNext(option: string, withValue: string): boolean {
  for (let at = 1; at < option.length; at++) {
    if (withValue.includes(option[at] ?? '')) return at === option.length - 1;
  }
  return false;
}

/** The last part of a path, when no expansion reaches into it; '' when it is not known. */
export function baseName(value: string): string {
  return value.slice(value.lastIndexOf('/') + 1);
}
