import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { errorCode, UserError } from '../../core/errors.ts';
import { isDigest } from '../../image/sources/digest.ts';
import type { KnownManifests } from './read-inventory.ts';

/** A name of a repository has 255 characters. */
const deepest = 128;

/** The storage of a docker-registry, as far as it is looked into. */
export interface RegistryStorage {
  /** Every manifest of each repository, with a tag or without, and when it was pushed last. */
  readonly manifests: ReadonlyMap<string, KnownManifests>;
  /** The tags that a repository has just now, with their digests. @throws UserError where they cannot be read */
  tagsOf(repository: string): ReadonlyMap<string, string>;
}

/**
 * What lies in the storage of a docker-registry that keeps it in the file system, by repositories
 * (https://github.com/distribution/distribution/blob/v2.8.3/registry/storage/paths.go).
 * @throws UserError where it is no such storage, or cannot be read
 */
export function readStorage(root: string): RegistryStorage {
  const top = path.join(root, 'docker/registry/v2/repositories');
  const found = new Map<string, KnownManifests>();
  const walk = (directory: string, depth: number) => {
    if (depth > deepest) return;
    for (const entry of entriesOf(directory)) {
      if (!entry.isDirectory()) continue;
      const inside = path.join(directory, entry.name);
      if (entry.name === '_manifests')
        found.set(path.relative(top, directory), revisionsIn(path.join(inside, 'revisions')));
      else if (!entry.name.startsWith('_')) walk(inside, depth + 1);
    }
  };
  walk(top, 0);
  return { manifests: found, tagsOf: (repository) => tagsIn(path.join(top, repository, '_manifests/tags')) };
}

function tagsIn(directory: string): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const { name } of entriesOf(directory)) {
    const digest = currentOf(path.join(directory, name, 'current/link'));
    // A tag that was taken away may leave its directory behind.
    if (digest !== undefined) tags.set(name, digest);
  }
  return tags;
}

function currentOf(link: string): string | undefined {
  try {
    return readFileSync(link, 'utf8').trim();
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return undefined;
    throw new UserError('a tag in the storage of the registry cannot be read', { where: link, cause });
  }
}

function revisionsIn(revisions: string): KnownManifests {
  const known = new Map<string, { readonly pushed: number }>();
  for (const algorithm of entriesOf(revisions))
    for (const { name } of entriesOf(path.join(revisions, algorithm.name))) {
      const digest = `${algorithm.name}:${name}`;
      const link = statSync(path.join(revisions, algorithm.name, name, 'link'), { throwIfNoEntry: false });
      // Of a manifest that was deleted the directory stays.
      if (link && isDigest(digest)) known.set(digest, { pushed: link.mtimeMs / 1000 });
    }
  return known;
}

function entriesOf(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT' && directory.includes('_manifests')) return [];
    throw new UserError('this is no storage of a docker-registry, or it cannot be read', {
      where: directory,
      remedy: 'Name the directory that its configuration has as storage.filesystem.rootdirectory.',
      cause,
    });
  }
}
