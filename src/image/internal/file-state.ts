import { type BigIntStats, fstatSync, statfsSync, statSync } from 'node:fs';

/** Which file it is, and what changes when its bytes do. Plain data. */
export interface FileState {
  /** Device and inode. */
  readonly file: string;
  /** Size, and when its bytes and when anything of it was changed, in nanoseconds. */
  readonly state: string;
}

export interface FileWatch {
  /** The state that the file had all the while; undefined where it changed, or where a later change might not be seen in its state. */
  unchanged(): FileState | undefined;
}

/**
 * A file that changes right after it was read may keep its time of change: that has the steps of the kernel's clock. Git calls such an entry of its
 * index racy (https://git-scm.com/docs/racy-git).
 */
const racyMilliseconds = 2_000;

/**
 * File systems of this machine whose kernel alone sets the time of change, by statfs(2). Not those of other machines (NFS, SMB), of programs (FUSE) and of memory (tmpfs, where writing to mapped memory
 * changes no time).
 */
const localFileSystems: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // XFS
  0x9123683e, // Btrfs
  0x2fc12fc1, // ZFS
  0xf2f52010, // F2FS
  0x794c7630, // overlayfs
]);

/** Watches an open file while it is read. Call it before the first byte is. */
export function watchFile(descriptor: number, now: () => number = Date.now): FileWatch {
  const begun = now();
  const before = fstatSync(descriptor, { bigint: true });
  return {
    unchanged() {
      if (before.ctimeNs > BigInt(begun - racyMilliseconds) * 1_000_000n) return undefined;
      const state = stateOf(before);
      if (stateOf(fstatSync(descriptor, { bigint: true })).state !== state.state) return undefined;
      return isLasting(before, descriptor) ? state : undefined;
    },
  };
}

/** As it is now; undefined where it is not there. */
export function currentState(path: string): FileState | undefined {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat && stateOf(stat);
}

function stateOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): FileState {
  return { file: `${dev.toString(16)}-${ino.toString(16)}`, state: `${size} ${mtimeNs} ${ctimeNs}` };
}

/**
 * True where nobody but its owner, who is this user or root, can change the file, and no change goes without a new time of change: who owns the file may write
 * the cache as well.
 */
function isLasting(stat: BigIntStats, descriptor: number): boolean {
  const user = process.getuid?.();
  if (process.platform !== 'linux' || user === undefined || !stat.isFile()) return false;
  if (stat.uid !== BigInt(user) && stat.uid !== 0n) return false;
  // A group that is named as its only member is has the same number.
  const othersWrite = (stat.mode & 0o002n) !== 0n || ((stat.mode & 0o020n) !== 0n && stat.gid !== stat.uid);
  if (othersWrite) return false;
  try {
    return localFileSystems.has(statfsSync(`/proc/self/fd/${descriptor}`).type);
  } catch {
    return false;
  }
}
