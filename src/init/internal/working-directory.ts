import type { Place } from '../detector.ts';
import type { WritablePath } from '../plan.ts';
import { findInSources } from './endpoints.ts';

const writes = {
  go: /\bos\.(?:Create|Mkdir|MkdirAll|WriteFile|OpenFile)\(|\bioutil\.WriteFile\(/,
  java: /\bFiles\.(?:createDirector(?:y|ies)|write|writeString|newBufferedWriter|newOutputStream|copy)\(|\bnew (?:FileOutputStream|FileWriter)\(|\.mkdirs?\(\)/,
} as const;

/** A database of Java's that is a file, in settings as in sources. */
const javaDatabase = /\bjdbc:(?:h2:(?:file:|\.)|sqlite:|hsqldb:file:|derby:)/;

/**
 * The working directory, where nothing else lies and the sources write files: which ones is not known, but a name without a directory, or
 * below one, is a place there. Undefined where they write nothing.
 */
export function writtenWorkingDirectory(
  place: Place,
  language: keyof typeof writes,
  path: string,
): { readonly writable: WritablePath; readonly evidence: string } | undefined {
  const found = findInSources(place, writes[language]) ?? (language === 'java' ? javaDatabaseIn(place) : undefined);
  if (found === undefined) return undefined;
  const { evidence } = found;
  return {
    writable: { path, why: `the working directory, for what is written by relative names: ${evidence}` },
    evidence,
  };
}

function javaDatabaseIn(place: Place): { readonly evidence: string } | undefined {
  const names = ['application.properties', 'application.yml', 'application.yaml'].map(
    (name) => `src/main/resources/${name}`,
  );
  for (const name of names) {
    const at = place.read(name)?.search(javaDatabase) ?? -1;
    if (at !== -1) return { evidence: place.place(name, at) };
  }
  return findInSources(place, javaDatabase);
}

const asksHome =
  /\bos\.User(?:Home|Cache|Config)Dir\(|\bgap\.NewScope\(|\bhomedir\.(?:Dir|Expand)\(|\bxdg\.(?:\w+Home|\w+File)\b|\bGetenv\("HOME"\)/;

/** HOME, where the sources ask for the user's directory: that of the image is read-only. */
export function goHome(place: Place): Readonly<Record<string, string>> {
  return findInSources(place, asksHome) ? { HOME: '/tmp' } : {};
}
