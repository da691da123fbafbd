import type { InstalledPackage } from '../ecosystems/installed-package.ts';

/** Directories that a distribution's packages fill and a language's own installer does not, with the beginning of those packages' names. */
const places: readonly { readonly below: RegExp; readonly prefixes: readonly string[] }[] = [
  { below: /^usr\/lib\/python3\/dist-packages\//, prefixes: ['python3-', ''] },
  {
    below: /^usr\/lib(?:64)?\/python3\.\d+\/site-packages\//,
    prefixes: ['python3-', 'py3-', 'python3.11-', 'python3.12-', ''],
  },
  { below: /^usr\/(?:share|lib)\/nodejs\//, prefixes: ['node-', ''] },
  { below: /^usr\/share\/(?:rubygems-integration|ruby|gems)\//, prefixes: ['ruby-', 'rubygem-', ''] },
];

/**
 * Whether a package of a language came with one of the distribution: it lies where only those put it, and one of that name is installed. Its upstream
 * version says nothing of repairs that the distribution brought back.
 */
export function distributionOwned(packages: readonly InstalledPackage[]): (installed: InstalledPackage) => boolean {
  const names = new Set(packages.filter(isOfDistribution).flatMap(({ name, source }) => [name, source?.name ?? name]));
  return (installed) => {
    if (isOfDistribution(installed)) return false;
    const place = places.find(({ below }) => below.test(installed.path));
    if (place === undefined) return false;
    const name = installed.name.toLowerCase().replace(/[-_.]+/g, '-');
    const bare = name.replace(/^(?:python|py)-?/, '');
    return place.prefixes.some((prefix) => names.has(prefix + name) || names.has(prefix + bare));
  };
}

function isOfDistribution({ kind }: InstalledPackage): boolean {
  return kind === 'deb' || kind === 'apk' || kind === 'rpm';
}
