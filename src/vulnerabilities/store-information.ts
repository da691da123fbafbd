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
  readonly records: number;
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
