import type { InstalledPackage } from '../../ecosystems/installed-package.ts';

/** So many texts are held beside what is made of them, so that equal ones are one. */
const mostShared = 50_000;

/** Gives each text as a string of its own, equal ones as one. */
export type OwnTexts = (text: string) => string;

export function ownTexts(): OwnTexts {
  const shared = new Map<string, string>();
  return (text) => {
    const known = shared.get(text);
    if (known !== undefined) return known;
    const copied = copyOf(text);
    if (shared.size < mostShared) shared.set(copied, copied);
    return copied;
  };
}

/**
 * Packages as they are found in a text, one at a time, without the text: a string that is a part of it holds all of it in memory. Architectures, licences
 * and versions that many have alike are there once, where a structured clone has each anew.
 */
export function* withoutSource(found: Iterable<InstalledPackage>, own: OwnTexts): Generator<InstalledPackage> {
  for (const one of found) {
    const { architecture, source, licences, inside, requires } = one;
    yield {
      ...one,
      name: copyOf(one.name),
      version: own(one.version),
      purl: copyOf(one.purl),
      ...(architecture !== undefined && { architecture: own(architecture) }),
      ...(source && { source: { name: copyOf(source.name), version: own(source.version) } }),
      licences: licences.length === 0 ? none : licences.map(own),
      ...(requires && { requires: requires.map(own) }),
      ...(inside !== undefined && { inside: copyOf(inside) }),
    };
  }
}

const none: readonly string[] = [];

/** By its bytes: whatever else copies a string in V8 may point to the old one. */
function copyOf(text: string): string {
  return Buffer.from(text).toString();
}
