import { boundedBytes } from '../../core/bounded-text.ts';
import { UserError } from '../../core/errors.ts';
import type { ImageReference } from '../../core/image-reference.ts';
import { printable } from '../../core/printable.ts';
import { nextPart } from '../internal/next-part.ts';
import { type RegistryOptions, registryConnection } from '../internal/registry-request.ts';
import { maximumManifestBytes } from './blob-source.ts';
import { isDigest } from './digest.ts';
import { type IndexEntry, indexTypes, readManifest } from './read-manifest.ts';
import { reasonOf } from './registry-blob.ts';

/** A registry may answer in several parts. */
const maximumParts = 20;

/**
 * How registries say that they do not know the API. The specification has 404 only; older ones take the digest for a wrong name (400), know no such
 * method there (405), no such type (406) or nothing of it (501), and gateways before them forbid the path (403).
 */
const unknownApi: ReadonlySet<number> = new Set([400, 403, 404, 405, 406, 501]);

/**
 * What a registry has that refers to a manifest: signatures, SBOMs, attestations
 * (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers); by the tag `sha256-<hex>` where it does not know that API.
 * Empty where there is nothing.
 * @param wanted `whole`: a list of which not all parts can be read is an error
 * @throws UserError (of a failed system) where the registry does not answer, or forbids the list and has no such tag
 */
export async function referrersOf(
  reference: ImageReference,
  digest: string,
  options: RegistryOptions,
  wanted: 'whole' | 'some' = 'some',
): Promise<readonly IndexEntry[]> {
  if (!isDigest(digest)) throw new UserError(`This is no digest: ${printable(digest)}.`);
  const connection = registryConnection(reference, options);
  const [accept = ''] = indexTypes;
  const found: IndexEntry[] = [];
  let path: string | undefined = `referrers/${digest}`;
  for (let part = 0; path !== undefined && part < maximumParts; part++) {
    const get = (asked: string) =>
      connection.request(asked, { method: 'GET', accept }).catch((error: unknown) => {
        throw failed(`did not answer: ${reasonOf(error)}`, reference, error);
      });
    let response = await get(path);
    if (part === 0 && response !== undefined && isUnknownApi(response)) {
      const { status } = response;
      await response.body?.cancel();
      // Cut to the length of a tag, as the specification says.
      response = await get(`manifests/${digest.replace(':', '-').slice(0, 128)}`);
      if (response?.status === 404) {
        await response.body?.cancel();
        // Whoever is forbidden to see a list has not seen that it is empty.
        if (status === 403) throw failed('answered 403 for referrers, and has no list of them under a tag', reference);
        return [];
      }
    }
    if (!response?.ok) throw failed(`answered ${response?.status ?? 'that it wants a login'} for referrers`, reference);
    const where = `registry ${reference.registry}, referrers of ${digest}`;
    const bytes = await boundedBytes(response, maximumManifestBytes).catch((error: unknown) => {
      throw failed(`gave no list of referrers: ${reasonOf(error)}`, reference, error);
    });
    const index = readManifest(bytes, [], where);
    if (index.kind !== 'index') throw failed('gave no index of referrers', reference);
    found.push(...index.entries);
    const follow = wanted === 'whole' ? nextPart : knownPart;
    path = follow(response.headers.get('link'), `referrers/${digest}`, reference);
  }
  if (wanted === 'whole' && path !== undefined)
    throw failed(`has a list of referrers of more than ${maximumParts} parts`, reference);
  return found;
}

/**
 * Whether a registry knows the API that lists referrers, asked for those of one manifest. One that does not has them under tags only.
 * @throws UserError (of a failed system) where the registry does not answer
 */
export async function knowsReferrers(
  reference: ImageReference,
  digest: string,
  options: RegistryOptions,
): Promise<boolean> {
  const [accept = ''] = indexTypes;
  const response = await registryConnection(reference, options)
    .request(`referrers/${digest}`, { method: 'GET', accept })
    .catch((error: unknown) => {
      throw failed(`did not answer: ${reasonOf(error)}`, reference, error);
    });
  await response?.body?.cancel();
  if (response !== undefined && isUnknownApi(response)) return false;
  if (!response?.ok) throw failed(`answered ${response?.status ?? 'that it wants a login'} for referrers`, reference);
  return true;
}

/** Those that answer every path have a page of theirs for it. */
function isUnknownApi(response: Response): boolean {
  return (
    unknownApi.has(response.status) ||
    (response.ok && /^text\/html\b/i.test(response.headers.get('content-type') ?? ''))
  );
}

/** Undefined where it cannot be followed, too. */
function knownPart(...of: Parameters<typeof nextPart>): string | undefined {
  try {
    return nextPart(...of);
  } catch {
    return undefined;
  }
}

function failed(what: string, { registry, text }: ImageReference, cause?: unknown): UserError {
  return new UserError(`${registry} ${what}.`, { where: printable(text), exitCode: 3, cause });
}
