import { groupBy } from '../core/group-by.ts';
import type { SystemPackage } from './system-package.ts';

/** What one repository offers, found by name. */
export interface PackageRepository {
  /** All versions of a package. */
  named(name: string): readonly SystemPackage[];
  /** All that provide a capability beside their own names. */
  providing(capability: string): readonly SystemPackage[];
  /** Those that come by themselves once others are there. */
  readonly automatic: readonly SystemPackage[];
}

/** A repository of packages that are all read. */
export function packageRepository(packages: readonly SystemPackage[]): PackageRepository {
  const byName = groupBy(packages, ({ name }) => name);
  const byCapability = new Map<string, SystemPackage[]>();
  for (const one of packages)
    for (const { name } of one.provides) {
      const known = byCapability.get(name);
      if (known === undefined) byCapability.set(name, [one]);
      else if (known.at(-1) !== one) known.push(one);
    }
  return {
    named: (name) => byName.get(name) ?? [],
    providing: (capability) => byCapability.get(capability) ?? [],
    automatic: packages.filter(({ installIf }) => installIf.length > 0),
  };
}
