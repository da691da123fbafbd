import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readBaseline } from '../audit/baseline.ts';
import { UserError } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import { shellWord } from '../core/shell-word.ts';
import type { ParsedArguments, Terminal } from './command.ts';

/**
 * The findings that the file of `--baseline` accepts; undefined without the flag.
 * @throws UserError for a file that cannot be read or is no baseline
 */
export function baselineFrom(parsed: ParsedArguments, terminal: Terminal): ReadonlySet<string> | undefined {
  const file = parsed.value('baseline');
  if (file === undefined) return undefined;
  try {
    return readBaseline(file, readFileSync(path.resolve(terminal.cwd, file), 'utf8'));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError('the baseline cannot be read', {
      where: file,
      remedy: `Write it first: plimsoll audit --write-baseline ${shellWord(printable(file))}`,
      cause: error,
    });
  }
}
