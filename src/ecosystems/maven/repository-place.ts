import type { Coordinates } from './archive-identity.ts';

/** Longer paths are no places in a repository. */
const maximumPath = 1000;

/** Folders that a repository of Maven's layout begins below: `~/.m2/repository`, Debian's `/usr/share/maven-repo`, Coursier's copies of servers. */
const repositories = new Set(['repository', 'maven-repo', 'maven2']);

/**
 * What an archive was resolved as, by its place in a local repository of Maven (`org/ow2/asm/asm/9.6/asm-9.6.jar`,
 * https://maven.apache.org/repositories/layout.html) or in the cache of Gradle (`files-2.1/org.ow2.asm/asm/9.6/<hash>/asm-9.6.jar`,
 * https://docs.gradle.org/current/userguide/directory_layout.html). Undefined anywhere else.
 */
export function repositoryPlace(path: string): Coordinates | undefined {
  if (path.length > maximumPath) return undefined;
  const segments = path.split('/');
  const file = segments.pop() ?? '';
  return ofMaven(segments, file) ?? ofGradle(segments, file);
}

function ofMaven(folders: readonly string[], file: string): Coordinates | undefined {
  const [artifact, version] = folders.slice(-2);
  const root = folders.findIndex((folder) => repositories.has(folder));
  const group = folders.slice(root + 1, -2).join('.');
  return root === -1 || group === '' ? undefined : named({ group, artifact, version }, file);
}

function ofGradle(folders: readonly string[], file: string): Coordinates | undefined {
  const [root, group, artifact, version] = folders.slice(-5, -1);
  return root === 'files-2.1' && group ? named({ group, artifact, version }, file) : undefined;
}

/** Only where the file is named after the folders above it: then it is no chance. A snapshot's file has a time in place of the word. */
function named(
  { group, artifact, version }: { group: string; artifact: string | undefined; version: string | undefined },
  file: string,
): Coordinates | undefined {
  // Debian's second way to each: `artifact/debian/artifact-debian.jar`.
  if (!artifact || !version || version === 'debian' || !/^[\w.-]+$/.test(group)) return undefined;
  return file.startsWith(`${artifact}-${version.replace(/SNAPSHOT$/, '')}`) ? { group, artifact, version } : undefined;
}
