/** How a set of fixes fared: `unknown` where it was not tried, for the number of builds is bounded. */
export type Tried =
  | { readonly kind: 'passes' }
  | {
      readonly kind: 'fails';
      readonly reason: string;
      /** Tells this failure from others, whatever times and numbers are in the reason. */
      readonly sign: string;
      /** The likeliest first. */
      readonly suspects: readonly string[];
    }
  | { readonly kind: 'unknown'; readonly reason: string };

export interface Search {
  /** All fixes, under names that stay theirs whatever others are left out. */
  readonly all: readonly string[];
  /** How all of them together failed. */
  readonly failure: Extract<Tried, { kind: 'fails' }>;
  /** Builds and tries the original with these fixes alone. Without any fix it passes: that is the original. */
  attempt(fixes: ReadonlySet<string>): Promise<Tried>;
}

/** What the search came to. Every fix is in one of the two. */
export interface Passing {
  /** Built and tried together, and passes. */
  readonly passing: ReadonlySet<string>;
  /** Why each of the others is left out. */
  readonly refused: ReadonlyMap<string, string>;
}

/** Guesses that are followed before the set is halved: one build each. */
const mostGuesses = 4;

/**
 * The largest set of fixes that passes, in the sense of delta debugging (Zeller and Hildebrandt, 2002): none of those that are left
 * out could be added to it alone. Guesses first: one wrong fix whose step is seen to fail costs one build. Where they lead to nothing, halves are
 * added to what passes already, about 2 log₂ n builds for each wrong fix. Whenever it ends, what it gives has passed.
 */
export async function largestPassing(search: Search): Promise<Passing> {
  const guessed = await followGuesses(search);
  return guessed ?? (await addHalves(search));
}

/** Leaves out the first suspect of each failure, as long as the failure becomes another one. */
async function followGuesses({ all, failure, attempt }: Search): Promise<Passing | undefined> {
  const out = new Map<string, string>();
  let seen: Extract<Tried, { kind: 'fails' }> = failure;
  for (let guess = 0; guess < mostGuesses; guess++) {
    const suspect = seen.suspects.find((each) => all.includes(each) && !out.has(each));
    if (suspect === undefined || out.size === all.length - 1) return undefined;
    out.set(suspect, seen.reason);
    const next = await attempt(without(all, out));
    if (next.kind === 'passes') return takeBack({ all, failure, attempt }, out);
    if (next.kind === 'unknown') return undefined;
    // The same failure without it: it was not the cause, or not alone.
    if (next.sign === seen.sign) out.delete(suspect);
    seen = { ...next, suspects: next.suspects.filter((each) => each !== suspect) };
  }
  return undefined;
}

/** Of several that were left out on suspicion, those that do no harm are put back. */
async function takeBack({ all, attempt }: Search, out: Map<string, string>): Promise<Passing> {
  for (const each of out.size > 1 ? [...out.keys()] : []) {
    const fewer = new Map(out);
    fewer.delete(each);
    const tried = await attempt(without(all, fewer));
    if (tried.kind === 'passes') out.delete(each);
  }
  return { passing: without(all, out), refused: out };
}

async function addHalves({ all, failure, attempt }: Search): Promise<Passing> {
  const passing = new Set<string>();
  const refused = new Map<string, string>();
  // Suspects last: what is beyond doubt is then together in one half.
  const doubt = (each: string) => {
    const at = failure.suspects.indexOf(each);
    return at < 0 ? Number.POSITIVE_INFINITY : at;
  };
  const ordered = [...all].sort((a, b) => (doubt(a) === doubt(b) ? 0 : doubt(b) - doubt(a)));
  const add = async (some: readonly string[], known: Tried | undefined): Promise<void> => {
    if (some.length === 0) return;
    const tried = known ?? (await attempt(new Set([...passing, ...some])));
    if (tried.kind === 'passes') for (const each of some) passing.add(each);
    else if (tried.kind === 'unknown' || some.length === 1) for (const each of some) refused.set(each, tried.reason);
    else {
      const middle = Math.ceil(some.length / 2);
      const before = passing.size;
      await add(some.slice(0, middle), undefined);
      // Nothing of the first half was left out: it is the second that fails, as the two together did.
      const same = passing.size === before + middle;
      await add(some.slice(middle), same ? tried : undefined);
    }
  };
  await add(ordered, failure);
  return { passing, refused };
}

function without(all: readonly string[], out: ReadonlyMap<string, unknown>): ReadonlySet<string> {
  return new Set(all.filter((each) => !out.has(each)));
}
