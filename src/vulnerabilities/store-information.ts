import { isJsonObject, type JsonObject } from '../core/json-object.ts';

/** What a store was made of, and when. */
export interface StoreInformation {
  /** ISO 8601. */
  readonly built: string;
  readonly advisories: number;
  /** Package names, each counted once an ecosystem. */
  readonly packages: number;
  readonly ecosystems: readonly { readonly name: string; readonly advisories: number }[];
  readonly sources: readonly StoreSource[];
  readonly withdrawn: number;
  /** Could not be read, or are of ecosystems that are not searched. */
  readonly left: number;
  /** Are no entries of their format, cut off for example. */
  readonly damaged: number;
  readonly epss: number;
  readonly knownExploited: number;
}

export interface StoreSource {
  /** `osv/PyPI`, `alpine/v3.20`, `debian`, `epss`, `kev`. */
  readonly name: string;
  readonly from: string;
  /** When it was read, ISO 8601. */
  readonly fetched: string;
  /** When the server says that it was changed. */
  readonly modified?: string;
  /** Of what time its advisories are: {@link dataTime}. Absent where they have no dates. */
  readonly asOf?: string;
  readonly records: number;
}

/**
 * Of what time the advisories of a source are: from its publisher as of when they were read, from a mirror or a directory no newer than their newest change,
 * whenever they were copied.
 */
export function dataTime(
  { newest, fetched }: { readonly newest?: string; readonly fetched: string },
  published: boolean,
): string | undefined {
  if (newest === undefined || !(Date.parse(newest) >= 0)) return undefined;
  return published || Date.parse(newest) > Date.parse(fetched) ? fetched : newest;
}

/** Of what time the store's oldest source is; one whose entries have no dates counts by its file where there is no other. */
export function storeTime({ sources, built }: Pick<StoreInformation, 'sources' | 'built'>): string {
  const dated = sources.flatMap(({ asOf }) => asOf ?? []);
  const times = dated.length > 0 ? dated : sources.map(({ modified, fetched }) => earlier(modified, fetched));
  return times.reduce(earlier, built);
}

function earlier(one: string | undefined, other: string): string {
  return one !== undefined && Date.parse(one) < Date.parse(other) ? one : other;
}

/** What the store's own text says; counts that are missing are 0. */
export function readInformation(value: JsonObject): StoreInformation {
  return {
    built: text(value.built),
    advisories: count(value.advisories),
    packages: count(value.packages),
    ecosystems: objects(value.ecosystems).map((each) => ({
      name: text(each.name),
      advisories: count(each.advisories),
    })),
    sources: objects(value.sources).map(readSource),
    withdrawn: count(value.withdrawn),
    left: count(value.left),
    damaged: count(value.damaged),
    epss: count(value.epss),
    knownExploited: count(value.knownExploited),
  };
}

export function readSource(value: JsonObject): StoreSource {
  return {
    name: text(value.name),
    from: text(value.from),
    fetched: text(value.fetched),
    ...(typeof value.modified === 'string' && { modified: value.modified }),
    ...(typeof value.asOf === 'string' && { asOf: value.asOf }),
    records: count(value.records),
  };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function count(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

function objects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}
