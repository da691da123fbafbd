import { existsSync, rmSync } from 'node:fs';
import { type FileHandle, mkdtemp, open, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UserError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';

/** Bytes on disk that nobody else can read, gone when it is closed or the process ends. */
export interface TemporaryFile {
  readonly path: string;
  close(): Promise<void>;
}

/** What is left to all others on the disk. */
const leftFreeBytes = 256 * 1024 * 1024;

/** How often the room is looked at. */
const lookEvery = 64 * 1024 * 1024;

/**
 * An empty file in the system's temporary directory (`TMPDIR`). On Linux it has no name from the beginning, so that not even a killed process leaves it
 * behind; `path` leads to it all the same, in every thread.
 */
export async function emptyTemporaryFile(): Promise<TemporaryFile & { readonly handle: FileHandle }> {
  const directory = await mkdtemp(path.join(tmpdir(), 'plimsoll-'));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  process.once('exit', remove);
  const name = path.join(directory, 'image.tar');
  const handle = await open(name, 'wx+', 0o600);
  const nameless = `/proc/self/fd/${handle.fd}`;
  const isNameless = existsSync(nameless);
  if (isNameless) remove();
  let isOpen = true;
  return {
    handle,
    path: isNameless ? nameless : name,
    async close() {
      if (!isOpen) return;
      isOpen = false;
      process.off('exit', remove);
      await handle.close();
      remove();
    },
  };
}

/**
 * Writes what comes to a temporary file.
 * @param what for messages
 * @param expectedBytes when known: too little room is told before anything is written
 * @throws UserError (of a failed system) where the disk has no room, and what `chunks` throws
 */
export async function temporaryFile(
  chunks: AsyncIterable<Uint8Array>,
  what: string,
  expectedBytes = 0,
): Promise<TemporaryFile> {
  const file = await emptyTemporaryFile();
  try {
    await mustHaveRoom(expectedBytes, what);
    let sinceLook = 0;
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length; ) at += (await file.handle.write(chunk, at)).bytesWritten;
      sinceLook += chunk.length;
      if (sinceLook < lookEvery) continue;
      await mustHaveRoom(0, what);
      sinceLook = 0;
    }
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** @throws UserError where the temporary directory has no room for so many bytes, and some more for all others */
export async function mustHaveRoom(bytes: number, what: string): Promise<void> {
  const { bavail, bsize } = await statfs(tmpdir());
  if (bavail * bsize >= bytes + leftFreeBytes) return;
  throw new UserError(`There is no room for ${printable(what)} in the temporary directory.`, {
    where: printable(tmpdir()),
    remedy: 'Make room, or set TMPDIR to a directory on a larger disk.',
    exitCode: 3,
  });
}
