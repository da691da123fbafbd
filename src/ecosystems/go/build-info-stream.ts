import { isElf } from '../internal/elf.ts';
import type { BuildInfo } from './build-info.ts';
import { alignment, buildInfoMagic, findBuildInfo, inlineInfo, maximumMarks } from './read-build-info.ts';

/** Kept of what follows the mark: the lines of some thousand modules. */
const maximumKept = 1024 * 1024;

/**
 * Looks for what Go 1.18 and later wrote into a program that is too large to hold: the mark, and what follows it. Holds a megabyte at most.
 * Where the mark stands in a program's own texts (Go's tools look for it, too), what follows is no build info and the search goes on.
 */
export function buildInfoStream(): { push(chunk: Uint8Array): void; end(): BuildInfo | undefined } {
  let held = Buffer.alloc(0);
  /** Of the first byte held, in the file. */
  let start = 0;
  let found: BuildInfo | undefined;
  let program: boolean | undefined;
  let marks = 0;

  const look = (last: boolean): void => {
    let at = findBuildInfo(held);
    while (at !== -1 && !found && marks < maximumMarks && (last || held.length - at >= maximumKept)) {
      if ((start + at) % alignment === 0) found = inlineInfo(held.subarray(at, at + maximumKept));
      drop(at + 1);
      marks++;
      at = findBuildInfo(held);
    }
    if (marks >= maximumMarks) program = false;
    drop(at === -1 ? Math.max(0, held.length - buildInfoMagic.length + 1) : at);
  };
  const drop = (bytes: number): void => {
    held = held.subarray(bytes);
    start += bytes;
  };
  return {
    push(chunk) {
      if (found || program === false) return;
      held = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk]);
      if (program === undefined && held.length >= 64) program = isElf(held);
      if (!program) return;
      // Before the mark only a few bytes are kept; behind it everything, and then it is looked at once.
      if (held.length < maximumKept && held.subarray(0, buildInfoMagic.length).equals(buildInfoMagic)) return;
      look(false);
    },
    end() {
      if (!found && program) look(true);
      return found;
    },
  };
}
