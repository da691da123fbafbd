import { mkdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../core/errors.ts';
import type { Advisory } from './advisory.ts';
import { openStore } from './advisory-store.ts';
import { convertSource } from './internal/convert-source.ts';
import { fetchModified } from './internal/fetch-modified.ts';
import { download, type Fetched, type FetchOptions, fileIn, type Origin, urlOf } from './internal/fetch-source.ts';
import { readRecords, writeRecords } from './internal/record-file.ts';
import { readStates, type SourceState, writeStates } from './internal/source-states.ts';
import {
  type Ecosystem,
  ecosystems,
  exploitSources,
  osvExports,
  type PublishedSource,
  sourcesOf,
} from './published-sources.ts';
import { dataTime, type StoreInformation, type StoreSource } from './store-information.ts';
import { writeStore } from './write-store.ts';

export type { Origin };

export interface UpdateOptions extends FetchOptions {
  /** Where the store is and what is kept for the next update. */
  readonly directory: string;
  readonly origin: Origin;
  /** Undefined: those that were fetched before, else all. */
  readonly ecosystems?: readonly Ecosystem[];
  now(): Date;
}

export interface UpdateResult {
  readonly information: StoreInformation;
  /** Names of sources. */
  readonly changed: readonly string[];
  readonly unchanged: readonly string[];
  /** Optional ones that the mirror or directory does not have. */
  readonly missing: readonly string[];
  /** Those whose directory holds no entry. */
  readonly empty: readonly string[];
  /** Files of changed sources that hold no entry, as they are named there. */
  readonly damaged: readonly string[];
}

/**
 * Brings the store up to date: fetches what has changed, keeps it for the next time, writes the store anew and puts it in the place of the old one. What
 * fails leaves the old one.
 */
export async function updateStore(options: UpdateOptions): Promise<UpdateResult> {
  const { directory } = options;
  mkdirSync(path.join(directory, 'sources'), { recursive: true });
  const states = new Map(readStates(directory));
  const sources = chosen(options.ecosystems, states);
  const result = { changed: [] as string[], unchanged: [] as string[], missing: [] as string[], empty: [] as string[] };
  const damaged: string[] = [];
  for (const source of sources) {
    const outcome = await refresh(source, states.get(source.name), options);
    if (outcome.kind === 'changed') {
      states.set(source.name, outcome.state);
      // One by one: what was fetched before a failure is not fetched again.
      writeStates(directory, states);
      result.changed.push(source.name);
      damaged.push(...outcome.damaged);
    } else result[outcome.kind].push(source.name);
  }
  refuseMissing(options, [...result.missing, ...result.empty]);
  if (states.size === 0)
    throw new UserError('there are no advisories here', {
      where: originName(options.origin),
      remedy: `It has to hold OSV's exports, as Debian/all.zip.`,
    });
  return { ...result, damaged, information: compile(states, result.changed.length > 0, options) };
}

/** What was asked for by name has to be there, as OSV's export or as the distribution's own. */
function refuseMissing({ ecosystems: wanted = [], origin }: UpdateOptions, missing: readonly string[]): void {
  const absent = wanted.find((name) => sourcesOf(name).every((source) => missing.includes(source.name)));
  if (absent === undefined) return;
  throw new UserError(`there are no advisories of ${absent} here`, {
    where: originName(origin),
    remedy: `It has to hold ${absent}/all.zip as OSV publishes it, or the JSON files of it in ${absent}/.`,
  });
}

function originName(origin: Origin): string {
  if (origin.kind === 'directory') return origin.directory;
  return origin.kind === 'mirror' ? origin.url : 'the published exports';
}

function chosen(
  wanted: readonly Ecosystem[] | undefined,
  states: ReadonlyMap<string, SourceState>,
): readonly PublishedSource[] {
  const before = ecosystems.filter((name) => states.has(`osv/${name}`));
  const names = wanted ?? (before.length > 0 ? before : ecosystems);
  return [...names.flatMap(sourcesOf), ...exploitSources];
}

type Outcome =
  | { readonly kind: 'changed'; readonly state: SourceState; readonly damaged: readonly string[] }
  | { readonly kind: 'unchanged' | 'missing' | 'empty' };

function recordsFile(directory: string, source: string): string {
  return path.join(directory, 'sources', `${source.replace(/[^\w.-]+/g, '_')}.records`);
}

async function refresh(
  source: PublishedSource,
  state: SourceState | undefined,
  options: UpdateOptions,
): Promise<Outcome> {
  const { directory, origin } = options;
  const records = recordsFile(directory, source.name);
  const known = state !== undefined && statSync(records, { throwIfNoEntry: false }) ? state : undefined;
  options.progress(`looking at ${source.name}`);
  if (origin.kind === 'directory') return convert(source, fileIn(origin.directory, source, known), records, options);
  const url = urlOf(source, origin);
  if (source.format === 'osv' && known !== undefined) {
    const state = await fetchModified(source, url, known, records, options);
    if (state !== undefined) return state === known ? { kind: 'unchanged' } : { kind: 'changed', state, damaged: [] };
  }
  const fetched = await download(url, `${records}.download`, known, options);
  if (fetched.kind === 'missing' && !source.optional && origin.kind === 'published')
    throw new UserError('the publisher has no such export any more', { where: url, exitCode: 3 });
  return convert(source, fetched, records, options);
}

async function convert(
  source: PublishedSource,
  fetched: Fetched,
  records: string,
  options: UpdateOptions,
): Promise<Outcome> {
  if (fetched.kind !== 'file') return { kind: fetched.kind };
  const output = writeRecords(records);
  try {
    options.progress(`reading ${source.name}`);
    const bytes = statSync(fetched.file).size;
    const { records: count, withdrawn, left, damaged, newest } = await convertSource(source, fetched.file, output);
    const state: SourceState = {
      name: source.name,
      from: fetched.from,
      fetched: options.now().toISOString(),
      ...(fetched.etag !== undefined && { etag: fetched.etag }),
      ...(fetched.modified !== undefined && { modified: fetched.modified }),
      ...(newest !== undefined && { newest }),
      bytes,
      records: count,
      withdrawn,
      left,
      damaged: damaged.length,
      sum: output.finish(),
    };
    return { kind: 'changed', state, damaged };
  } catch (error) {
    output.abandon();
    if (error instanceof UserError && fetched.temporary)
      throw new UserError(error.message, { where: fetched.from, exitCode: 3, cause: error });
    throw error;
  } finally {
    if (fetched.temporary) rmSync(fetched.file, { force: true });
  }
}

/** Writes the store of all that is kept, unless it is the one that is there. */
function compile(states: ReadonlyMap<string, SourceState>, changed: boolean, options: UpdateOptions): StoreInformation {
  if (!changed) {
    const store = readable(options.directory);
    if (store !== undefined) return store;
  }
  const writer = writeStore(options.directory, options.now);
  let [withdrawn, left, damaged] = [0, 0, 0];
  try {
    for (const state of states.values()) {
      options.progress(`writing ${state.name}`);
      withdrawn += state.withdrawn;
      left += state.left;
      damaged += state.damaged ?? 0;
      for (const line of readRecords(recordsFile(options.directory, state.name), state.sum)) {
        if (state.name === 'kev') writer.addKnownExploited(line);
        else if (state.name === 'epss')
          writer.addEpss(line.slice(0, line.indexOf(',')), Number(line.slice(line.indexOf(',') + 1)));
        else writer.add(advisoryOf(line));
      }
    }
    return writer.finish({
      sources: [...states.values()].map(storeSource),
      withdrawn,
      left,
      damaged,
    });
  } catch (error) {
    writer.abandon();
    throw error;
  }
}

function storeSource(state: SourceState): StoreSource {
  const { name, from, fetched, modified, records } = state;
  const asOf = dataTime(state, from.startsWith(`${osvExports}/`));
  return {
    name,
    from,
    fetched,
    records,
    ...(modified !== undefined && { modified }),
    ...(asOf !== undefined && { asOf }),
  };
}

/** As `convertSource` wrote it: the checksum says that it is that. */
function advisoryOf(line: string): Advisory {
  const advisory: Advisory = JSON.parse(line);
  return advisory;
}

function readable(directory: string): StoreInformation | undefined {
  try {
    const store = openStore(directory);
    store?.close();
    return store?.information;
  } catch {
    return undefined;
  }
}
