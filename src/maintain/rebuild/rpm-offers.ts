import { packageRepository } from '../../ecosystems/package-repository.ts';
import type { RpmRepository } from '../../ecosystems/rpm/repositories.ts';
import { compareRpmVersions } from '../../ecosystems/rpm/version-order.ts';
import type { SystemPackage } from '../../ecosystems/system-package.ts';
import type { Offers } from './offers.ts';

interface AskedRepository {
  readonly packages: readonly SystemPackage[];
  readonly repository: Pick<RpmRepository, 'priority' | 'excludes' | 'includes'>;
}

/** What dnf would take: of the repository of the smallest priority that has the package, the newest. */
export function rpmOffers(
  asked: readonly AskedRepository[],
  excludes: readonly string[],
  architecture: string,
): Offers {
  const usable = asked.map(({ packages, repository }) => {
    const out = [...excludes, ...repository.excludes].map(matcher);
    const only = repository.includes.map(matcher);
    const fitting = packages.filter(
      (one) =>
        (one.architecture === architecture || one.architecture === 'noarch') &&
        !out.some((test) => test(one)) &&
        (only.length === 0 || only.some((test) => test(one))) &&
        // Of the streams of modules those that are switched on would count: none is.
        !/\.module[_+]/.test(one.version),
    );
    return { priority: repository.priority, repository: packageRepository(fitting) };
  });
  const versions = (name: string): SystemPackage[] => {
    const found = usable.flatMap(({ priority, repository }) =>
      repository.named(name).map((one) => ({ one, priority })),
    );
    const first = Math.min(...found.map(({ priority }) => priority));
    return found
      .flatMap(({ one, priority }) => (priority === first ? [one] : []))
      .sort((one, other) => compareRpmVersions(other.version, one.version));
  };
  return {
    versions,
    candidate(name, installed) {
      const [best] = versions(name);
      if (installed === undefined || best === undefined) return best ?? installed;
      return compareRpmVersions(best.version, installed.version) > 0 ? best : installed;
    },
    providers(capability) {
      const found = usable.flatMap(({ repository }) => repository.providing(capability));
      const names = [...new Set(found.map(({ name }) => name))];
      return names
        .flatMap((name) => versions(name)[0] ?? [])
        .filter((one) => one.provides.some(({ name }) => name === capability))
        .sort((one, other) => one.name.length - other.name.length || (one.name < other.name ? -1 : 1));
    },
    listsFiles: false,
    automatic: [],
  };
}

/** `kernel*`, `web-1.0-1.x86_64`, `web-1.*`: a name with or without more. */
function matcher(pattern: string): (one: SystemPackage) => boolean {
  const escaped = pattern.slice(0, 300).replace(/[.+^${}()|[\]\\]/g, '\\$&');
  const test = new RegExp(`^${escaped.replace(/\*{1,99}/g, '.*').replaceAll('?', '.')}$`);
  return ({ name, version, architecture }) => {
    const plain = version.replace(/^\d+:/, '');
    return [
      name,
      `${name}.${architecture}`,
      `${name}-${plain.replace(/-[^-]*$/, '')}`,
      `${name}-${plain}`,
      `${name}-${plain}.${architecture}`,
    ].some((text) => test.test(text));
  };
}
