import path from 'node:path';
import { UserError } from '../../core/errors.ts';
import { codeOf, type FileSystem, removeIfThere, syncDirectory, writeNewFile } from './file-system.ts';

/** One file of a set: where the new text waits, where it goes, and where the old one is kept meanwhile. Absolute paths. */
export interface JournalEntry {
  readonly target: string;
  readonly draft: string;
  readonly backup: string;
  readonly isNew: boolean;
  /** What tells that the target is still the file that was read: inode, size and time of change. */
  readonly identity: string;
}

/** Written before anything else is, so that a run that was cut off can be ended by the next one. */
export interface Journal {
  readonly process: number;
  /** `drafts`: nothing but drafts was written; `placing`: all drafts of these sets are complete, and some may have been put in place. */
  readonly step: 'drafts' | 'placing';
  readonly sets: readonly (readonly JournalEntry[])[];
}

export function journalPath(root: string): string {
  return path.join(root, '.plimsoll-fix.journal');
}

function journalDraft(root: string): string {
  return `${journalPath(root)}.new`;
}

/**
 * The first step of a run is only begun where no other run is under way.
 * @throws what the file system throws.
 */
export function writeJournal(fs: FileSystem, root: string, journal: Journal): void {
  const place = journalPath(root);
  const draft = journalDraft(root);
  if (journal.step === 'drafts' && fs.existsSync(place)) throw new Error('another «plimsoll fix» is writing here');
  removeIfThere(fs, draft);
  writeNewFile(fs, draft, Buffer.from(JSON.stringify(journal)), 0o600);
  try {
    fs.renameSync(draft, place);
  } catch (error) {
    removeIfThere(fs, draft);
    throw error;
  }
  syncDirectory(fs, root);
}

export function removeJournal(fs: FileSystem, root: string): void {
  removeIfThere(fs, journalPath(root));
  syncDirectory(fs, root);
}

/** What ending a run that was cut off came to. */
export interface Recovery {
  /** Files that got their new text now. */
  readonly completed: readonly string[];
  /** Files that somebody has changed since: they stay as they are. */
  readonly left: readonly string[];
}

/**
 * Ends what an earlier run began and could not finish: sets of which a file was put in place are completed, of all others the drafts
 * are removed. Undefined when there is nothing to end.
 * @throws UserError when that run still goes on, or its journal cannot be read.
 */
export function recover(root: string, fs: FileSystem): Recovery | undefined {
  const journal = readJournal(fs, root);
  if (journal === undefined) {
    removeIfThere(fs, journalDraft(root));
    return undefined;
  }
  if (journal.process !== process.pid && isRunning(journal.process))
    throw new UserError('another «plimsoll fix» is writing here', {
      where: journalPath(root),
      remedy: `Wait for process ${journal.process} to end; if it is none of plimsoll, remove the file.`,
    });
  const completed: string[] = [];
  const left: string[] = [];
  for (const set of journal.sets) {
    const begun = journal.step === 'placing' && set.some((entry) => !fs.existsSync(entry.draft));
    for (const entry of set) {
      if (begun && fs.existsSync(entry.draft)) (place(fs, entry) ? completed : left).push(entry.target);
      removeIfThere(fs, entry.draft);
      removeIfThere(fs, entry.backup);
    }
  }
  removeIfThere(fs, journalDraft(root));
  removeJournal(fs, root);
  return { completed, left };
}

/** False when the target is not the file any more that the new text was made from. */
function place(fs: FileSystem, { target, draft, isNew, identity }: JournalEntry): boolean {
  if (isNew ? fs.existsSync(target) : identityOf(fs, target) !== identity) return false;
  fs.renameSync(draft, target);
  return true;
}

/** Changes when a file is written, replaced or renamed over; empty when it is not there. */
export function identityOf(fs: FileSystem, target: string): string {
  try {
    const { ino, size, mtimeMs } = fs.statSync(target);
    return `${ino} ${size} ${mtimeMs}`;
  } catch {
    return '';
  }
}

function readJournal(fs: FileSystem, root: string): Journal | undefined {
  let text: string;
  try {
    text = fs.readFileSync(journalPath(root), 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw unreadable(root, error);
  }
  try {
    const value: unknown = JSON.parse(text);
    if (isJournal(value) && value.sets.flat().every((entry) => isOurs(root, fs, entry))) return value;
  } catch (error) {
    throw unreadable(root, error);
  }
  throw unreadable(root, undefined);
}

function unreadable(root: string, cause: unknown): UserError {
  return new UserError('the journal of an earlier run cannot be read', {
    where: journalPath(root),
    remedy:
      'Look whether files named .plimsoll-* are left beside those that were to be repaired, and remove them and the journal.',
    cause,
  });
}

/** A journal is a file of the repository as others are: it must not name anything but our own drafts beside files of the project. */
function isOurs(root: string, fs: FileSystem, { target, draft, backup }: JournalEntry): boolean {
  const top = fs.realpathSync(root);
  const directory = path.dirname(target);
  const inside = path.relative(top, directory);
  if (path.isAbsolute(inside) || inside.split(path.sep)[0] === '..') return false;
  return [draft, backup].every((each) => path.dirname(each) === directory && draftName.test(path.basename(each)));
}

const draftName = /^\.plimsoll-[0-9a-f]{16}\.(?:new|old)$/;

function isJournal(value: unknown): value is Journal {
  if (typeof value !== 'object' || value === null) return false;
  if (!('process' in value && 'step' in value && 'sets' in value)) return false;
  const { process: id, step, sets } = value;
  if (typeof id !== 'number' || (step !== 'drafts' && step !== 'placing') || !Array.isArray(sets)) return false;
  return sets.every((set) => Array.isArray(set) && set.every(isEntry));
}

function isEntry(value: unknown): value is JournalEntry {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['target', 'draft', 'backup', 'identity'].every((key) => typeof Reflect.get(value, key) === 'string') &&
    typeof Reflect.get(value, 'isNew') === 'boolean'
  );
}

function isRunning(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
