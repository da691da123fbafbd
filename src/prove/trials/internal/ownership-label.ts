import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** On everything that a trial makes in an engine or a cluster: who made it, so that the next run can remove what a killed one left. */
export const trialLabel = 'dev.plimsoll.trial';

/** `HOST/PROCESS/START`: the start tells a process from a later one of the same number. */
export function ownLabel(): string {
  return `${hostname()}/${process.pid}/${startOf(process.pid) ?? Math.round(performance.timeOrigin)}`;
}

/** Part of a name that nobody else uses: process, start, number. */
let made = 0;
export function ownName(): string {
  made += 1;
  return `plimsoll-trial-${process.pid}-${startOf(process.pid) ?? Math.round(performance.timeOrigin)}-${made}`;
}

/** Whether what carries a label was left by a process of this machine that is gone. What other machines made is theirs. */
export function isLeftOver(label: string): boolean {
  const match = /^(.*)\/(\d+)\/(\d+)$/.exec(label);
  if (!match || match[1] !== hostname()) return false;
  const processId = Number(match[2]);
  const start = startOf(processId);
  if (start !== undefined) return String(start) !== match[3];
  try {
    process.kill(processId, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

/** In ticks since the machine started: field 22 of https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html; undefined elsewhere. */
function startOf(processId: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${processId}/stat`, 'latin1');
    const start = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
    return Number.isInteger(start) ? start : undefined;
  } catch {
    return undefined;
  }
}
