import { compareCodes } from '../../core/natural-order.ts';
import { compareNumberLists, comparePreReleases, semanticParts } from '../npm/version-order.ts';

/**
 * As NuGet orders them (https://learn.microsoft.com/en-us/nuget/concepts/package-versioning): SemVer with a fourth number, labels compared without regard to
 * case.
 */
export function compareNugetVersions(one: string, other: string): number {
  const a = semanticParts(one);
  const b = semanticParts(other);
  return compareNumberLists(a.numbers, b.numbers) || comparePreReleases(a.preRelease, b.preRelease, withoutCase);
}

function withoutCase(one: string, other: string): number {
  return compareCodes(one.toUpperCase(), other.toUpperCase());
}
