import { execFile } from 'node:child_process';
import { printable } from '../../../core/printable.ts';

/** What a program said. */
export interface ProgramAnswer {
  readonly ok: boolean;
  readonly output: string;
  /** Its last complaint, printable; where it could not be started, why. */
  readonly complaint: string;
}

const mostBytes = 64 * 1024 * 1024;
const timeout = 600_000;

/** Runs a program to its end. Never throws. */
export function runProgram(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<ProgramAnswer> {
  return new Promise((resolve) => {
    const options = { env: { ...environment }, encoding: 'utf8' as const, maxBuffer: mostBytes, timeout, signal };
    execFile(program, [...args], options, (error, output, errors) => {
      const complaint = (errors || error?.message || '').trim().split('\n').at(-1) ?? '';
      resolve({ ok: error === null, output, complaint: printable(complaint.slice(0, 500)) });
    });
  });
}
