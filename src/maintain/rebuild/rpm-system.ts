import { createHash } from 'node:crypto';
import { isRpmDatabase } from '../../ecosystems/rpm/installed.ts';
import { primaryMetadata, readRepomd } from '../../ecosystems/rpm/primary-metadata.ts';
import { type RpmRepository, readDnfSettings, readRpmRepositories } from '../../ecosystems/rpm/repositories.ts';
import { installedRpms } from '../../ecosystems/rpm/system-packages.ts';
import type { SystemPackage } from '../../ecosystems/system-package.ts';
import { unpackBytes } from '../../image/unpack-bytes.ts';
import { type AskedSource, plainAddress } from './asked-source.ts';
import type { PackageSystem } from './package-system.ts';
import { rpmOffers } from './rpm-offers.ts';
import { runDnf } from './run-dnf.ts';
import type { AskSource } from './source-answer.ts';
import type { SystemFiles } from './system-files.ts';
import { type World, worldOf } from './world.ts';

const mostListBytes = 4 * 2 ** 20;
const mostPackedBytes = 96 * 2 ** 20;
const mostUnpackedBytes = 400 * 2 ** 20;
/** How many addresses of a list are tried. */
const mostMirrors = 4;

/** rpm with dnf, yum and microdnf. */
export const rpmSystem: PackageSystem = {
  kind: 'rpm',
  ecosystem: 'rpm',
  world: worldIn,
  hasDatabase: ({ contents }) => [...contents.keys()].some(isRpmDatabase),
  foreign(files) {
    const all = packagesIn(files);
    const own = architectureOf(all);
    return all.flatMap(({ name, architecture }) =>
      architecture === own || architecture === 'noarch' || architecture === '' ? [] : [`${name}.${architecture}`],
    );
  },
  sourcesKey: ({ texts }) => JSON.stringify([...texts].filter(([path]) => /^etc\/(?:dnf|yum)/.test(path)).sort()),
  async ask(files, { architecture, ask }) {
    const world = worldIn(files);
    const variables = new Map([
      ['arch', architecture],
      ['basearch', architecture],
    ]);
    const release = world && releaseOf(world);
    if (release !== undefined) variables.set('releasever', release);
    const { repositories, problems } = readRpmRepositories(files.texts, variables);
    const settings = readDnfSettings(files.texts);
    const asked: { readonly packages: readonly SystemPackage[]; readonly repository: RpmRepository }[] = [];
    const sources: AskedSource[] = [];
    for (const repository of repositories) {
      const answer = await askRepository(repository, ask);
      if (typeof answer !== 'string') asked.push({ packages: answer, repository });
      const address = repository.baseUrls[0] ?? repository.list ?? '';
      sources.push({
        name: `${repository.id} ${plainAddress(address)}`.trim(),
        place: repository.place,
        state: typeof answer === 'string' ? 'unknown' : 'asked',
        ...(typeof answer === 'string' && { reason: answer }),
      });
    }
    return {
      sources,
      problems,
      offers: () => rpmOffers(asked, settings.excludes, architecture),
      recommends: settings.weakDependencies,
      best: settings.best,
      keepsRecommended: true,
      keepsSuggested: false,
    };
  },
  run: runDnf,
};

function packagesIn({ contents }: SystemFiles): SystemPackage[] {
  return [...contents].flatMap(([path, bytes]) => (isRpmDatabase(path) ? installedRpms(path, bytes) : []));
}

function worldIn(files: SystemFiles): World | undefined {
  const all = packagesIn(files);
  if (all.length === 0) return undefined;
  const own = architectureOf(all);
  return worldOf(all.filter(({ architecture }) => architecture === own || architecture === 'noarch'));
}

/** The one that most packages have. */
function architectureOf(packages: readonly SystemPackage[]): string {
  const counts = new Map<string, number>();
  for (const { architecture } of packages)
    if (architecture !== 'noarch' && architecture !== '') counts.set(architecture, (counts.get(architecture) ?? 0) + 1);
  return [...counts].sort(([, one], [, other]) => other - one)[0]?.[0] ?? 'x86_64';
}

