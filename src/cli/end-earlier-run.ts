import { recoverWriting } from '../fix/write-files.ts';
import type { Terminal } from './command.ts';

/** What a run that was cut off between two files left behind is ended before anything is read. */
export function endEarlierRun(root: string, terminal: Terminal): void {
  const recovery = recoverWriting(root);
  for (const path of recovery?.completed ?? [])
    terminal.stderr.write(`plimsoll: ${path}: written now, as an earlier run that was cut off had begun to\n`);
  for (const path of recovery?.left ?? [])
    terminal.stderr.write(
      `plimsoll: ${path}: an earlier run was cut off before it wrote this file, which has changed since\n  Look at it: a fix of several files was made in the others only.\n`,
    );
}
