import type { BuildPlan, Input, Place, PlannedStep } from './build-plan.ts';
import type { Selection, Sources } from './selection.ts';

/**
 * Whether a step's result is taken from the cache. `unknown`: that depends on the content of files that a step made, and only a build
 * knows it.
 */
export type Verdict = 'cached' | 'rebuilt' | 'unknown';

export interface StepResult {
  readonly step: PlannedStep;
  readonly verdict: Verdict;
  /** The result's keys in the cache, for comparison with those of other builds of the same cache. */
  readonly keys: readonly number[];
}

/**
 * BuildKit's cache over builds of one history: nothing is ever thrown away. It is asked for one build after the other, and holds then
 * what that build would have left in it. https://github.com/moby/buildkit/blob/v0.32.2/solver/cachemanager.go
 */
export interface BuildCache {
  /** @param select what the sources take from that build's context */
  build(plan: BuildPlan, select: (sources: Sources) => Selection): readonly StepResult[];
}

export function emptyCache(): BuildCache {
  const records = recordStore();
  return {
    build(plan, select) {
      const results: StepResult[] = [];
      const seen = new Map<string, StepResult>();
      for (const step of plan.steps) {
        const inputs = step.inputs.map((input) => keysOf(input, results, records, select));
        // Two stages that do the same share one step of the build.
        const same = JSON.stringify([step.definition, inputs.map(({ certain }, at) => certain[0] ?? [step.index, at])]);
        const known = seen.get(same);
        const result = known ? { ...known, step } : { step, ...solve(records, step.definition, inputs) };
        seen.set(same, result);
        results.push(result);
      }
      return results;
    },
  };
}

/** What one input can be found by. */
interface InputKeys {
  /** Any of them finds it. */
  readonly certain: readonly string[];
  /** Finds it if two results are the same that are not known to be different. */
  readonly possible: () => readonly string[];
  /** Its content counts and is not known: it may be that of any other such input. */
  readonly anyContent: boolean;
}

function keysOf(
  input: Input,
  results: readonly StepResult[],
  records: RecordStore,
  select: (sources: Sources) => Selection,
): InputKeys {
  switch (input.kind) {
    case 'context':
      return exactly(`content ${select(input.sources).digest}`);
    case 'remote':
      return exactly(`address ${input.address}`);
    case 'unknown':
      return { certain: [], possible: nothing, anyContent: true };
    case 'root':
      return placeKeys(input.place, '', results, records);
    case 'files':
      return { ...placeKeys(input.place, JSON.stringify(input.sources), results, records), anyContent: true };
  }
}

const nothing = (): readonly string[] => [];

function exactly(key: string): InputKeys {
  return { certain: [key], possible: nothing, anyContent: false };
}

function placeKeys(place: Place, selector: string, results: readonly StepResult[], records: RecordStore): InputKeys {
  const suffix = selector === '' ? '' : ` ${selector}`;
  if (place.kind === 'scratch') return exactly(`scratch${suffix}`);
  const ids = place.kind === 'image' ? [records.image(place)] : (results[place.step]?.keys ?? []);
  const keyOf = (id: number) => `result ${id}${suffix}`;
  // Asked for only where no key finds anything: there may be as many as there were builds.
  const possible = () => ids.flatMap((id) => records.maybeSame(id)).map(keyOf);
  return { certain: ids.map(keyOf), possible, anyContent: false };
}

/**
 * A record is found where every input finds it by any of its keys. It is found for certain, for certain not, or perhaps: then the result
 * is one of several, and stands as a new one that may be the same as any of them.
 */
function solve(
  records: RecordStore,
  definition: string,
  given: readonly InputKeys[],
): Pick<StepResult, 'verdict' | 'keys'> {
  // `COPY --link` of a here-document depends on nothing at all.
  const inputs = given.length > 0 ? given : [exactly('nothing')];
  const certain = intersection(inputs.map(({ certain: keys }, at) => records.find(definition, at, keys)));
  if (certain.size > 0) return { verdict: 'cached', keys: [...certain] };
  const possible = intersection(inputs.map((input, at) => records.findPossible(definition, at, input)));
  const id = records.add(definition, inputs);
  if (possible.size === 0) return { verdict: 'rebuilt', keys: [id] };
  records.markMaybeSame([id, ...possible]);
  return { verdict: 'unknown', keys: [id] };
}

