import { fieldOf, foldedStanzas } from '../internal/stanzas.ts';

/** What an archive says of a suite in `Release` or `InRelease` (https://wiki.debian.org/DebianRepository/Format#A.22Release.22_files). */
export interface AptRelease {
  readonly origin: string;
  readonly label: string;
  /** `stable`; the archive of pins. */
  readonly suite: string;
  readonly codename: string;
  readonly version: string;
  readonly components: readonly string[];
  /** Nothing of it is installed unasked. */
  readonly notAutomatic: boolean;
  readonly butAutomaticUpgrades: boolean;
  /** Milliseconds since 1970; undefined where it never runs out. */
  readonly validUntil: number | undefined;
  readonly byHash: boolean;
  /** By path below the suite: SHA-256 and bytes. */
  readonly files: ReadonlyMap<string, { readonly sha256: string; readonly bytes: number }>;
}

/** More files than any suite lists. */
const mostFiles = 100_000;

/** Reads a `Release`, also within its signature. Undefined for what is none. The signature is not checked. */
export function readAptRelease(text: string): AptRelease | undefined {
  const signed = /^-----BEGIN PGP SIGNED MESSAGE-----\r?\n(?:[^\r\n]+\r?\n)*\r?\n/.exec(text);
  const body = signed ? text.slice(signed[0].length).split('\n-----BEGIN PGP SIGNATURE-----', 1)[0] : text;
  const [stanza] = foldedStanzas(body ?? '');
  if (stanza === undefined) return undefined;
  const field = (name: string) => fieldOf(stanza, name) ?? '';
  const sums = field('sha256');
  if (field('suite') === '' && field('codename') === '' && sums === '' && field('date') === '') return undefined;
  const until = Date.parse(field('valid-until'));
  return {
    origin: field('origin'),
    label: field('label'),
    suite: field('suite'),
    codename: field('codename'),
    version: field('version'),
    components: field('components').split(/\s+/).filter(Boolean),
    notAutomatic: field('notautomatic').toLowerCase() === 'yes',
    butAutomaticUpgrades: field('butautomaticupgrades').toLowerCase() === 'yes',
    validUntil: Number.isNaN(until) ? undefined : until,
    byHash: field('acquire-by-hash').toLowerCase() === 'yes',
    files: new Map(
      sums
        .split('\n')
        .slice(0, mostFiles)
        .flatMap((line) => {
          const [sha256 = '', bytes = '', path = ''] = line.trim().split(/\s+/);
          return /^[0-9a-f]{64}$/.test(sha256) && path !== ''
            ? [[path, { sha256, bytes: Number(bytes) }] as const]
            : [];
        }),
    ),
  };
}
