import { opendirSync, statSync } from 'node:fs';
import path from 'node:path';
import { codeBehind, UserError } from '../core/errors.ts';
import type { Target } from '../project/target.ts';
import type { Terminal } from './command.ts';

/** Standard input beyond this is refused. Bytes. */
const largestInput = 64 * 1024 * 1024;

/**
 * What the arguments of a command name: nothing is this directory, `-` is standard input.
 * @throws UserError when a path does not exist, or `-` stands beside others.
 */
export async function readTarget(
  positionals: readonly string[],
  stdinPath: string | undefined,
  terminal: Terminal,
): Promise<Target> {
  if (positionals.includes('-')) {
    if (positionals.length > 1) throw new UserError('«-» is standard input and cannot stand beside other paths');
    return { kind: 'bytes', name: stdinPath ?? '-', bytes: await readAll(terminal.stdin) };
  }
  const paths = (positionals.length === 0 ? ['.'] : positionals).map((each) => path.resolve(terminal.cwd, each));
  // Of several paths a missing one is a problem in the report: the others are audited all the same.
  const directories = paths.map((each, at) => isDirectory(each, positionals[at] ?? '.', paths.length > 1));
  const [only] = paths;
  if (only !== undefined && paths.length === 1 && directories[0]) return { kind: 'directory', path: only };
  return { kind: 'paths', root: commonRoot(paths, terminal.cwd), paths };
}

function isDirectory(absolute: string, written: string, mayBeMissing: boolean): boolean {
  let found: boolean;
  try {
    found = statSync(absolute).isDirectory();
  } catch (cause) {
    if (mayBeMissing) return false;
    throw new UserError('there is no such file or directory, or it cannot be read', { where: written, cause });
  }
  if (found && !mayBeMissing) mustOpen(absolute, written);
  return found;
}

/** Of a directory below another one it is a problem in the report. If it is all that there is to look at, nothing found would be taken for clean. */
function mustOpen(directory: string, written: string): void {
  try {
    opendirSync(directory).closeSync();
  } catch (cause) {
    throw new UserError(`this directory cannot be read${codeBehind(cause)}`, {
      where: written,
      remedy: 'Give the permission to read it, or name another one.',
      cause,
    });
  }
}

/** The working directory when everything lies below it, else the deepest directory that holds everything. */
function commonRoot(paths: readonly string[], cwd: string): string {
  let root = cwd;
  const below = (each: string) => each === root || each.startsWith(root === path.sep ? root : root + path.sep);
  if (paths.every(below)) return root;
  root = path.dirname(paths[0] ?? cwd);
  while (!paths.every(below)) root = path.dirname(root);
  return root;
}

async function readAll(stream: NodeJS.ReadableStream): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    size += bytes.length;
    if (size > largestInput)
      throw new UserError(`standard input is larger than ${largestInput / 1024 / 1024} MiB`, {
        remedy: 'Pass the file by its path.',
      });
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}
