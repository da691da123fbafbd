import { readTrackTag, type TrackTag } from '../bases/track-tag.ts';
import type { ImageReference } from '../core/image-reference.ts';
import { compareNumbers } from '../core/version-order.ts';
import type { RegistrySession } from './registry-session.ts';

/** Tags whose digest is asked for at most: `latest` nearly always is the newest version of some release line. */
const mostAsked = 12;

interface Version extends TrackTag {
  /** Without the words of a variant: `1.4.2` of 1.4.2-alpine. */
  readonly version: string;
}

/**
 * The version tag (`1.4.2`, `v3`, `1.4.2-alpine` for `alpine`) that names the image with a digest, the most exact one; undefined where none does, or the
 * registry does not say. It is the digest that decides: a tag is not taken because it is the newest. A day is no version where a repository has versions.
 * @param reference has no tag, `latest`, or words alone
 */
export async function versionTagOf(
  reference: ImageReference,
  digest: string,
  session: RegistrySession,
): Promise<string | undefined> {
  const list = await session.tags(reference);
  if (list.kind !== 'tags') return undefined;
  const { tag = 'latest' } = reference;
  const ends = tag === 'latest' ? '' : `-${tag}`;
  const names = async ({ tag: each }: Version) => {
    const answer = await session.digest({ ...reference, tag: each });
    return answer.kind === 'digest' && answer.digest === digest;
  };
  const asked = inOrder(list.tags.flatMap((each) => versionIn(each, ends))).slice(0, mostAsked);
  let best: Version | undefined;
  // `15` may count something else than 1.4.2: of two for one image, the one that says more.
  for (const each of asked) if (each.numbers.length > (best?.numbers.length ?? 0) && (await names(each))) best = each;
  return best?.tag;
}

function versionIn(tag: string, ends: string): Version[] {
  if (!tag.endsWith(ends)) return [];
  const version = tag.slice(0, tag.length - ends.length);
  if (!/^v?\d+(?:\.\d+){0,3}$/.test(version)) return [];
  const read = readTrackTag(version);
  return read.form.includes('?') ? [] : [{ ...read, tag, version }];
}

/** The newest version of each release line first, the newest line first. */
function inOrder(versions: readonly Version[]): readonly Version[] {
  const days = versions.filter(({ form }) => form.includes('@'));
  const sorted = (days.length < versions.length ? versions.filter((each) => !days.includes(each)) : versions).toSorted(
    (one, other) => compareNumbers(other.version, one.version) || other.version.length - one.version.length,
  );
  const lines = new Set<string>();
  const heads = sorted.filter(({ form, numbers }) => {
    const line = `${form} ${numbers[0]}`;
    return !lines.has(line) && lines.add(line);
  });
  return [...heads, ...sorted.filter((each) => !heads.includes(each))];
}