function intersection([first = new Set<number>(), ...others]: readonly ReadonlySet<number>[]): ReadonlySet<number> {
  return new Set([...first].filter((id) => others.every((other) => other.has(id))));
}

interface RecordStore {
  image(image: { readonly reference: string; readonly platform: string }): number;
  add(definition: string, inputs: readonly InputKeys[]): number;
  /** The records of that definition that one of the keys finds at a place among the inputs. */
  find(definition: string, at: number, keys: readonly string[]): ReadonlySet<number>;
  /** Those that it would find if what is not known were so. */
  findPossible(definition: string, at: number, input: InputKeys): ReadonlySet<number>;
  /** All results that may be the same as this one, itself included. */
  maybeSame(id: number): readonly number[];
  markMaybeSame(ids: readonly number[]): void;
}

function recordStore(): RecordStore {
  let next = 0;
  const links = new Map<string, Set<number>>();
  const definitions = new Map<string, number>();
  const inputOf = (definition: string, at: number) => {
    const known = definitions.get(definition) ?? definitions.size;
    definitions.set(definition, known);
    return `${known} ${at}`;
  };
  const images = new Map<string, number>();
  const classes = new Map<number, Set<number>>();
  const link = (key: string, id: number) => {
    const known = links.get(key);
    if (known) known.add(id);
    else links.set(key, new Set([id]));
  };
  const linked = (keys: readonly string[]) => new Set(keys.flatMap((key) => [...(links.get(key) ?? [])]));
  const markMaybeSame = (ids: readonly number[]) => {
    const groups = new Set(ids.map((id) => classes.get(id) ?? new Set([id])));
    const [largest = new Set<number>(), ...others] = [...groups].sort((one, other) => other.size - one.size);
    for (const group of others) for (const id of group) largest.add(id);
    for (const group of others) for (const id of group) classes.set(id, largest);
    for (const id of ids) classes.set(id, largest);
  };
  return {
    image({ reference, platform }) {
      const key = `${reference} ${platform}`;
      const known = images.get(key);
      if (known !== undefined) return known;
      const id = next++;
      const same = [...images].filter(([other]) => mayBeSameImage(key, other)).map(([, each]) => each);
      images.set(key, id);
      if (same.length > 0) markMaybeSame([id, ...same]);
      return id;
    },
    add(definition, inputs) {
      const id = next++;
      inputs.forEach(({ certain, anyContent }, at) => {
        const input = inputOf(definition, at);
        for (const key of certain) link(`${input} ${key}`, id);
        if (anyContent) link(`${input} ?`, id);
        link(input, id);
      });
      return id;
    },
    find(definition, at, keys) {
      const input = inputOf(definition, at);
      return linked(keys.map((key) => `${input} ${key}`));
    },
    findPossible(definition, at, { certain, possible, anyContent }) {
      const input = inputOf(definition, at);
      if (anyContent) return linked([input]);
      const keys = [...certain, ...possible()].map((key) => `${input} ${key}`);
      // A content that is known may be that of files that are not.
      return linked(certain.some((key) => key.startsWith('content ')) ? [...keys, `${input} ?`] : keys);
    },
    maybeSame: (id) => [...(classes.get(id) ?? [id])],
    markMaybeSame,
  };
}

/** A tag and the digest that it was pinned to may well be one image; two tags, or two digests, are taken for two. */
function mayBeSameImage(one: string, other: string): boolean {
  const [[reference = '', platform], [otherReference = '', otherPlatform]] = [one.split(' '), other.split(' ')];
  if (platform !== otherPlatform || reference.includes('@') === otherReference.includes('@')) return false;
  const [name = '', otherName = ''] = [reference, otherReference].map((each) => each.split('@')[0]);
  return name === otherName || nameOnly(name) === otherName || nameOnly(otherName) === name;
}

function nameOnly(reference: string): string {
  return reference.replace(/:[^/:]*$/, '');
}
