import type { Served } from '../ecosystems/ask-checksum.ts';
import type { PackageRelease } from '../ecosystems/release-question.ts';

/** What registries said today, where they were asked (`plimsoll fix --online`). */
export interface OnlineAnswers {
  /** Digests of the images that the project names by a tag, by reference as written. */
  readonly digests: ReadonlyMap<string, string>;
  /** The version tag that names the same image as `latest`, or as a variant without a version, does now; by reference as written. */
  readonly versionTags: ReadonlyMap<string, string>;
  /** The finished releases of application packages, the newest first, by `questionKey`. */
  readonly releases: ReadonlyMap<string, readonly PackageRelease[]>;
  /** What addresses of ADD serve now, by address. */
  readonly checksums: ReadonlyMap<string, Served>;
}