/** `$releasever`, as dnf finds it: what the package of the release provides, else its own version. */
function releaseOf(world: World): string | undefined {
  for (const capability of ['system-release(releasever)', 'system-release', 'redhat-release', 'centos-release'])
    for (const one of world.satisfiers({ name: capability })) {
      const provided = one.provides.find(({ name }) => name === capability)?.version;
      const version = capability.endsWith(')') ? provided : one.version.replace(/^\d+:/, '').replace(/-.*$/, '');
      if (version !== undefined) return version;
    }
  return undefined;
}

/** A text says why it could not be had. */
async function askRepository(repository: RpmRepository, ask: AskSource): Promise<SystemPackage[] | string> {
  const bases = await addressesOf(repository, ask);
  if (typeof bases === 'string') return bases;
  let reason = 'it names no address';
  for (const base of bases.slice(0, mostMirrors)) {
    const answer = await askAddress(base.replace(/\/{0,99}$/, ''), ask);
    if (typeof answer !== 'string') return answer;
    reason = answer;
  }
  return reason;
}

async function addressesOf({ baseUrls, list }: RpmRepository, ask: AskSource): Promise<readonly string[] | string> {
  if (baseUrls.length > 0) return baseUrls;
  if (list === undefined) return [];
  const answer = await ask(list, mostListBytes);
  if (answer.kind !== 'content') return answer.kind === 'absent' ? 'its list of mirrors is not there' : answer.reason;
  const text = answer.bytes.toString('utf8');
  // A metalink is XML that names repomd.xml on each mirror; a list of mirrors has an address a line.
  const linked = [...text.matchAll(/>\s*(https?:\/\/[^<\s]{1,2000}?)\/repodata\/repomd\.xml\s*</g)].map(
    ([, url = '']) => url,
  );
  const plain = text.split('\n').filter((line) => /^https?:\/\/\S+$/.test(line.trim()));
  const found = linked.length > 0 ? linked : plain.map((line) => line.trim());
  return found.length > 0 ? found : 'its list of mirrors names none over http or https';
}

async function askAddress(base: string, ask: AskSource): Promise<SystemPackage[] | string> {
  if (!/^https?:\/\//.test(base)) return 'it is not asked: only http and https are';
  const index = await ask(`${base}/repodata/repomd.xml`, mostListBytes);
  if (index.kind !== 'content') return index.kind === 'absent' ? 'it has no repodata/repomd.xml' : index.reason;
  try {
    const metadata = readRepomd(index.bytes.toString('utf8'));
    if (metadata === undefined || /^[a-z]+:|(?:^|\/)\.\.(?:\/|$)/i.test(metadata.primary))
      return 'its repomd.xml names no list of packages';
    const answer = await ask(`${base}/${metadata.primary}`, mostPackedBytes);
    if (answer.kind !== 'content')
      return answer.kind === 'absent' ? 'its list of packages is not there' : answer.reason;
    const { sha256 } = metadata;
    if (sha256 !== undefined && createHash('sha256').update(answer.bytes).digest('hex') !== sha256)
      return 'its list of packages is another one than its repomd.xml names: it may just be changing';
    return parsePrimary(await unpackBytes(answer.bytes, mostUnpackedBytes));
  } catch (error) {
    return `its list of packages cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** So much at a time: the text of all of it would be a string of hundreds of megabytes. */
const pieceBytes = 1 << 20;

function parsePrimary(content: Buffer): SystemPackage[] {
  const reader = primaryMetadata();
  const decoder = new TextDecoder();
  for (let at = 0; at < content.length; at += pieceBytes)
    reader.push(decoder.decode(content.subarray(at, at + pieceBytes), { stream: true }));
  reader.push(decoder.decode());
  return reader.end();
}
