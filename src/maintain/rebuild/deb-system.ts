import { readAptPreferences } from '../../ecosystems/apt/apt-preferences.ts';
import { readAptSettings } from '../../ecosystems/apt/apt-settings.ts';
import { readAptSources } from '../../ecosystems/apt/apt-sources.ts';
import { autoInstalledDebs, installedDebs } from '../../ecosystems/apt/system-packages.ts';
import { aptOffers } from './apt-offers.ts';
import { askApt } from './ask-apt.ts';
import type { PackageSystem } from './package-system.ts';
import { runApt } from './run-apt.ts';
import { worldOf } from './world.ts';

/** Debian's dpkg and apt. */
export const debSystem: PackageSystem = {
  kind: 'deb',
  ecosystem: 'apt',
  world({ contents }) {
    const text = (path: string) => contents.get(path)?.toString('utf8') ?? '';
    const status = [...contents.keys()]
      .filter((path) => path.startsWith('var/lib/dpkg/status'))
      .flatMap((path) => [...installedDebs(text(path))]);
    if (status.length === 0) return undefined;
    const own = nativeArchitecture(status);
    // Packages of other architectures beside it are left out: what is told is about those of the system's own.
    const native = status.filter(({ architecture }) => architecture === own || architecture === 'all');
    return worldOf(native, autoInstalledDebs(text('var/lib/apt/extended_states')));
  },
  hasDatabase: ({ contents }) =>
    [...contents].some(([path, bytes]) => path.startsWith('var/lib/dpkg/status') && bytes.length > 0),
  foreign({ contents }) {
    const status = [...contents].flatMap(([path, bytes]) =>
      path.startsWith('var/lib/dpkg/status') ? [...installedDebs(bytes.toString('utf8'))] : [],
    );
    const own = nativeArchitecture(status);
    return status.flatMap(({ name, architecture }) =>
      architecture === own || architecture === 'all' ? [] : [`${name}:${architecture}`],
    );
  },
  sourcesKey: ({ texts }) => JSON.stringify([...texts].filter(([path]) => path.startsWith('etc/apt/')).sort()),
  async ask({ texts }, { architecture, ask, now }) {
    const { sources, problems } = readAptSources(texts, architecture);
    const preferences = readAptPreferences(texts);
    const settings = readAptSettings(texts);
    const asked = await askApt(sources, architecture, ask, now);
    return {
      sources: asked.sources,
      problems: [...problems, ...preferences.problems],
      offers: (target) => aptOffers(asked.repositories, preferences, architecture, target ?? settings.defaultRelease),
      recommends: settings.recommends,
      best: false,
      keepsRecommended: settings.keepsRecommended,
      keepsSuggested: settings.keepsSuggested,
    };
  },
  run: runApt,
};

/** The one that most packages have. */
function nativeArchitecture(packages: readonly { readonly architecture: string }[]): string {
  const counts = new Map<string, number>();
  for (const { architecture } of packages)
    if (architecture !== 'all' && architecture !== '') counts.set(architecture, (counts.get(architecture) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0] ?? '';
}
