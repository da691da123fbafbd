import type { PackageRepository } from '../package-repository.ts';
import type { SystemPackage } from '../system-package.ts';
import { offeredDebs } from './system-packages.ts';

/**
 * What a repository's `Packages` offers. The file of a distribution has 50 MB: its bytes are kept as they are, and a package is read when it is asked for.
 */
export function packagesFile(content: Buffer): PackageRepository {
  const places = new Map<string, Place[]>();
  const providers = new Map<string, Place[]>();
  for (const place of placesOf(content)) {
    const name = fieldIn(content, place, 'Package: ');
    if (name === undefined) continue;
    add(places, name, place);
    for (const one of fieldIn(content, place, 'Provides: ')?.split(',') ?? []) {
      const virtual = /^\s*([^\s(:]+)/.exec(one)?.[1];
      if (virtual !== undefined) add(providers, virtual, place);
    }
  }
  const read = new Map<Place, SystemPackage | undefined>();
  const at = (place: Place): SystemPackage[] => {
    if (!read.has(place)) {
      const [found] = offeredDebs(content.toString('utf8', place.start, place.end));
      read.set(place, found);
    }
    const found = read.get(place);
    return found ? [found] : [];
  };
  return {
    named: (name) => (places.get(name) ?? []).flatMap(at),
    providing: (capability) => (providers.get(capability) ?? []).flatMap(at),
    automatic: [],
  };
}

/** Where a stanza lies. */
interface Place {
  readonly start: number;
  readonly end: number;
}

function* placesOf(content: Buffer): Generator<Place> {
  for (let start = 0; start < content.length; ) {
    const empty = content.indexOf('\n\n', start);
    const end = empty === -1 ? content.length : empty + 1;
    if (end > start + 1) yield { start, end };
    start = end + 1;
  }
}

function fieldIn(content: Buffer, { start, end }: Place, field: string): string | undefined {
  const stanza = content.subarray(start, end);
  const isFirst = stanza.subarray(0, field.length).toString('latin1') === field;
  const line = isFirst ? 0 : stanza.indexOf(`\n${field}`) + 1;
  if (line === 0 && !isFirst) return undefined;
  const newline = stanza.indexOf('\n', line);
  return stanza.toString('utf8', line + field.length, newline === -1 ? stanza.length : newline).trim();
}

function add(places: Map<string, Place[]>, name: string, place: Place): void {
  const known = places.get(name);
  if (known) known.push(place);
  else places.set(name, [place]);
}
