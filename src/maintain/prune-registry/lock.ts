import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode, UserError } from '../../core/errors.ts';
import { parseJsonObject } from '../../core/json-object.ts';
import { printable } from '../../core/printable.ts';

/** The right to delete in a registry, as far as others keep their state in the same directory. */
export interface PruneLock {
  /** False once somebody else has taken it: then nothing more may be deleted. */
  isHeld(): boolean;
  release(): void;
}

/** Milliseconds. Whoever runs on another machine is taken for dead when it has not touched its lock for so long. */
const deadAfter = 120_000;
const touchEvery = 10_000;
/** Of two that take over a dead one's lock at the same moment only the last one still has it then. */
const settle = 150;

/** The lock of a registry's state. */
export function stateLock(directory: string): string {
  return path.join(directory, 'lock');
}

/**
 * Takes the lock that a file is, whatever directories it needs.
 * @throws UserError where another run holds it
 */
export async function takeLock(file: string): Promise<PruneLock> {
  const own = JSON.stringify({
    id: randomBytes(8).toString('hex'),
    host: os.hostname(),
    process: process.pid,
    begun: beginningOf(process.pid),
    since: new Date().toISOString(),
  });
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(draft, own, { mode: 0o600 });
  } catch (cause) {
    throw new UserError('no lock can be made here', {
      where: path.dirname(file),
      remedy: 'Its directory has to be one that can be written to: that of the state is named by --state DIR.',
      cause,
    });
  }
  try {
    if (!linked(draft, file)) {
      mustBeDead(file, draft);
      renameSync(draft, file);
      await sleep(settle);
      if (textOf(file) !== own) mustBeDead(file, file);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  const isHeld = () => textOf(file) === own;
  const touch = setInterval(() => {
    const now = new Date();
    if (isHeld()) utimesSync(file, now, now);
  }, touchEvery);
  touch.unref();
  return {
    isHeld,
    release() {
      clearInterval(touch);
      if (isHeld()) rmSync(file, { force: true });
    },
  };
}

function linked(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw new UserError('no lock can be made here', { where: file, cause: error });
  }
}

/**
 * @param fresh a file that was just written to the same directory: its time is of the same clock
 * @throws UserError where who holds the lock is alive, or may be
 */
function mustBeDead(file: string, fresh: string): void {
  const text = textOf(file);
  if (text === undefined) return;
  const { host, process: holder, begun, since } = parseJsonObject(text) ?? {};
  const isHere = host === os.hostname() && typeof holder === 'number';
  if (isHere && beginningOf(holder) !== begun) return;
  const idle = statSync(fresh).mtimeMs - statSync(file).mtimeMs;
  if (!isHere && idle > deadAfter) return;
  throw new UserError('another run is clearing this registry', {
    where: file,
    remedy: `Wait until process ${printable(String(holder))} on ${printable(String(host))}, which runs since ${printable(String(since))}, has ended.`,
    exitCode: 3,
  });
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** When a process of this machine began, in a form that no other process of its number has; undefined where there is none, '' where that is not told. */
function beginningOf(process_: number): string | undefined {
  try {
    // Behind the name, which may hold anything: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    const stat = readFileSync(`/proc/${process_}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    try {
      process.kill(process_, 0);
      return '';
    } catch {
      return undefined;
    }
  }
}
