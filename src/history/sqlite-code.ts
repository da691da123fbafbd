import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { errorCode, exitCodes, UserError } from '../core/errors.ts';

/** Of JavaScript's own, as far as it is used here: the types of Node.js have none of it. */
declare const WebAssembly: { compile(bytes: Uint8Array): Promise<object> };

/**
 * What changes how V8 compiles WebAssembly, and what takes that back: compiled code of the bundle that is kept for the next run has to be of the flags that
 * a run begins with.
 */
const flags = {
  // To compile code a second time, and better, takes longer than it runs here. What the first flag implies when Node.js starts, it does not imply later: each is named.
  once: {
    on: ['--liftoff-only', '--no-wasm-tier-up', '--no-wasm-dynamic-tiering'],
    off: ['--no-liftoff-only', '--wasm-tier-up', '--wasm-dynamic-tiering'],
  },
  // It comes with this package: functions are validated when they are compiled, and most never are.
  lateValidation: { on: ['--wasm-lazy-validation'], off: ['--no-wasm-lazy-validation'] },
  whole: { on: ['--no-wasm-lazy-compilation'], off: ['--wasm-lazy-compilation'] },
  // All threads of V8 at once would take the processors from this one, whose work takes longer than theirs.
  oneThread: { on: ['--wasm-num-compilation-tasks=1'], off: ['--wasm-num-compilation-tasks=128'] },
};

/** Versions that do not know a flag say so aloud. */
const knowsLateValidation = process.versions.v8.startsWith('11.3.');

/** Those that were changed while the library is used. */
let taken: readonly { readonly off: readonly string[] }[] = [];

/** Held, as V8 compiles no bytes anew while it has their code. */
let ahead: Promise<object | undefined> | undefined;

/**
 * Has all code of SQLite compiled by a thread of V8 while this one does something else, where there is a processor for it: to compile its functions when they
 * are called takes longer than to write a run, and to compile all of them twice that. It begins when this thread next waits for something.
 */
export function compileSqlite(): void {
  if (ahead !== undefined || availableParallelism() === 1) return;
  const changed = [flags.once, flags.whole, flags.oneThread];
  for (const { on } of changed) set(on);
  ahead = compiled().finally(() => {
    for (const { off } of changed) set(off);
  });
}

/** What goes wrong here goes wrong in the library again, and is said then. Where it does not stand beside the bundle, in tests, it compiles its code itself. */
async function compiled(): Promise<object | undefined> {
  try {
    return await WebAssembly.compile(readFileSync(path.join(import.meta.dirname, 'node-sqlite3-wasm.wasm')));
  } catch {
    return undefined;
  }
}

/** Node.js 24 ends a process in which nothing but this compiling goes on. */
async function compiledAhead(): Promise<object | undefined> {
  if (ahead === undefined) return undefined;
  const held = setInterval(() => undefined, 60_000);
  try {
    return await ahead;
  } finally {
    clearInterval(held);
  }
}

/**
 * The library, with its code compiled ahead where that was begun.
 * @throws UserError where its own code is damaged
 */
export async function loadSqlite(): Promise<typeof import('node-sqlite3-wasm')> {
  if ((await compiledAhead()) === undefined) {
    const changed = [flags.once, ...(knowsLateValidation ? [flags.lateValidation] : [])];
    for (const { on } of changed) set(on);
    taken = changed;
  }
  try {
    return await import('node-sqlite3-wasm');
  } catch (error) {
    // What the file system says is told by whoever asked.
    if (!(error instanceof Error) || errorCode(error) !== undefined) throw error;
    throw new UserError(`the SQLite that comes with Plimsoll cannot be loaded: ${error.message}`, {
      remedy: 'Install Plimsoll again.',
      exitCode: exitCodes.system,
      cause: error,
    });
  }
}

/** Says that the library has no more to do for now: its functions are compiled when they are called, and compiled code of the bundle is kept after that. */
export function endSqlite(): void {
  for (const { off } of taken) set(off);
  taken = [];
}

function set(names: readonly string[]): void {
  for (const name of names) setFlagsFromString(name);
}
