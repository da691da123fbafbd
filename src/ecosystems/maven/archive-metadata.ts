import { isWord } from '../internal/installed-text.ts';
import { lines } from '../internal/stanzas.ts';
import type { Coordinates } from './archive-identity.ts';

const maximumAttributes = 1000;

/**
 * The main section of a manifest, names in lower case; a line that starts with a space goes on with the one before
 * (https://docs.oracle.com/en/java/javase/21/docs/specs/jar/jar.html#jar-manifest).
 */
export function readManifest(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  let name: string | undefined;
  let parts: string[] = [];
  const close = (): void => {
    if (name !== undefined) attributes.set(name, parts.join('').trim());
  };
  for (const line of lines(text)) {
    if (line === '' || attributes.size >= maximumAttributes) break;
    if (line.startsWith(' ')) {
      parts.push(line.slice(1));
      continue;
    }
    close();
    const colon = line.indexOf(':');
    name = colon > 0 ? line.slice(0, colon).toLowerCase() : undefined;
    parts = [line.slice(colon + 1)];
  }
  close();
  return attributes;
}

/** `pom.properties`, which Maven puts into what it packs (https://maven.apache.org/shared/maven-archiver/#pom-properties-content). */
export function readPomProperties(text: string): Coordinates[] {
  const fields = new Map<string, string>();
  for (const line of lines(text)) {
    const property = /^\s{0,8}(groupId|artifactId|version)\s{0,8}[=:]\s{0,8}(\S{1,300})\s*$/.exec(line.slice(0, 400));
    if (property) fields.set(property[1] ?? '', property[2] ?? '');
  }
  const [group, artifact, version] = [fields.get('groupId'), fields.get('artifactId'), fields.get('version')];
  // A property that nobody filled in is no coordinate.
  if (!isWord(group) || !isWord(artifact) || !isWord(version) || `${group}${artifact}${version}`.includes('${'))
    return [];
  return [{ group, artifact, version }];
}
