import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { UserError } from '../../core/errors.ts';
import { isJsonObject, jsonObjectOf, parseJsonObject } from '../../core/json-object.ts';
import { readAlpine } from '../formats/alpine.ts';
import { readDebianPackage } from '../formats/debian.ts';
import { readOsv } from '../formats/osv.ts';
import type { PublishedSource } from '../published-sources.ts';
import type { RecordWriter } from './record-file.ts';
import { readFields } from './split-json.ts';
import { readZip } from './zip-file.ts';

/** What a source gave. */
export interface Converted {
  readonly records: number;
  readonly withdrawn: number;
  readonly left: number;
  /** Names of files that hold no entry: cut off, or something else. */
  readonly damaged: readonly string[];
  /** The newest `modified` of its entries. */
  readonly newest?: string;
}

const maximumJsonBytes = 256 * 1024 * 1024;

/**
 * Reads an export and writes what is in it as lines: an advisory as JSON, of EPSS `CVE,score`, of CISA's catalogue the CVE. `file` is the export, or a
 * directory of OSV's JSON files. Throws a UserError where it has another format.
 */
export async function convertSource(source: PublishedSource, file: string, output: RecordWriter): Promise<Converted> {
  switch (source.format) {
    case 'osv':
      return convertOsv(file, output);
    case 'debian':
      return counted(debianLines(file), output);
    case 'alpine':
      return counted(alpineLines(source, file), output);
    case 'kev':
      return counted(kevLines(file), output);
    case 'epss':
      return convertEpss(file, output);
  }
}

function counted(lines: Iterable<string>, output: RecordWriter): Converted {
  let records = 0;
  for (const line of lines) {
    output.add(line);
    records++;
  }
  return { records, withdrawn: 0, left: 0, damaged: [] };
}

function convertOsv(file: string, output: RecordWriter): Converted {
  let [records, withdrawn, left] = [0, 0, 0];
  let newest: string | undefined;
  const damaged: string[] = [];
  const skipped = () => {
    left++;
  };
  for (const { name, content } of statSync(file).isDirectory() ? jsonFiles(file) : zippedFiles(file, skipped)) {
    const value = parseJsonObject(content);
    const entry = readOsv(value);
    if (entry === undefined) damaged.push(name);
    else if (entry.kind === 'left') left++;
    else if (entry.kind === 'withdrawn') withdrawn++;
    else {
      output.add(JSON.stringify(entry.advisory));
      records++;
    }
    const modified = value?.modified;
    if (typeof modified === 'string' && Date.parse(modified) >= 0 && (newest === undefined || modified > newest))
      newest = modified;
  }
  if (records + withdrawn + left === 0)
    throw new UserError('there is no entry of OSV in it', {
      where: file,
      remedy: 'It has to hold JSON files as OSV publishes them.',
    });
  return { records, withdrawn, left, damaged, ...(newest !== undefined && { newest }) };
}

interface EntryFile {
  readonly name: string;
  readonly content: string;
}

function* jsonFiles(directory: string): Generator<EntryFile> {
  for (const name of readdirSync(directory).sort()) {
    if (name.endsWith('.json')) yield { name, content: readFileSync(path.join(directory, name), 'utf8') };
  }
}

function* zippedFiles(file: string, onSkipped: () => void): Generator<EntryFile> {
  for (const { name, content } of readZip(file, onSkipped))
    if (name.endsWith('.json')) yield { name, content: content.toString('utf8') };
}

function* debianLines(file: string): Generator<string> {
  for (const [name, value] of readFields(file))
    if (isJsonObject(value)) for (const advisory of readDebianPackage(name, value)) yield JSON.stringify(advisory);
}

function* alpineLines({ name }: PublishedSource, file: string): Generator<string> {
  const ecosystem = name === 'wolfi' ? 'Wolfi' : name === 'chainguard' ? 'Chainguard' : 'Alpine:edge';
  const database = wholeJson(file);
  if (!Array.isArray(database.packages))
    throw new UserError('this is no secdb of Alpine: it has no list of packages', { where: file });
  for (const advisory of readAlpine(database, ecosystem)) yield JSON.stringify(advisory);
}

function* kevLines(file: string): Generator<string> {
  const { vulnerabilities } = wholeJson(file);
  if (!Array.isArray(vulnerabilities))
    throw new UserError('this is not CISA’s catalogue: it has no list of vulnerabilities', { where: file });
  for (const entry of vulnerabilities) {
    const { cveID } = jsonObjectOf(entry);
    if (typeof cveID === 'string' && /^CVE-\d{4}-\d{4,}$/.test(cveID)) yield cveID;
  }
}

function wholeJson(file: string): Readonly<Record<string, unknown>> {
  if (statSync(file).size > maximumJsonBytes) throw new UserError('this file is longer than 256 MiB', { where: file });
  const value = parseJsonObject(readFileSync(file, 'utf8'));
  if (value === undefined) throw new UserError('this is no JSON object, or it is cut off', { where: file });
  return value;
}

/** `cve,epss,percentile`, gzip or not, below a comment that names the model. */
async function convertEpss(file: string, output: RecordWriter): Promise<Converted> {
  let records = 0;
  const raw = createReadStream(file);
  const text = (await isGzip(file)) ? raw.pipe(createGunzip()) : raw;
  try {
    for await (const line of createInterface({ input: text, crlfDelay: Number.POSITIVE_INFINITY })) {
      const match = /^(CVE-\d{4}-\d{4,9}),(\d(?:\.\d+)?(?:[eE]-?\d+)?)(?:,|$)/.exec(line.slice(0, 100));
      if (match === null) continue;
      output.add(`${match[1]},${match[2]}`);
      records++;
    }
  } catch (cause) {
    throw new UserError('this file cannot be unpacked', { where: file, cause });
  }
  if (records === 0) throw new UserError('there is no score of EPSS in it', { where: file });
  return { records, withdrawn: 0, left: 0, damaged: [] };
}

async function isGzip(file: string): Promise<boolean> {
  for await (const chunk of createReadStream(file, { end: 1 })) return chunk[0] === 0x1f && chunk[1] === 0x8b;
  return false;
}
