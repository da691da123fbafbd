import type { ShellScript } from '../dockerfile/shell.ts';

/**
 * Why a script may do something else in bash than in the `/bin/sh` of Debian and Ubuntu, which is dash; undefined where nothing is
 * known that differs. dash puts escapes of `echo` into effect and prints its `-e`, and has neither braces nor `&>`.
 */
export function differsInBash(text: string, { commands }: Pick<ShellScript, 'commands'>): string | undefined {
  for (const { name, arguments: words } of commands) {
    if (name !== 'echo') continue;
    if (words.some(({ raw }) => raw.includes('\\'))) return 'echo puts escapes into effect in dash only';
    if (/^-[neE]*[eE][neE]*$/.test(words[0]?.value ?? '')) return 'echo prints -e in dash';
  }
  if (/\{[^{}\s$'"]*(?:,|\.\.)[^{}\s'"]*\}/.test(text)) return 'braces make several words in bash';
  if (/&>|[^0-9]>&[^0-9-]|\$'|\$"|<\(|>\(|\[\[|<<<|\bsource\b|\btime\b/.test(text))
    return 'it has what only bash knows';
  // dash splits the value of `export x=$y`, bash does not.
  if (/\b(?:export|local|readonly)\s+\w+=[^\s"';&|]*\$/.test(text)) return 'export splits words in dash';
  return undefined;
}
