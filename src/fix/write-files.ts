import path from 'node:path';
import {
  codeOf,
  type FileSystem,
  realFileSystem,
  removeIfThere,
  syncDirectory,
  writeNewFile,
} from './internal/file-system.ts';
import {
  identityOf,
  type JournalEntry,
  type Recovery,
  recover,
  removeJournal,
  writeJournal,
} from './internal/journal.ts';

/** A file to write. */
export interface FileToWrite {
  /** Relative to the root. */
  readonly path: string;
  /** What was read; undefined for a new file. */
  readonly before: Uint8Array | undefined;
  readonly after: Uint8Array;
  /** A new file that only its owner may read. */
  readonly secret?: true;
}

/** A file that was not written, and why. The others of its set were not written either. */
export interface WriteFailure {
  readonly path: string;
  readonly reason: string;
  readonly remedy: string;
}

export interface WriteResult {
  readonly written: readonly string[];
  readonly failures: readonly WriteFailure[];
}

/** Ends what an earlier run could not finish; see {@link recover}. */
export function recoverWriting(root: string, fs: FileSystem = realFileSystem): Recovery | undefined {
  return recover(root, fs);
}

/**
 * Writes sets of files, each set wholly or not at all. All new texts are written beside their files and brought to the disk first; then
 * they are renamed over them. A journal lets the next run end what a killed one began. A set with a file that cannot be written, or is
 * not any more what was read, is left alone as a whole.
 */
export function writeFiles(
  root: string,
  sets: readonly (readonly FileToWrite[])[],
  fs: FileSystem = realFileSystem,
): WriteResult {
  const failures: WriteFailure[] = [];
  const checked = sets.flatMap((set): DraftSet[] => {
    const drafts = set.map((file) => check(fs, root, file));
    failures.push(...drafts.flatMap((draft) => ('reason' in draft ? [draft] : [])));
    const sound = drafts.flatMap((draft) => ('reason' in draft ? [] : [draft]));
    return sound.length === set.length ? [sound] : [];
  });
  if (checked.length === 0) return { written: [], failures };
  // One file is put in place by one call: without a journal, only a draft could be left behind.
  const needsJournal = checked.some((set) => set.length > 1);
  let noted = false;
  const note = (step: 'drafts' | 'placing', some: readonly DraftSet[]): WriteFailure | undefined => {
    try {
      writeJournal(fs, root, { process: process.pid, step, sets: some.map((set) => set.map(({ entry }) => entry)) });
      noted = true;
      return undefined;
    } catch (error) {
      return needsJournal ? failure('.', error, 'nothing was written') : undefined;
    }
  };
  const unnoted = note('drafts', checked);
  if (unnoted) return { written: [], failures: [...failures, unnoted] };
  try {
    const staged = checked.filter((set) => stage(fs, set, failures));
    const refused = staged.length > 0 ? note('placing', staged) : undefined;
    if (refused === undefined) return { written: staged.flatMap((set) => putInPlace(fs, set, failures)), failures };
    for (const set of staged) discard(fs, set);
    return { written: [], failures: [...failures, refused] };
  } finally {
    // Another run's journal is its own to remove.
    if (noted) removeJournal(fs, root);
  }
}

/** A file that may be written, with the names that it needs. */
interface Draft {
  readonly file: FileToWrite;
  readonly entry: JournalEntry;
  readonly mode: number;
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
  /** Directories that have to be made for it, the outermost first. */
  readonly directories: readonly string[];
}

type DraftSet = readonly Draft[];

function check(fs: FileSystem, root: string, file: FileToWrite): Draft | WriteFailure {
  try {
    return file.before === undefined ? checkNew(fs, root, file) : checkOld(fs, root, file, file.before);
  } catch (error) {
    return failure(file.path, error);
  }
}

function checkOld(fs: FileSystem, root: string, file: FileToWrite, before: Uint8Array): Draft | WriteFailure {
  // A link stays one: what it points at is written.
  const target = fs.realpathSync(path.join(root, file.path));
  const { mode, uid, gid } = fs.statSync(target);
  if ((mode & 0o222) === 0) return refusal(file, 'the file is read-only', 'Make it writable, or leave it out.');
  fs.accessSync(target, writable);
  const identity = identityOf(fs, target);
  if (Buffer.compare(fs.readFileSync(target), before) !== 0)
    return refusal(file, 'the file has changed since it was read', 'Run the command again.');
  return {
    file,
    entry: { target, isNew: false, identity, ...draftNames(path.dirname(target)) },
    mode: mode & 0o7777,
    owner: { uid, gid },
    directories: [],
  };
}

/** `fs.constants.W_OK`. */
const writable = 2;

function checkNew(fs: FileSystem, root: string, file: FileToWrite): Draft | WriteFailure {
  const top = fs.realpathSync(root);
  const wanted = path.join(top, file.path);
  const directories: string[] = [];
  let existing = path.dirname(wanted);
  for (; !fs.existsSync(existing); existing = path.dirname(existing)) directories.unshift(existing);
  const real = fs.realpathSync(existing);
  const inside = path.relative(top, real);
  if (path.isAbsolute(inside) || inside.split(path.sep)[0] === '..')
    return refusal(file, 'the file would lie outside of the project', 'Write it by hand if it is meant.');
  const target = path.join(real, path.relative(existing, wanted));
  if (fs.lstatSync(target, { throwIfNoEntry: false }))
    return refusal(file, 'a file of that name exists already', 'Run the command again.');
  return {
    file,
    entry: { target, isNew: true, identity: '', ...draftNames(path.dirname(target)) },
    mode: (file.secret ? 0o600 : 0o666) & ~process.umask(),
    owner: undefined,
    directories: directories.map((each) => path.join(real, path.relative(existing, each))),
  };
}

