import { boundedText } from '../../core/bounded-text.ts';
import { jsonObjectOf, parseJsonObject } from '../../core/json-object.ts';
import { readOsv } from '../formats/osv.ts';
import type { PublishedSource } from '../published-sources.ts';
import { type FetchOptions, linesUntil } from './fetch-source.ts';
import { readRecords, writeRecords } from './record-file.ts';
import type { SourceState } from './source-states.ts';

/** More changed entries than these come quicker as the whole export. */
const maximumEntries = 400;
const atOnce = 8;
const maximumEntryBytes = 16 * 1024 * 1024;

/**
 * Fetches the entries of an export that have changed since the last time, by OSV's list of modifications
 * (https://google.github.io/osv.dev/data/#data-dumps), the newest first. Gives the state that it was given where nothing has changed, undefined where the whole export has
 * to be fetched.
 */
export async function fetchModified(
  source: PublishedSource,
  url: string,
  known: SourceState,
  records: string,
  options: FetchOptions & { now(): Date },
): Promise<SourceState | undefined> {
  if (known.newest === undefined || known.from !== url) return undefined;
  const base = url.slice(0, url.lastIndexOf('/'));
  const since = known.newest;
  const lines = await linesUntil(
    `${base}/modified_id.csv`,
    (line) => line.slice(0, line.indexOf(',')) <= since,
    options,
  );
  if (lines === undefined || lines.length > maximumEntries) return undefined;
  const changes = lines.map((line) => ({
    modified: line.slice(0, line.indexOf(',')),
    id: line.slice(line.indexOf(',') + 1).trim(),
  }));
  if (changes.some(({ id }) => !/^[\w.:+-]{1,128}$/.test(id))) return undefined;
  if (changes.length === 0) return known;
  const fetched = new Map<string, string>();
  for (let at = 0; at < changes.length; at += atOnce) {
    const batch = changes.slice(at, at + atOnce);
    options.progress(`fetching changes of ${source.name}`, at, changes.length);
    const texts = await Promise.all(
      batch.map(({ id }) => entryText(`${base}/${encodeURIComponent(id)}.json`, options)),
    );
    for (const [index, text] of texts.entries()) {
      const id = batch[index]?.id;
      if (text === undefined || id === undefined) return undefined;
      fetched.set(id, text);
    }
  }
  return replaced(known, records, fetched, changes[0]?.modified ?? since, options.now());
}

async function entryText(url: string, { fetch, timeoutSeconds }: FetchOptions): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutSeconds * 1000) });
    return response.ok ? await boundedText(response, maximumEntryBytes) : undefined;
  } catch {
    return undefined;
  }
}

/** The records without the entries of these ids, and the new ones behind them. */
function replaced(
  known: SourceState,
  records: string,
  fetched: ReadonlyMap<string, string>,
  newest: string,
  now: Date,
): SourceState | undefined {
  const output = writeRecords(records);
  try {
    let count = 0;
    let { withdrawn, left } = known;
    for (const line of readRecords(records, known.sum)) {
      const { id } = jsonObjectOf(parseJsonObject(line));
      if (typeof id === 'string' && fetched.has(id)) continue;
      output.add(line);
      count++;
    }
    for (const text of fetched.values()) {
      const entry = readOsv(parseJsonObject(text));
      if (entry?.kind === 'advisory') {
        output.add(JSON.stringify(entry.advisory));
        count++;
      } else if (entry?.kind === 'withdrawn') withdrawn++;
      else left++;
    }
    // The export's own tag is gone: the next whole one is fetched without a condition.
    const { etag: _etag, modified: _modified, ...rest } = known;
    return { ...rest, fetched: now.toISOString(), newest, records: count, withdrawn, left, sum: output.finish() };
  } catch {
    output.abandon();
    return undefined;
  }
}
