import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import { cachedDataVersionTag } from 'node:v8';
import { Script } from 'node:vm';
import type * as Bundle from './bundle.ts';
import { codeCacheFile, readCodeCache, sealed, shippedCodeFile, unsealed, writeCodeCache } from './code-cache.ts';
import { type ReadingRoom, readInto, readingRoom } from './read-into.ts';

/** Identifies each bundle's text: V8 itself compares no more than its length with that of the code it cached. */
declare const PLIMSOLL_BUILDS: Readonly<Record<BundleName | typeof recording, string>>;

/** `audit` has that command alone, `history` those that read recorded runs: they take less time to load than `plimsoll`, which has all. */
export type BundleName = 'audit' | 'history' | 'plimsoll';

/**
 * What `audit` asks for where a run is recorded. Other files beside a bundle are no bundles, and are loaded as Node.js loads any.
 */
const recording = 'recording';

interface CompiledBundle {
  readonly script: Script;
  /** True when V8 took a file of compiled code. */
  readonly compiledAhead: boolean;
}

interface LoadedBundle {
  readonly bundle: typeof Bundle;
  /** Keeps the compiled code for the next run when there was none to use. Called when the work is done: it holds what ran. */
  keepCode(): void;
}

/**
 * Loads a bundle that stands in `directory`. Compiled code comes from beside it, where it was put for the Node.js that
 * the package was built with, else from the user's cache: to compile takes longer than most audits.
 */
export function loadBundle(directory: string, name: BundleName): LoadedBundle {
  const own = evaluated(directory, name, besideBundle);
  let ofRecording: Evaluated | undefined;
  function besideBundle(asked: string): unknown {
    if (asked !== `./${recording}.js`) return require(asked);
    ofRecording ??= evaluated(directory, recording, require);
    return ofRecording.bundle;
  }
  return {
    bundle: own.bundle,
    keepCode() {
      own.keepCode();
      ofRecording?.keepCode();
    },
  };
}

interface Evaluated {
  readonly bundle: typeof Bundle;
  keepCode(): void;
}

function evaluated(
  directory: string,
  name: keyof typeof PLIMSOLL_BUILDS,
  requireFor: (asked: string) => unknown,
): Evaluated {
  const filename = path.join(directory, `${name}.js`);
  const room = readingRoom();
  const source = readSource(filename, room);
  const own = codeCacheFile(PLIMSOLL_BUILDS[name]);
  // What a run keeps is sealed: its file lives through full disks and power failures. Of the package that is the recording's alone, whose damage must not cost the
  // audit its report: for the others it would take up twice the room.
  const { script, compiledAhead } = compile(
    source,
    filename,
    [
      { file: path.join(directory, shippedCodeFile(name)), isSealed: name === recording },
      { file: own, isSealed: true },
    ],
    room,
  );
  const tag = compiledAhead ? undefined : cachedDataVersionTag();
  return {
    bundle: script.runInThisContext()(requireFor, filename),
    keepCode() {
      // An audit in threads changes flags of V8, and code of other flags is refused by the next run.
      if (own !== undefined && !compiledAhead && tag === cachedDataVersionTag())
        writeCodeCache(own, sealed(script.createCachedData()));
    },
  };
}

/** The bundle is ASCII: read as Latin-1, it takes one byte a character and no decoding. */
function readSource(filename: string, room: ReadingRoom): string {
  const descriptor = openSync(filename, 'r');
  try {
    return readInto(room, descriptor).toString('latin1');
  } finally {
    closeSync(descriptor);
  }
}

interface CodeFile {
  readonly file: string | undefined;
  readonly isSealed: boolean;
}

/** Compiles with the first file of compiled code that is there and that V8 takes. One that it refuses costs as much as all of the compiling. */
function compile(source: string, filename: string, files: readonly CodeFile[], room: ReadingRoom): CompiledBundle {
  for (const { file, isSealed } of files) {
    const bytes = file === undefined ? undefined : readCodeCache(file, room);
    const cachedData = bytes !== undefined && isSealed ? unsealed(bytes) : bytes;
    if (cachedData === undefined) continue;
    const script = new Script(source, { filename, cachedData });
    if (script.cachedDataRejected === false) return { script, compiledAhead: true };
  }
  return { script: new Script(source, { filename }), compiledAhead: false };
}
