import { type ApkRepository, readApkRepositories } from '../../ecosystems/apk/repositories.ts';
import { apkPackages, apkRelation } from '../../ecosystems/apk/system-packages.ts';
import { compareAlpineVersions } from '../../ecosystems/apk/version-order.ts';
import { type PackageRepository, packageRepository } from '../../ecosystems/package-repository.ts';
import type { SystemPackage } from '../../ecosystems/system-package.ts';
import { tarFiles } from '../../image/tar-files.ts';
import { unpackBytes } from '../../image/unpack-bytes.ts';
import { type AskedSource, plainAddress } from './asked-source.ts';
import type { Offers } from './offers.ts';
import type { PackageSystem } from './package-system.ts';
import { runApk } from './run-apk.ts';
import type { AskSource } from './source-answer.ts';
import type { SystemFiles } from './system-files.ts';
import { worldOf } from './world.ts';

const mostPackedBytes = 32 * 2 ** 20;
const mostUnpackedBytes = 128 * 2 ** 20;

/** Alpine's apk. */
export const apkSystem: PackageSystem = {
  kind: 'apk',
  ecosystem: 'apk',
  world(files) {
    const database = databaseOf(files);
    if (database === undefined) return undefined;
    const packages = apkPackages(database);
    if (packages.length === 0) return undefined;
    const wanted = worldWords(files).map(apkRelation);
    const names = new Set(wanted.map(({ name }) => name));
    const automatic = packages.filter(
      (one) => !names.has(one.name) && !one.provides.some((each) => names.has(each.name)),
    );
    return worldOf(
      packages,
      automatic.map(({ name }) => name),
      wanted.flatMap((relation) => (relation.operator === undefined ? [] : [[relation.name, relation] as const])),
    );
  },
  hasDatabase: (files) => databaseOf(files) !== undefined,
  foreign: () => [],
  sourcesKey: (files) => JSON.stringify([readApkRepositories(files.texts), tagged(files)]),
  async ask(files, { architecture, ask }) {
    const arch = files.texts.get('etc/apk/arch')?.trim() || architecture;
    const tags = tagged(files);
    const repositories: { readonly packages: PackageRepository; readonly tag: string | undefined }[] = [];
    const sources: AskedSource[] = [];
    for (const repository of readApkRepositories(files.texts)) {
      const answer = await askRepository(repository, arch, ask);
      if (typeof answer !== 'string') repositories.push({ packages: answer, tag: repository.tag });
      sources.push({
        name: plainAddress(repository.uri),
        place: repository.place,
        state: typeof answer === 'string' ? 'unknown' : 'asked',
        ...(typeof answer === 'string' && { reason: answer }),
      });
    }
    return {
      sources,
      problems: [],
      offers: () => apkOffers(repositories, tags),
      recommends: false,
      best: false,
      keepsRecommended: false,
      keepsSuggested: false,
    };
  },
  run: runApk,
};

/** Since apk-tools 3 below usr. */
function databaseOf({ contents }: SystemFiles): string | undefined {
  return (contents.get('lib/apk/db/installed') ?? contents.get('usr/lib/apk/db/installed'))?.toString('utf8');
}

function worldWords({ texts }: SystemFiles): string[] {
  return (texts.get('etc/apk/world') ?? '').split(/\s+/).filter(Boolean);
}

/** By name: the tag that the world asks for it with. */
function tagged(files: SystemFiles): ReadonlyMap<string, string> {
  return new Map(
    worldWords(files).flatMap((word) => {
      const tag = /@(\S+)$/.exec(word)?.[1];
      return tag === undefined ? [] : [[apkRelation(word).name, tag] as const];
    }),
  );
}

/** A text says why it could not be had. apk goes on without an index, with what it has. */
async function askRepository(
  { uri }: ApkRepository,
  architecture: string,
  ask: AskSource,
): Promise<PackageRepository | string> {
  if (!/^https?:\/\//.test(uri)) return 'it is not asked: only http and https are';
  const answer = await ask(`${uri.replace(/\/{0,99}$/, '')}/${architecture}/APKINDEX.tar.gz`, mostPackedBytes);
  if (answer.kind === 'unknown') return answer.reason;
  if (answer.kind === 'absent') return 'it has no APKINDEX.tar.gz';
  try {
    const archive = await unpackBytes(answer.bytes, mostUnpackedBytes);
    const index = tarFiles(archive, (path) => path === 'APKINDEX').get('APKINDEX');
    return index ? packageRepository(apkPackages(index.toString('utf8'))) : 'its APKINDEX.tar.gz holds no index';
  } catch (error) {
    return `its index cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

export function apkOffers(
  repositories: readonly { readonly packages: PackageRepository; readonly tag: string | undefined }[],
  tags: ReadonlyMap<string, string>,
): Offers {
  const usable = (name: string) =>
    repositories.filter(({ tag }) => tag === undefined || tag === tags.get(name)).map(({ packages }) => packages);
  const versions = (name: string): SystemPackage[] =>
    usable(name)
      .flatMap((packages) => packages.named(name))
      .sort((one, other) => compareAlpineVersions(other.version, one.version));
  const newest = (name: string) => versions(name)[0];
  return {
    versions,
    candidate: (name, installed) => {
      const best = newest(name);
      if (installed === undefined || best === undefined) return best ?? installed;
      return compareAlpineVersions(best.version, installed.version) > 0 ? best : installed;
    },
    providers: (capability) => {
      const found = repositories
        .filter(({ tag }) => tag === undefined)
        .flatMap(({ packages }) => packages.providing(capability));
      const names = new Set(found.map(({ name }) => name));
      return [...names]
        .flatMap((name) => newest(name) ?? [])
        .filter((one) => one.provides.some((each) => each.name === capability && isChosen(one, each.version)))
        .sort((one, other) => (other.providerPriority ?? 0) - (one.providerPriority ?? 0));
    },
    listsFiles: true,
    automatic: repositories
      .filter(({ tag }) => tag === undefined)
      .flatMap(({ packages }) => packages.automatic)
      .filter((one) => newest(one.name) === one),
  };
}

/** A name without a version, of a package without a priority, chooses none by itself: «please select one of the 'provided by' packages explicitly». */
function isChosen({ providerPriority = 0 }: SystemPackage, version: string | undefined): boolean {
  return version !== undefined || providerPriority > 0;
}
