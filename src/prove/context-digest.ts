import { createHash } from 'node:crypto';
import { createReadStream, lstatSync } from 'node:fs';
import path from 'node:path';
import type { BuildContext } from '../context/build-context.ts';
import { readIgnoreFile } from '../context/ignorefile.ts';
import { ignoreMatcher } from '../context/matcher.ts';
import { walkContext } from '../context/walk.ts';
import { errorCode } from '../core/errors.ts';

/**
 * `sha256:…` of what a build could take from its context: of each entry, ordered by path, its path, kind, mode, and content or where it points. Times and owners
 * are no more in it than in BuildKit's cache keys. Undefined where not all of it can be read, or where there is more than a walk looks at.
 * @param root absolute path of the project's root
 * @param files what is other than on disk, by path from the root: the ignore file may be
 * @param read what files of the context were found to hold: of one context they are read once, however often it is asked for
 * @throws the signal's reason
 */
export async function contextDigest(
  root: string,
  context: BuildContext,
  files: ReadonlyMap<string, Uint8Array>,
  signal: AbortSignal,
  read = new Map<string, string>(),
): Promise<string | undefined> {
  const place = path.join(root, context.directory);
  const written = files.get(context.ignorePath);
  const ignore = written ? readIgnoreFile(Buffer.from(written).toString()) : context.ignore;
  const { entries, stoppedAt, unreadable } = walkContext(place, ignore);
  if (stoppedAt !== undefined || unreadable.some(({ ignored }) => !ignored)) return undefined;
  const replaced = replacedIn(context.directory, files);
  const lines = new Map<string, string>();
  const { verdict } = ignoreMatcher(ignore.lines.map(({ pattern }) => pattern));
  for (const [name, bytes] of replaced)
    if (verdict(name) === 'kept') lines.set(name, `file\0${(0o644).toString(8)}\0${sha256(bytes)}`);
  for (const { path: name, kind, target } of entries) {
    signal.throwIfAborted();
    const file = path.join(place, name);
    try {
      const mode = (lstatSync(file).mode & 0o7777).toString(8);
      const content = kind === 'file' ? await contentOf(file, replaced.get(name), read, signal) : (target ?? '');
      lines.set(name, `${kind}\0${mode}\0${content}`);
    } catch (error) {
      signal.throwIfAborted();
      // Gone, or not to be read, since it was listed.
      if (errorCode(error) !== undefined) return undefined;
      throw error;
    }
  }
  const ordered = [...lines].sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
  return `sha256:${sha256(Buffer.from(ordered.map(([name, line]) => `${name}\0${line}\n`).join('')))}`;
}

/** By path in the context. */
function replacedIn(directory: string, files: ReadonlyMap<string, Uint8Array>): Map<string, Uint8Array> {
  const above = directory === '' ? '' : `${directory}/`;
  return new Map(
    [...files].flatMap(([name, bytes]) => (name.startsWith(above) ? [[name.slice(above.length), bytes] as const] : [])),
  );
}

async function contentOf(
  file: string,
  replaced: Uint8Array | undefined,
  read: Map<string, string>,
  signal: AbortSignal,
): Promise<string> {
  if (replaced) return sha256(replaced);
  const known = read.get(file);
  if (known !== undefined) return known;
  const hash = createHash('sha256');
  for await (const part of createReadStream(file, { highWaterMark: 1 << 20, signal })) hash.update(part);
  const digest = hash.digest('hex');
  read.set(file, digest);
  return digest;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
