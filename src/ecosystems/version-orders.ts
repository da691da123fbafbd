import { comparePlainVersions } from '../core/natural-order.ts';
import { compareAlpineVersions } from './apk/version-order.ts';
import { compareDebianVersions } from './apt/version-order.ts';
import { compareComposerVersions } from './composer/version-order.ts';
import { compareGemVersions } from './gem/version-order.ts';
import type { PackageKind } from './installed-package.ts';
import { compareMavenVersions } from './maven/version-order.ts';
import { compareSemanticVersions } from './npm/version-order.ts';
import { compareNugetVersions } from './nuget/version-order.ts';
import { comparePythonVersions } from './pip/version-order.ts';
import { compareRpmVersions } from './rpm/version-order.ts';

/** Negative when the first comes before the other, 0 when they are the same to the ecosystem. Never throws, whatever the texts are. */
export type CompareVersions = (one: string, other: string) => number;

/** How each kind of package orders its versions. */
export const versionOrders: Readonly<Record<PackageKind, CompareVersions>> = {
  deb: plainFirst(compareDebianVersions),
  apk: plainFirst(compareAlpineVersions),
  rpm: plainFirst(compareRpmVersions),
  npm: plainFirst(compareSemanticVersions),
  cargo: plainFirst(compareSemanticVersions),
  golang: plainFirst(compareSemanticVersions),
  generic: plainFirst(compareSemanticVersions),
  pypi: plainFirst(comparePythonVersions),
  maven: plainFirst(compareMavenVersions),
  gem: plainFirst(compareGemVersions),
  composer: plainFirst(compareComposerVersions),
  nuget: plainFirst(compareNugetVersions),
};

/** Undefined of none. */
export function highestVersion(versions: readonly string[], compare: CompareVersions): string | undefined {
  return versions.length > 1 ? [...versions].sort(compare).at(-1) : versions[0];
}

/**
 * Numbers with points between them, as most versions are, are ordered alike everywhere as long as both have equally many: thousands are compared, and to take
 * them apart takes longer.
 */
function plainFirst(compare: CompareVersions): CompareVersions {
  return (one, other) => comparePlainVersions(one, other) ?? compare(one, other);
}
