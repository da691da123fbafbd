import { baseImage } from '../bases/base-image.ts';
import { compareReleases, releasesKnownOn, releasesOf } from '../bases/releases.ts';
import { readTag, withoutMirror } from '../bases/tag.ts';
import { familiarName, type ImageReference, parseImageReference } from '../core/image-reference.ts';
import { directoryOf } from '../project/link-builds.ts';
import type { Project } from '../project/project.ts';

/** A version of an image that another file of the project names. */
export interface KnownTag {
  readonly tag: string;
  readonly path: string;
}

/** `16-alpine`, `v3.7`, MinIO's `RELEASE.2025-09-07T16-13-09Z`; not `java8` or `alpine3.23`, which say what an image is made of. */
const version = /^(?:v|release[.-])?\d/i;

const indexes = new WeakMap<Project, ReadonlyMap<string, readonly KnownTag[]>>();

/**
 * The one version in which files beside `path`, above or below it run an image, or build on it; undefined where there is none, or several.
 * A repository of many applications says nothing of one by another.
 */
export function tagElsewhere(project: Project, reference: ImageReference, path: string): KnownTag | undefined {
  let index = indexes.get(project);
  if (!index) {
    index = makeIndex(project);
    indexes.set(project, index);
  }
  const own = directoryOf(path);
  const known = (index.get(familiarName(reference)) ?? []).filter((each) => isAlong(own, directoryOf(each.path)));
  const [first] = known;
  return first && known.every(({ tag }) => tag === first.tag) ? first : undefined;
}

function hasEnded(reference: ImageReference): boolean {
  return baseImage(reference.text).endOfLife.some(({ date }) => date < releasesKnownOn) || isLeftBehind(reference);
}

/** Older than the newest release and none of those that are kept up: `mariadb:11.3.2`. */
function isLeftBehind(reference: ImageReference): boolean {
  const releases = releasesOf(withoutMirror(familiarName(reference)));
  const { version } = readTag(reference.tag);
  if (releases === undefined || version === undefined) return false;
  return (
    compareReleases(version, releases.newest) < 0 &&
    !releases.kept.some(
      (each) => version === each.replace(/^v/, '') || version.startsWith(`${each.replace(/^v/, '')}.`),
    )
  );
}

/** One directory holds the other, or is it. */
function isAlong(one: string, other: string): boolean {
  const [outer, inner] = one.length < other.length ? [one, other] : [other, one];
  return outer === '' || inner === outer || inner.startsWith(`${outer}/`);
}

function makeIndex({ dockerfiles, workloads, composeFiles }: Project): ReadonlyMap<string, readonly KnownTag[]> {
  const index = new Map<string, KnownTag[]>();
  const add = (reference: ImageReference | undefined, path: string) => {
    const tag = reference?.tag;
    // One that gets no updates any more is no version to name; a database of `latest` is newer, and does not go back.
    if (!reference || tag === undefined || !version.test(tag) || hasEnded(reference)) return;
    const name = familiarName(reference);
    const known = index.get(name);
    if (known) known.push({ tag, path });
    else index.set(name, [{ tag, path }]);
  };
  for (const { stages, path } of dockerfiles)
    for (const { base } of stages)
      if (base.kind === 'image' && base.complete) add(parseImageReference(base.reference), path);
  for (const { allContainers } of workloads)
    for (const { image, imageReference, workload } of allContainers)
      add(imageReference, image?.path ?? workload.object.path);
  for (const { services, path, expand } of composeFiles)
    for (const { image, build } of services) {
      if (image === undefined || build !== undefined) continue;
      const { text, complete } = expand(image.text);
      if (complete) add(parseImageReference(text), path);
    }
  return index;
}
