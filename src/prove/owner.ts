import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { errorCode } from '../core/errors.ts';

// What a proof makes outside its own process (images, containers, directories) has a name that tells whose it is, so that the next run can remove what a
// run left that was killed and could not do so itself.

/** What this process calls its own: `3fa91c02-4711-8xk2`: host, process number, when the process was started. Fits names of images and containers. */
export function ownerName(): string {
  return `${hostMark()}-${process.pid}-${startOf(process.pid) ?? '0'}`;
}

/** A tag for an image of this process that nobody else uses: `plimsoll-prove/OWNER:before-5f02c1`. */
export function proofTag(label: string): string {
  return `${imageRepository(ownerName())}:${label.toLowerCase().replace(/[^a-z0-9_.-]/g, '-')}-${randomBytes(4).toString('hex')}`;
}

/** The repository that all images of an owner are in. */
export function imageRepository(owner: string): string {
  return `${repositoryPrefix}/${owner}`;
}

export const repositoryPrefix = 'plimsoll-prove';

const owner = /(?:^|[^0-9a-f])([0-9a-f]{8})-([1-9][0-9]{0,9})-([0-9a-z]{1,13})(?![0-9a-z])/;

/**
 * Whether a name holds an owner of this machine whose process has ended. False for names without one, of other machines and of living processes: what is
 * not known to be left over is not removed.
 */
export function isLeftOver(name: string): boolean {
  const [, host, pid, start] = owner.exec(name) ?? [];
  if (host !== hostMark() || pid === undefined) return false;
  const process = Number(pid);
  if (!isAlive(process)) return true;
  const started = startOf(process);
  // Its number was given to another process since.
  return started !== undefined && start !== '0' && started !== start;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Of another user, and alive: https://man7.org/linux/man-pages/man2/kill.2.html.
    return errorCode(error) === 'EPERM';
  }
}

/** Ticks since the machine was started; undefined where there is no /proc (https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html). */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field, the program's name, may hold spaces and parentheses.
    const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
    return Number.isSafeInteger(ticks) ? ticks.toString(36) : undefined;
  } catch {
    return undefined;
  }
}

/** Process numbers mean something on one machine, in one name space: an engine may be asked from several. */
function hostMark(): string {
  const parts = [
    hostname(),
    tryRead(() => readFileSync('/etc/machine-id', 'latin1').trim()),
    tryRead(() => readlinkSync('/proc/self/ns/pid')),
  ];
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 8);
}

function tryRead(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}
