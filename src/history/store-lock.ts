import {
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { errorCode } from '../core/errors.ts';

/** Milliseconds that another process is waited for. */
const patience = 10_000;
/** Milliseconds after which the holder on another machine, of which nobody can ask whether it lives, is taken for dead. Nobody holds a store that long. */
const longestHeld = 15 * 60_000;

export interface HeldLock {
  release(): unknown;
}

/** Who holds a lock that was waited for in vain. */
export interface Blocked {
  readonly blockedBy: string;
}

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** When the process started, where the system tells: numbers of processes come again. */
  readonly started: string;
  readonly token: string;
}

/**
 * Holds a name in the file system for one process at a time. What a process left that died holding it is taken away. Another
 * process is waited for, ten seconds at most.
 *
 * Taken away is only what is surely left: whoever makes the directory that bears the dead owner's token alone may remove its file, so
 * that nobody removes the file of the next owner in its place.
 * @throws what the file system throws where no file can be made there
 */
export function holdLock(file: string, waitMilliseconds = patience): HeldLock | Blocked {
  const until = Date.now() + waitMilliseconds;
  const own = thisProcess();
  for (let pause = 1; ; pause = Math.min(50, pause * 2)) {
    if (take(file, own)) return { release: () => ownerOf(file)?.token === own.token && unlinkSync(file) };
    const owner = ownerOf(file);
    if (owner !== undefined && isGone(owner, file) && removeLeft(file, owner)) continue;
    if (Date.now() > until) return { blockedBy: owner ? holderText(owner) : 'another process' };
    pauseFor(pause);
  }
}

/** Waits, as {@link holdLock}, until nobody who lives holds a name: for one who may make no file there. Undefined when it is free. */
export function waitForLock(file: string, waitMilliseconds = patience): Blocked | undefined {
  const until = Date.now() + waitMilliseconds;
  for (;;) {
    const owner = ownerOf(file);
    if (owner === undefined || isGone(owner, file)) return undefined;
    if (Date.now() > until) return { blockedBy: holderText(owner) };
    pauseFor(50);
  }
}

function holderText({ pid, host }: Owner): string {
  return `process ${pid} on ${host}`;
}

function pauseFor(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

function thisProcess(): Owner {
  const token = `${process.pid}-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 10)}`;
  return { pid: process.pid, host: hostname(), started: startOf(process.pid) ?? '', token };
}

/** A link that leads nowhere is made with what it says in one step: a process that is killed leaves the whole of it or nothing. */
function take(file: string, own: Owner): boolean {
  const text = JSON.stringify(own);
  try {
    symlinkSync(text, file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    if (!withoutLinks.includes(errorCode(error) ?? '')) throw error;
  }
  try {
    writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** What file systems without symbolic links answer, and Windows to users who may not make them. */
const withoutLinks = ['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'];

/** Undefined where there is none, or it is being written. */
function ownerOf(file: string): Owner | undefined {
  try {
    const { pid, host, started, token } = JSON.parse(textOf(file));
    const isOwner = Number.isSafeInteger(pid) && pid > 0 && [host, started].every((each) => typeof each === 'string');
    return isOwner && /^[\w-]{1,80}$/.test(token) ? { pid, host, started, token } : undefined;
  } catch {
    return undefined;
  }
}

function textOf(file: string): string {
  try {
    return readlinkSync(file);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    return readFileSync(file, 'utf8');
  }
}

function isGone({ pid, host, started }: Owner, file: string): boolean {
  if (host !== hostname()) return isOld(file);
  const runs = startOf(pid);
  if (runs !== undefined) return started !== '' && runs !== started;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return errorCode(error) === 'ESRCH';
  }
}

function isOld(file: string): boolean {
  const written = lstatSync(file, { throwIfNoEntry: false })?.mtimeMs;
  return written !== undefined && Date.now() - written > longestHeld;
}

/** Ticks since the machine's start, from /proc (proc_pid_stat(5), fields 3 and 22); undefined where there is none, `dead` for what only waits to be buried. */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? 'dead' : fields[19];
  } catch {
    return undefined;
  }
}

function removeLeft(file: string, owner: Owner): boolean {
  const mark = `${file}.${owner.token}`;
  try {
    mkdirSync(mark);
  } catch (error) {
    // Another process is about it.
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
  try {
    if (ownerOf(file)?.token !== owner.token) return false;
    unlinkSync(file);
    return true;
  } finally {
    rmdirSync(mark);
  }
}
