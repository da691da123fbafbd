import { familiarName, type ImageReference, nameAsWritten } from '../core/image-reference.ts';
import { baseImage } from './base-image.ts';
import { compareReleases, type Releases, releasesKnownOn, releasesOf } from './releases.ts';
import { readTag, withoutMirror } from './tag.ts';

/** A reference with a version, and how it came about. */
export interface VersionedReference {
  readonly reference: string;
  readonly version: string;
  /** `known`: what latest was on a day; `asked`: what the repository's files ask for. */
  readonly basis: 'known' | 'asked';
}

/**
 * A reference that names no version, with one: `node:alpine` as `node:26-alpine`. `asked` is the release that something else
 * asks for, `20` of an .nvmrc; the nearest release that is kept up is taken. Undefined for images of which no releases are known, and
 * where the tag names a release of a distribution for which those are not built: there is no bash:5.3-alpine3.19.
 */
export function withVersion(reference: ImageReference, asked: string | undefined): VersionedReference | undefined {
  const releases = releasesOf(withoutMirror(familiarName(reference)));
  if (releases === undefined || reference.digest !== undefined || !isBuiltOn(releases, reference.tag)) return undefined;
  const wanted = asked === undefined ? undefined : releases.kept.find((each) => compareReleases(each, asked) >= 0);
  const version = wanted ?? releases.newest;
  const { tag } = reference;
  const versioned = `${nameAsWritten(reference)}:${tag === undefined || tag === 'latest' ? version : `${version}-${tag}`}`;
  if (baseImage(versioned).deprecated !== undefined) return undefined;
  return { reference: versioned, version, basis: wanted === undefined ? 'known' : 'asked' };
}

/** Whether the kept releases have tags of the distribution's release that a tag names, if it names one. */
function isBuiltOn({ codenames, alpine }: Releases, tag: string | undefined): boolean {
  const named = readTag(tag);
  return (
    (named.codename === undefined || codenames?.includes(named.codename) === true) &&
    (!named.alpine || alpine?.includes(named.alpine) === true)
  );
}

/** The day up to which {@link withVersion} knows what `latest` is. */
export const newestKnownOn = releasesKnownOn;
