import type { AptOrigin, AptPreferences } from '../../ecosystems/apt/apt-preferences.ts';
import { aptPriority } from '../../ecosystems/apt/apt-preferences.ts';
import { compareDebianVersions } from '../../ecosystems/apt/version-order.ts';
import type { PackageRepository } from '../../ecosystems/package-repository.ts';
import type { SystemPackage } from '../../ecosystems/system-package.ts';
import type { Offers } from './offers.ts';

/** One component of a suite, as it was asked. */
export interface AptRepository {
  readonly origin: AptOrigin;
  readonly packages: PackageRepository;
}

/** The priorities of apt_preferences(5) that decide. */
const ofTargetRelease = 990;
const ofInstalled = 100;
const downgrades = 1000;

/** What apt would take, by the archives' own rules, the preferences, and the release that `-t` or `APT::Default-Release` names. */
export function aptOffers(
  repositories: readonly AptRepository[],
  preferences: AptPreferences,
  architecture: string,
  target: string | undefined,
): Offers {
  interface Priced {
    readonly one: SystemPackage;
    readonly priority: number;
  }
  const known = new Map<string, readonly Priced[]>();
  const priced = (name: string): readonly Priced[] => {
    const before = known.get(name);
    if (before) return before;
    const found = repositories.flatMap(({ origin, packages }) =>
      packages
        .named(name)
        .filter((one) => one.architecture === architecture || one.architecture === 'all')
        .map((one) => {
          const own = aptPriority(preferences, name, one.version, origin);
          const isTarget = target !== undefined && isOfRelease(origin, target);
          return { one, priority: isTarget && own < ofTargetRelease && own > 0 ? ofTargetRelease : own };
        }),
    );
    const byVersion = found
      .filter(({ priority }) => priority > 0)
      .sort((a, b) => b.priority - a.priority || compareDebianVersions(b.one.version, a.one.version));
    known.set(name, byVersion);
    return byVersion;
  };
  const candidate = (name: string, installed: SystemPackage | undefined): SystemPackage | undefined => {
    const [best] = priced(name);
    if (installed === undefined || best === undefined) return best?.one ?? installed;
    const order = compareDebianVersions(best.one.version, installed.version);
    if (order === 0) return installed;
    if (order < 0) return best.priority > downgrades ? best.one : installed;
    return best.priority >= ofInstalled ? best.one : installed;
  };
  return {
    versions: (name) => priced(name).map(({ one }) => one),
    candidate,
    providers: (capability) => {
      const names = new Set(
        repositories.flatMap(({ packages }) => packages.providing(capability)).map(({ name }) => name),
      );
      const found = [...names].flatMap((name) => {
        const one = candidate(name, undefined);
        return one?.provides.some((each) => each.name === capability) ? [one] : [];
      });
      // Among equals apt takes the one that its lists name last (CompareProviders in apt-pkg/depcache.cc).
      return found.reverse().sort((one, other) => (one.importance ?? 0) - (other.importance ?? 0));
    },
    listsFiles: true,
    automatic: [],
  };
}

function isOfRelease({ release }: AptOrigin, target: string): boolean {
  if (release === undefined) return false;
  return (
    [release.suite, release.codename].some((name) => name === target) ||
    (/^\d/.test(target) && release.version === target)
  );
}
