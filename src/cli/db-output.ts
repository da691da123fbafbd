import { jsonText } from '../core/json-text.ts';
import { printable } from '../core/printable.ts';
import type { AdvisoryStore } from '../vulnerabilities/advisory-store.ts';
import { type StoreInformation, storeTime } from '../vulnerabilities/store-information.ts';
import type { UpdateResult } from '../vulnerabilities/update-store.ts';

interface StatusFacts {
  readonly store: AdvisoryStore;
  readonly now: Date;
  readonly verified: boolean;
}

/** What `plimsoll db status` prints. */
export function statusText({ store, now, verified }: StatusFacts, colored: boolean): string {
  const { information } = store;
  const bold = (text: string) => (colored ? `\u001b[1m${text}\u001b[0m` : text);
  return [
    `${bold(printable(store.file))}   ${megabytes(store.bytes)}${verified ? ' · checksum holds' : ''}`,
    '',
    ...factLines(information, now),
    '',
    ...information.sources.map(
      ({ name, from, fetched, asOf, records }) =>
        `  ${printable(name).padEnd(24)} ${count(records).padStart(9)}  ${age(asOf ?? fetched, now).padEnd(12)} ${printable(from)}`,
    ),
    '',
  ].join('\n');
}

/** The same for programs: `schemas/db-status.schema.json`. */
export function statusJson({ store, now, verified }: StatusFacts): string {
  const { file, bytes, information } = store;
  return jsonText({
    format: 'plimsoll-db-status',
    version: 1,
    file,
    bytes,
    verified,
    ageDays: days(storeTime(information), now),
    ...everyField(information),
  });
}

/** What `plimsoll db update` prints for programs: `schemas/db-update.schema.json`. */
export function updateJson({ information, ...names }: UpdateResult, directory: string): string {
  return jsonText({
    format: 'plimsoll-db-update',
    version: 1,
    directory,
    information: everyField(information),
    ...names,
  });
}

function everyField({ sources, ...rest }: StoreInformation) {
  return {
    ...rest,
    sources: sources.map(({ modified, asOf, ...source }) => ({
      ...source,
      modified: modified ?? null,
      asOf: asOf ?? null,
    })),
  };
}

/** What `plimsoll db update` prints. */
export function updateText(
  { information, changed, unchanged, missing, empty, damaged }: UpdateResult,
  directory: string,
  colored: boolean,
): string {
  const bold = (text: string) => (colored ? `\u001b[1m${text}\u001b[0m` : text);
  const lines = [
    `${bold(printable(directory))}   ${changed.length} ${changed.length === 1 ? 'source' : 'sources'} fetched, ${unchanged.length} unchanged`,
    '',
    ...factLines(information, new Date(information.built)),
  ];
  if (damaged.length > 0) lines.push(`  damaged      ${shortened(damaged)}`);
  if (empty.length > 0) lines.push(`  empty        ${shortened(empty)}`);
  if (missing.length > 0) lines.push(`  not there    ${shortened(missing)}`);
  return `${lines.join('\n')}\n`;
}

function shortened(names: readonly string[]): string {
  const shown = names.slice(0, 6).map(printable).join(', ');
  return names.length > 6 ? `${shown} and ${names.length - 6} more` : shown;
}

function factLines(information: StoreInformation, now: Date): string[] {
  const { advisories, packages, ecosystems, withdrawn, left, damaged, epss, knownExploited, built } = information;
  const since = storeTime(information);
  const exploits =
    epss + knownExploited === 0
      ? 'neither EPSS nor CISA’s catalogue'
      : `${count(epss)} by EPSS, ${count(knownExploited)} in CISA’s catalogue`;
  return [
    `  advisories   ${count(advisories)} for ${count(packages)} ${packages === 1 ? 'package' : 'packages'} in ${ecosystems.length} ${ecosystems.length === 1 ? 'ecosystem' : 'ecosystems'}`,
    `  exploits     ${exploits}`,
    `  left out     ${count(withdrawn)} withdrawn, ${count(left)} of other ecosystems or without versions${damaged > 0 ? `, ${count(damaged)} damaged` : ''}`,
    `  age          ${age(since, now)} (advisories of ${since}, written ${built})`,
  ];
}

function days(since: string, now: Date): number {
  return Math.round(((now.getTime() - Date.parse(since)) / 86_400_000) * 100) / 100;
}

function age(since: string, now: Date): string {
  const hours = (now.getTime() - Date.parse(since)) / 3_600_000;
  if (!(hours >= 1)) return 'just now';
  if (hours < 48) return `${Math.floor(hours)} h`;
  return `${Math.floor(hours / 24)} days`;
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}

function megabytes(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} kB`;
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}
