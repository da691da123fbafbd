import {
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  readSync,
  realpathSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { Database } from 'node-sqlite3-wasm';
import { errorCode, exitCodes, UserError } from '../core/errors.ts';
import { applicationId, migrations } from './migrations.ts';
import { endSqlite, loadSqlite } from './sqlite-code.ts';
import { copyStore, isWritable } from './store-copy.ts';
import { holdLock } from './store-lock.ts';

/** A store that this process alone has open. */
export interface Store {
  readonly database: Database;
  readonly file: string;
  /** All of it or nothing, also where the process is killed in between. */
  transaction<Result>(work: () => Result): Result;
  close(): void;
}

/**
 * Opens the store in a file, for this process alone: another one that has it is waited for. One of an earlier version is brought up to date. One that is only read and
 * lies where nothing can be written is read from a copy.
 * @param mode `make`: it is made, with its directory, where there is none; `read`: it is there, and nothing is put into it
 * @throws UserError for a file that is no store, or of a later version: it stays as it is; and for one that cannot be opened
 */
export async function openStore(
  file: string,
  mode: 'make' | 'read',
  known: readonly string[] = migrations,
): Promise<Store> {
  if (mode === 'make') {
    const real = realFile(file, mode);
    refuseNoFile(real);
    refuseSecondName(real);
    return opened({ file: real, shown: file, mode, known, release: locked(real) });
  }
  if (!existsSync(file))
    throw new UserError('there is no history here', {
      where: file,
      remedy:
        '«plimsoll audit --record» begins one. That of another directory: name it; «history: {store: FILE}» in plimsoll.yaml or --store names a file.',
    });
  const real = realFile(file, mode);
  refuseNoFile(real);
  if (isWritable(real)) return opened({ file: real, shown: file, mode, known, release: locked(real) });
  const { copy, release } = copied(real);
  return opened({ file: copy, shown: file, mode, known, release });
}

interface Opening {
  readonly file: string;
  /** What messages name. */
  readonly shown: string;
  readonly mode: 'make' | 'read';
  readonly known: readonly string[];
  release(): unknown;
}

async function opened({ file, shown, mode, known, release }: Opening): Promise<Store> {
  try {
    refuseOther(file, shown, known.length);
    // Left by a process that died: whoever holds our own lock is the only one that has the store open.
    removeDirectory(`${file}.lock`);
    const database = await load(file, mode);
    try {
      prepare(database, shown, known);
    } catch (error) {
      database.close();
      throw error;
    }
    return {
      database,
      file: shown,
      transaction: (work) => inTransaction(database, work),
      close() {
        try {
          database.close();
        } finally {
          endSqlite();
          release();
        }
      },
    };
  } catch (error) {
    endSqlite();
    release();
    throw storeFault(shown, error);
  }
}

/** As many as Linux follows. */
const linksAtMost = 40;

/**
 * The file itself, all links to it and to its directory followed, also one to a file that is not there yet. The lock and SQLite's journal lie beside it under its own name: whoever
 * opens it by another name has to meet them.
 */
function realFile(file: string, mode: Opening['mode']): string {
  try {
    if (mode === 'make') makeDirectory(file);
    let named = file;
    for (let links = 0; links <= linksAtMost; links++) {
      const directory = realpathSync.native(path.dirname(named));
      const real = path.join(directory, path.basename(named));
      if (lstatSync(real, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return real;
      const target = readlinkSync(real);
      // Not `path.resolve`: what `..` is after a link only the file system knows.
      named = path.isAbsolute(target) ? target : `${directory}${path.sep}${target}`;
    }
  } catch (error) {
    throw storeFault(file, error);
  }
  throw new UserError('the history is a link that leads back to itself', { where: file });
}

/** A pipe would be waited for, and beside a device a journal be made. */
function refuseNoFile(file: string): void {
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (found === undefined || found.isFile()) return;
  throw new UserError(`the history has to be a file, and this is ${found.isDirectory() ? 'a directory' : 'none'}`, {
    where: file,
    remedy: 'Nothing was written to it. Name a file: «history: {store: FILE}» in plimsoll.yaml, or --store.',
  });
}

/** Of hard links nobody knows where the other name is, and who holds the lock beside that. */
function refuseSecondName(file: string): void {
  if ((lstatSync(file, { throwIfNoEntry: false })?.nlink ?? 1) <= 1) return;
  throw new UserError(
    'the history has a second name (a hard link): by that another process could write it at the same time',
    {
      where: file,
      remedy: 'Nothing was written to it. Put a copy of it in its place, or name the other by a symbolic link.',
    },
  );
}

/** Gives what lets it go. */
function locked(file: string): () => unknown {
  let lock: ReturnType<typeof holdLock>;
  try {
    lock = holdLock(ownerFile(file));
  } catch (error) {
    throw storeFault(file, error);
  }
  if ('blockedBy' in lock) throw inUse(file, lock.blockedBy);
  return lock.release;
}

/** Our own directory is no part of the repository that it lies in: git is told so, where nobody has told it anything. */
function makeDirectory(file: string): void {
  const directory = path.dirname(file);
  mkdirSync(directory, { recursive: true });
  const ignoreFile = path.join(directory, '.gitignore');
  if (
    path.basename(directory) === '.plimsoll' &&
    !existsSync(file) &&
    !lstatSync(ignoreFile, { throwIfNoEntry: false })
  )
    writeFileSync(ignoreFile, '*\n');
}

function ownerFile(file: string): string {
  return `${file}.owner`;
}

function inUse(file: string, holder: string): UserError {
  return new UserError(`the history is in use by ${holder}`, {
    where: file,
    remedy: `Try again; where that one does not run any more, remove ${path.basename(file)}.owner beside it.`,
    exitCode: exitCodes.system,
  });
}

/** A copy, and what removes it. */
function copied(file: string): { readonly copy: string; release(): void } {
  let made: ReturnType<typeof copyStore>;
  try {
    made = copyStore(file, ownerFile(file));
  } catch (error) {
    throw isForbidden(error) ? unreadable(file, error) : storeFault(file, error);
  }
  if ('blockedBy' in made) throw inUse(file, made.blockedBy);
  return made;
}

/** Looked at before SQLite has it in its hands, so that nothing of another program's file is ever touched. */
function refuseOther(file: string, shown: string, known: number): void {
  if (!existsSync(file)) return;
  const header = Buffer.alloc(100);
  const descriptor = openSync(file, 'r');
  let length: number;
  try {
    length = readSync(descriptor, header, 0, 100, 0);
  } finally {
    closeSync(descriptor);
  }
  // Made, and not written before its maker died.
  if (length === 0) return;
  // https://www.sqlite.org/fileformat.html#the_database_header
  if (header.toString('latin1', 0, 16) !== 'SQLite format 3\0' || header.readUInt32BE(68) !== applicationId)
    throw new UserError('this file is no history of Plimsoll', {
      where: shown,
      remedy: 'Nothing was written to it. Name another file: «history: {store: FILE}» in plimsoll.yaml, or --store.',
    });
  const version = header.readUInt32BE(60);
  if (version > known) throw newer(shown, version, known);
}

function newer(file: string, version: number, known: number): UserError {
  return new UserError(
    `this history was written by a later Plimsoll: its version is ${version}, and this one knows ${known}`,
    {
      where: file,
      remedy: 'Nothing was written to it. Use that Plimsoll, or record elsewhere: --store FILE.',
    },
  );
}

async function load(file: string, mode: Opening['mode']): Promise<Database> {
  const { Database } = await loadSqlite();
  const database = new Database(file);
  database.exec('PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = OFF');
  // Taken once: the library locks by a directory, and nobody else has the store open. Not where a run is written: a file that is locked for good has its journal
  // kept, and the disk is waited for five times instead of three.
  if (mode === 'read') database.exec('PRAGMA locking_mode = EXCLUSIVE');
  return database;
}

function prepare(database: Database, file: string, known: readonly string[]): void {
  const version = userVersion(database);
  // A journal that was rolled back only now may have held another one.
  if (version > known.length) throw newer(file, version, known.length);
  if (version === known.length) return;
  const made = database.get('SELECT count(*) AS tables FROM sqlite_master')?.tables;
  if (version === 0 && made !== 0) throw damaged(file, 'it has tables and no version', undefined);
  inTransaction(database, () => {
    for (const migration of known.slice(version)) database.exec(migration);
    database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${known.length}`);
  });
}

function userVersion(database: Database): number {
  const value = database.get('PRAGMA user_version')?.user_version;
  return typeof value === 'number' ? value : 0;
}

function inTransaction<Result>(database: Database, work: () => Result): Result {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function removeDirectory(directory: string): void {
  if (existsSync(directory)) rmdirSync(directory);
}

/** What SQLite says of a file that is not as it wrote it, and of statements that such a file does not know. */
const ofDamage =
  /malformed|not a database|no such (?:table|column)|already exists|duplicate column|unsupported file format|constraint failed/i;

/** What to tell of an error that came of a store; one that came of our own code is given back as it is. */
function storeFault(file: string, error: unknown): unknown {
  if (error instanceof UserError || !(error instanceof Error)) return error;
  if (error.name === 'SQLite3Error' && ofDamage.test(error.message)) return damaged(file, error.message, error);
  // What JSON.parse says of a text in the store.
  if (error instanceof SyntaxError && /JSON/.test(error.message)) return damaged(file, error.message, error);
  if (error.name !== 'SQLite3Error' && errorCode(error) === undefined) return error;
  return new UserError(`the history cannot be used: ${error.message}`, {
    where: file,
    remedy: 'Is its directory there, writable, and its disk not full? --store names another file.',
    exitCode: exitCodes.system,
    cause: error,
  });
}

function isForbidden(error: unknown): boolean {
  return errorCode(error) === 'EACCES' || errorCode(error) === 'EPERM';
}

/** To be read it need not be writable. */
function unreadable(file: string, cause: unknown): UserError {
  return new UserError('the history may not be read by this user', {
    where: file,
    remedy: 'Its owner can give the right to read it (chmod g+r FILE), or a copy of it: --store COPY.',
    exitCode: exitCodes.system,
    cause,
  });
}

function damaged(file: string, what: string, cause: unknown): UserError {
  return new UserError(`the history is damaged: ${what}`, {
    where: file,
    remedy: 'Put a copy of it in its place, or move it away to begin a new one; --store FILE names another.',
    exitCode: exitCodes.system,
    cause,
  });
}

/**
 * Does something with a store, and closes it.
 * @throws UserError where the store is damaged or its disk fails
 */
export function usingStore<Result>(store: Store, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw storeFault(store.file, error);
  } finally {
    closeAnyhow(store);
  }
}

/** A damaged file may not let itself be closed: what is said is why. */
function closeAnyhow(store: Store): void {
  try {
    store.close();
  } catch {
    // Its process ends soon, and what it holds with it.
  }
}
