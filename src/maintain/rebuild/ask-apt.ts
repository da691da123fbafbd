import { createHash } from 'node:crypto';
import type { AptSource } from '../../ecosystems/apt/apt-sources.ts';
import { packagesFile } from '../../ecosystems/apt/packages-file.ts';
import { type AptRelease, readAptRelease } from '../../ecosystems/apt/release-file.ts';
import { unpackBytes } from '../../image/unpack-bytes.ts';
import type { AptRepository } from './apt-offers.ts';
import { type AskedSource, plainAddress } from './asked-source.ts';
import type { AskSource } from './source-answer.ts';

/** Larger than those of any distribution. */
const mostReleaseBytes = 8 * 2 ** 20;
const mostPackedBytes = 64 * 2 ** 20;
const mostUnpackedBytes = 160 * 2 ** 20;

/** Ways to pack a list, the one that Node.js unpacks fastest first. */
const packings = ['.gz', '.xz', '.zst', ''] as const;

interface AskedApt {
  readonly repositories: readonly AptRepository[];
  readonly sources: readonly AskedSource[];
}

/** Asks what the sources of a system offer for an architecture: each suite's `InRelease`, then the lists that it names. */
export async function askApt(
  sources: readonly AptSource[],
  architecture: string,
  ask: AskSource,
  now: number,
): Promise<AskedApt> {
  const repositories: AptRepository[] = [];
  const asked: AskedSource[] = [];
  for (const source of sources) {
    if (source.architectures && !source.architectures.includes(architecture)) continue;
    const answer = await askSuite(source, architecture, ask, now);
    repositories.push(...answer.repositories);
    asked.push({
      name: [plainAddress(source.uri), source.suite, ...source.components].join(' '),
      place: source.place,
      state: answer.state,
      ...(answer.reason !== undefined && { reason: answer.reason }),
    });
  }
  return { repositories, sources: asked };
}

interface AskedSuite {
  readonly repositories: readonly AptRepository[];
  readonly state: AskedSource['state'];
  readonly reason?: string;
}

async function askSuite(source: AptSource, architecture: string, ask: AskSource, now: number): Promise<AskedSuite> {
  const none = (state: AskedSource['state'], reason: string): AskedSuite => ({ repositories: [], state, reason });
  const uri = source.uri.replace(/\/{0,99}$/, '');
  if (!/^https?:\/\//.test(uri)) return none('unknown', 'it is not asked: only http and https are');
  const isFlat = source.suite.endsWith('/');
  const directory = isFlat
    ? `${uri}/${source.suite.replace(/^\/{1,99}|^\.\/|\/{1,99}$/g, '')}`.replace(/\/$/, '')
    : `${uri}/dists/${source.suite}`;
  let answer = await ask(`${directory}/InRelease`, mostReleaseBytes);
  if (answer.kind === 'absent') answer = await ask(`${directory}/Release`, mostReleaseBytes);
  if (answer.kind === 'unknown') return none('unknown', answer.reason);
  // apt takes a flat archive without one where it is trusted; any other ends `apt-get update`.
  if (answer.kind === 'absent' && !isFlat) return none('gone', 'it has no Release file any more');
  const release = answer.kind === 'content' ? readAptRelease(answer.bytes.toString('utf8')) : undefined;
  if (answer.kind === 'content' && release === undefined) return none('unknown', 'its Release file is not understood');
  if (release?.validUntil !== undefined && release.validUntil < now)
    return none('gone', `its Release file ran out on ${new Date(release.validUntil).toISOString().slice(0, 10)}`);
  const host = new URL(uri).hostname;
  const components = isFlat ? [''] : source.components;
  const repositories: AptRepository[] = [];
  for (const component of components) {
    const below = isFlat ? '' : `${component}/`;
    const own = await askList(directory, `${below}${isFlat ? '' : `binary-${architecture}/`}Packages`, release, ask);
    if (typeof own === 'string') return { repositories, state: 'unknown', reason: `${component} ${own}`.trim() };
    // Some archives keep what fits all architectures apart.
    if (own === undefined) continue;
    repositories.push({ origin: { release, host }, packages: packagesFile(own) });
  }
  return { repositories, state: 'asked' };
}

/** Undefined where the suite has no such list; a text says why it could not be had. */
async function askList(
  directory: string,
  path: string,
  release: AptRelease | undefined,
  ask: AskSource,
): Promise<Buffer | string | undefined> {
  const listed = packings.filter((packing) => release?.files.has(path + packing));
  if (release && release.files.size > 0 && listed.length === 0) return undefined;
  for (const packing of listed.length > 0 ? listed : packings) {
    const file = release?.files.get(path + packing);
    const slash = path.lastIndexOf('/') + 1;
    const byHash = release?.byHash && file ? `${path.slice(0, slash)}by-hash/SHA256/${file.sha256}` : undefined;
    let answer = await ask(`${directory}/${byHash ?? path + packing}`, mostPackedBytes);
    if (answer.kind === 'absent' && byHash !== undefined)
      answer = await ask(`${directory}/${path}${packing}`, mostPackedBytes);
    if (answer.kind === 'unknown') return answer.reason;
    if (answer.kind === 'absent') continue;
    if (file && createHash('sha256').update(answer.bytes).digest('hex') !== file.sha256)
      return `its list ${path}${packing} is another one than its Release file names: it may just be changing`;
    try {
      return await unpackBytes(answer.bytes, mostUnpackedBytes);
    } catch (error) {
      return `its list ${path}${packing} cannot be unpacked: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  return `its list ${path} is not there`;
}
