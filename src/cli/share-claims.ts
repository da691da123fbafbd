/** Files that a thread takes at a time: so few that all threads end at about the same time. */
const filesAtATime = 8;

/** Who takes which files of a list that several threads share. */
export interface ShareClaims {
  /** The next index that is this member's, undefined when none is left. */
  next(): number | undefined;
  /** True when a member has taken something. */
  hasClaimed(member: number): boolean;
  /** Says that this member has loaded its code; true for the last one that does, the first member not counted. */
  isLastLoaded(): boolean;
}

/** Memory for the claims of a number of members. */
export function sharedClaims(members: number): SharedArrayBuffer {
  return new SharedArrayBuffer((2 + members) * Int32Array.BYTES_PER_ELEMENT);
}

/** The claims as one member sees them. The first cell counts what is taken, one cell for each member what it took, the last one who has loaded. */
export function claimsOf(memory: SharedArrayBuffer, member: number, files: number): ShareClaims {
  const cells = new Int32Array(memory);
  let at = 0;
  let end = 0;
  return {
    next() {
      if (at === end) {
        at = Atomics.add(cells, 0, filesAtATime);
        end = at + filesAtATime;
        Atomics.add(cells, 1 + member, 1);
      }
      if (at >= files) {
        end = at;
        return undefined;
      }
      return at++;
    },
    hasClaimed: (other) => Atomics.load(cells, 1 + other) > 0,
    isLastLoaded() {
      const last = cells.length - 1;
      const others = last - 2;
      return Atomics.add(cells, last, 1) + 1 === others;
    },
  };
}
