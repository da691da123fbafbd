import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isJsonObject, type JsonObject, jsonObjectOf, parseJsonObject } from '../../core/json-object.ts';

/** What is kept of a source between updates, beside its records. */
export interface SourceState {
  readonly name: string;
  readonly from: string;
  readonly fetched: string;
  readonly etag?: string;
  /** As the server or the file system says. */
  readonly modified?: string;
  /** The newest `modified` of its entries. */
  readonly newest?: string;
  /** Of the export, where it was a file. */
  readonly bytes?: number;
  readonly records: number;
  readonly withdrawn: number;
  readonly left: number;
  /** Undefined before there were counts of them. */
  readonly damaged?: number;
  /** SHA-256 of the records. */
  readonly sum: string;
}

const formatVersion = 1;

function stateFile(directory: string): string {
  return path.join(directory, 'sources.json');
}

/** Nothing where there is none or one of another version: all is fetched anew. */
export function readStates(directory: string): ReadonlyMap<string, SourceState> {
  let text: string;
  try {
    text = readFileSync(stateFile(directory), 'utf8');
  } catch {
    return new Map();
  }
  const value = jsonObjectOf(parseJsonObject(text));
  if (value.version !== formatVersion || !Array.isArray(value.sources)) return new Map();
  return new Map(
    value.sources
      .filter(isJsonObject)
      .flatMap((each) => stateOf(each) ?? [])
      .map((state) => [state.name, state]),
  );
}

export function writeStates(directory: string, states: ReadonlyMap<string, SourceState>): void {
  const draft = `${stateFile(directory)}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify({ version: formatVersion, sources: [...states.values()] }, undefined, 1)}\n`);
  renameSync(draft, stateFile(directory));
}

function stateOf(value: JsonObject): SourceState | undefined {
  const { name, from, fetched, sum, records, withdrawn, left, etag, modified, newest, bytes, damaged } = value;
  if (typeof name !== 'string' || typeof from !== 'string' || typeof fetched !== 'string' || typeof sum !== 'string')
    return undefined;
  return {
    name,
    from,
    fetched,
    sum,
    records: Number(records ?? 0),
    withdrawn: Number(withdrawn ?? 0),
    left: Number(left ?? 0),
    ...(typeof etag === 'string' && { etag }),
    ...(typeof modified === 'string' && { modified }),
    ...(typeof newest === 'string' && { newest }),
    ...(typeof damaged === 'number' && { damaged }),
    ...(typeof bytes === 'number' && { bytes }),
  };
}
