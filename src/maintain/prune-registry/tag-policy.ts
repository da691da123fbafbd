import { compareNumbers } from '../../core/version-order.ts';
import { versionTracks } from '../../project/prune-settings.ts';
import { globPattern, type KeepRules } from './keep-policy.ts';

/** An image with the tags that people gave it. */
export interface TaggedImage {
  readonly digest: string;
  readonly tags: readonly string[];
  /** Seconds since 1970; undefined where nobody knows, or where it cannot be true. */
  readonly date: number | undefined;
}

/** Digests that the rules keep, each with the reason. What is young is looked at elsewhere: it may have no tag. */
export function keptByRules(images: readonly TaggedImage[], rules: KeepRules): ReadonlyMap<string, string> {
  const kept = new Map<string, string>();
  const keep = (digest: string, reason: string) => {
    if (!kept.has(digest)) kept.set(digest, reason);
  };
  for (const glob of rules.tags) {
    const pattern = globPattern(glob);
    for (const { digest, tags } of images) {
      const tag = tags.find((each) => pattern.test(each));
      if (tag !== undefined)
        keep(digest, tag === glob ? `the policy keeps the tag ${tag}` : `the policy keeps tags ${glob}`);
    }
  }
  for (const digest of newest(images, rules.last))
    keep(digest, rules.last === 1 ? 'the newest' : `among the newest ${rules.last}`);
  for (const track of versionTracks) {
    const count = rules.versions[track];
    if (count === undefined) continue;
    for (const [digest, name] of newestVersions(images, track === 'major' ? 1 : 2, count))
      keep(digest, count === 1 ? `the newest of ${name}` : `among the newest ${count} of ${name}`);
  }
  return kept;
}

/** So many, and all that are as new as the last of them: which of these came first nobody knows. */
function newest(images: readonly TaggedImage[], count: number): string[] {
  const dated = images.flatMap(({ digest, date }) => (date === undefined ? [] : [{ digest, date }]));
  dated.sort((one, other) => other.date - one.date);
  const oldest = dated[count - 1]?.date ?? Number.NEGATIVE_INFINITY;
  return count === 0 ? [] : dated.filter(({ date }) => date >= oldest).map(({ digest }) => digest);
}

interface Version {
  readonly digest: string;
  readonly numbers: string;
}

/** https://semver.org, with or without `v`, with fewer numbers, and with a variant behind it as images have: `1.4-alpine`. */
const versionForm = /^v?(\d{1,9})(?:\.(\d{1,9}))?(?:\.(\d{1,9}))?(-[\w.-]+)?$/;
const preRelease = /^-(?:alpha|beta|rc|pre|preview|dev|snapshot|nightly|canary|next|m\d)(?![a-z])/i;

/**
 * Digests of the newest versions of each track, with the track's name: `1.4`, `2-alpine`. A tag `1.4` that moves along is no version of its own beside
 * `1.4.2`: it counts as far as its numbers go. Pre-releases are in no track.
 */
function newestVersions(images: readonly TaggedImage[], depth: 1 | 2, count: number): Map<string, string> {
  const tracks = new Map<string, Version[]>();
  for (const { digest, tags } of images)
    for (const tag of tags) {
      const [, major, minor, patch, variant = ''] = versionForm.exec(tag) ?? [];
      if (major === undefined || preRelease.test(variant)) continue;
      const name = `${[major, ...(depth === 2 ? [minor ?? '*'] : [])].join('.')}${variant}`;
      const numbers = [major, minor ?? '0', patch ?? '0'].join('.');
      tracks.set(name, [...(tracks.get(name) ?? []), { digest, numbers }]);
    }
  const kept = new Map<string, string>();
  for (const [name, versions] of tracks) {
    const different = [...new Set(versions.map(({ numbers }) => numbers))].sort((one, other) =>
      compareNumbers(other, one),
    );
    const wanted = new Set(different.slice(0, count));
    for (const { digest, numbers } of versions) if (wanted.has(numbers) && !kept.has(digest)) kept.set(digest, name);
  }
  return kept;
}