function draftNames(directory: string): Pick<JournalEntry, 'draft' | 'backup'> {
  const name = path.join(
    directory,
    `.plimsoll-${Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString('hex')}`,
  );
  return { draft: `${name}.new`, backup: `${name}.old` };
}

/** Writes the drafts of a set; none is left when one fails. */
function stage(fs: FileSystem, set: DraftSet, failures: WriteFailure[]): boolean {
  for (const draft of set) {
    try {
      for (const directory of draft.directories) if (!fs.existsSync(directory)) fs.mkdirSync(directory);
      writeNewFile(fs, draft.entry.draft, draft.file.after, draft.mode);
      keepOwner(fs, draft);
    } catch (error) {
      discard(fs, set);
      failures.push(failure(draft.file.path, error));
      return false;
    }
  }
  return true;
}

/** Where the user may: a file of somebody else's becomes the user's own otherwise, as with every editor. */
function keepOwner(fs: FileSystem, { entry, owner, mode }: Draft): void {
  if (owner === undefined) return;
  const { uid, gid } = fs.statSync(entry.draft);
  if (uid === owner.uid && gid === owner.gid) return;
  try {
    fs.chownSync(entry.draft, owner.uid, owner.gid);
    // A change of owner takes the set-id bits away.
    fs.chmodSync(entry.draft, mode);
  } catch {}
}

function discard(fs: FileSystem, set: DraftSet): void {
  for (const { entry, directories } of set) {
    removeIfThere(fs, entry.draft);
    removeIfThere(fs, entry.backup);
    for (const directory of [...directories].reverse()) {
      try {
        fs.rmdirSync(directory);
      } catch {}
    }
  }
}

/** Renames the drafts of a set over their files; when one cannot be, those before it get their old text back. */
function putInPlace(fs: FileSystem, set: DraftSet, failures: WriteFailure[]): string[] {
  const placed: Draft[] = [];
  let current = set[0];
  try {
    if (set.length > 1)
      for (const draft of set) {
        current = draft;
        backUp(fs, draft);
      }
    for (const draft of set) {
      current = draft;
      const reason = changedSince(fs, draft);
      if (reason !== undefined) throw new Error(reason);
      fs.renameSync(draft.entry.draft, draft.entry.target);
      placed.push(draft);
    }
  } catch (error) {
    for (const { entry } of placed.reverse()) {
      if (entry.isNew) removeIfThere(fs, entry.target);
      else fs.renameSync(entry.backup, entry.target);
    }
    discard(fs, set);
    failures.push(failure(current?.file.path ?? '.', error));
    return [];
  }
  for (const { entry } of set) removeIfThere(fs, entry.backup);
  for (const directory of new Set(set.map(({ entry }) => path.dirname(entry.target)))) syncDirectory(fs, directory);
  return set.map(({ file }) => file.path);
}

/** Another name for the old file; a copy where the file system knows none. */
function backUp(fs: FileSystem, { entry, file, mode }: Draft): void {
  if (file.before === undefined) return;
  try {
    fs.linkSync(entry.target, entry.backup);
  } catch {
    writeNewFile(fs, entry.backup, file.before, mode);
  }
}

/** Between the check and now there may have been time to write many other files. */
function changedSince(fs: FileSystem, { entry }: Draft): string | undefined {
  if (entry.isNew) return fs.existsSync(entry.target) ? 'a file of that name exists already' : undefined;
  return identityOf(fs, entry.target) === entry.identity ? undefined : 'the file has changed since it was read';
}

function refusal({ path: file }: FileToWrite, reason: string, remedy: string): WriteFailure {
  return { path: file, reason, remedy };
}

const reasons: Readonly<Record<string, readonly [reason: string, remedy: string]>> = {
  ENOENT: ['the file is not there any more', 'Run the command again.'],
  EACCES: ['permission denied', 'Give the permission to write the file and its directory.'],
  EPERM: ['permission denied', 'Give the permission to write the file and its directory.'],
  EROFS: ['the file system is read-only', 'Mount it for writing.'],
  ENOSPC: ['the disk is full', 'Make room and run the command again.'],
  EDQUOT: ['the quota is used up', 'Make room and run the command again.'],
  EFBIG: ['the file would be larger than the system allows', 'Raise the limit (ulimit -f) and run the command again.'],
  EBUSY: ['the file is in use', 'Close what uses it and run the command again.'],
};

function failure(file: string, error: unknown, what = 'it is as it was'): WriteFailure {
  const code = codeOf(error);
  const known = reasons[code];
  if (known) return { path: file, reason: `${known[0]}; ${what}`, remedy: known[1] };
  return {
    path: file,
    reason: `${error instanceof Error ? error.message : code}; ${what}`,
    remedy: 'Run the command again.',
  };
}
