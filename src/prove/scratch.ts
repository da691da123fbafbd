import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { isLeftOver, ownerName } from './owner.ts';

/** A directory of this process's own that nobody else can read. */
export interface Scratch {
  readonly directory: string;
  /** Removes it with all that is in it. Never throws. */
  remove(): void;
}

const prefix = 'plimsoll-prove-';

/** Those that are still there, for a process that ends without closing them. */
const open = new Set<string>();

/** Where scratch directories may be: the system's temporary directory (`TMPDIR`), the user's cache, the one for larger files. */
export function scratchParents(): string[] {
  const cache = process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache');
  return [...new Set([tmpdir(), path.join(cache, 'plimsoll'), largeParent])];
}

/** What is too large for memory, where temporary files may be: https://refspecs.linuxfoundation.org/FHS_3.0/fhs/ch05s15.html. */
export const largeParent = '/var/tmp';

/** The one of them on the same file system as a directory, where hard links and clones can be made; else the first. */
export function scratchParentNear(directory: string): string {
  const parents = scratchParents();
  const device = statSync(directory).dev;
  const near = parents.find((parent) => {
    if (parent !== tmpdir() && parent !== largeParent) attempt(() => mkdirSync(parent, { recursive: true }));
    return attempt(() => statSync(parent).dev) === device;
  });
  return near ?? tmpdir();
}

/** An empty directory in `parent`, by default the system's temporary directory (`TMPDIR`). Gone at the latest when the process ends by itself. */
export function makeScratch(parent: string = tmpdir()): Scratch {
  if (open.size === 0) process.on('exit', removeAll);
  const directory = mkdtempSync(path.join(parent, `${prefix}${ownerName()}-`));
  open.add(directory);
  return {
    directory,
    remove() {
      if (!open.delete(directory)) return;
      removeTree(directory);
      if (open.size === 0) process.off('exit', removeAll);
    },
  };
}

/** The directories that killed processes left, of this user. Never throws. */
export function leftScratch(parents: readonly string[] = scratchParents()): string[] {
  return parents.flatMap((parent) => {
    const names = attempt(() => readdirSync(parent)) ?? [];
    const left = names.filter((name) => name.startsWith(prefix) && isLeftOver(name));
    return left
      .map((name) => path.join(parent, name))
      .filter((directory) => {
        const found = attempt(() => lstatSync(directory));
        // In a directory where everybody may write, anybody may have made it.
        return found?.isDirectory() && found.uid === userInfo().uid;
      });
  });
}

/** Removes them. Never throws. */
export function removeLeftScratch(parents: readonly string[] = scratchParents()): void {
  for (const directory of leftScratch(parents)) removeTree(directory);
}

function removeAll(): void {
  for (const directory of open) removeTree(directory);
  open.clear();
}

function removeTree(directory: string): void {
  // What a killed builder left mounted in its temporary directory is not its own: it may be the context.
  if (holdsMount(directory)) return;
  attempt(() => rmSync(directory, { recursive: true, force: true }));
  if (!existsSync(directory)) return;
  // From a directory that may not be written, only root can remove.
  makeWritable(directory);
  attempt(() => rmSync(directory, { recursive: true, force: true }));
}

/** https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html: the fifth field, in which spaces are `\\040`. */
function holdsMount(directory: string): boolean {
  const mounts = attempt(() => readFileSync('/proc/self/mountinfo', 'utf8')) ?? '';
  const real = attempt(() => realpathSync(directory)) ?? directory;
  const points = mounts.split('\n').map((line) => line.split(' ')[4] ?? '');
  return points.some((point) => point.replaceAll('\\040', ' ').startsWith(`${real}${path.sep}`));
}

function makeWritable(directory: string): void {
  attempt(() => chmodSync(directory, 0o700));
  for (const entry of attempt(() => readdirSync(directory, { withFileTypes: true })) ?? [])
    if (entry.isDirectory()) makeWritable(path.join(directory, entry.name));
}

function attempt<Value>(act: () => Value): Value | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
