import { boundedBytes } from '../core/bounded-text.ts';
import { UserError } from '../core/errors.ts';
import { type ImageReference, parseImageReference } from '../core/image-reference.ts';
import { parseJsonObject } from '../core/json-object.ts';
import { printable } from '../core/printable.ts';
import { nextPart } from './internal/next-part.ts';
import {
  type RegistryConnection,
  type RegistryOptions,
  type RegistryRequest,
  registryConnection,
} from './internal/registry-request.ts';
import { maximumConfigurationBytes, maximumManifestBytes } from './sources/blob-source.ts';
import { digestOf, isDigest, verifyDigest } from './sources/digest.ts';
import { indexTypes, manifestTypes } from './sources/read-manifest.ts';
import { knowsReferrers, referrersOf } from './sources/referrers.ts';
import { reasonOf } from './sources/registry-blob.ts';

export type { RegistryOptions };

/** A manifest as a registry has it. Its digest is counted from the bytes. */
export interface StoredManifest {
  readonly digest: string;
  readonly bytes: Buffer;
  /** What the registry says it is. */
  readonly contentType: string | undefined;
  /** The digest that the registry names in its answer; undefined where it names none. */
  readonly namedDigest: string | undefined;
  /** The registry's own clock, in seconds since 1970; undefined where it does not tell. */
  readonly clock: number | undefined;
}

/** What a registry answered to the wish to delete a manifest. */
export type Deletion =
  | { readonly kind: 'deleted' }
  | { readonly kind: 'absent' }
  /** It deletes nothing at all. */
  | { readonly kind: 'unsupported'; readonly status: number }
  | { readonly kind: 'refused'; readonly status: number }
  /** Whether it was done is not known. */
  | { readonly kind: 'failed'; readonly reason: string };

/** One repository of a registry, to be looked through and cleared. All but `delete` throw UserError (of a failed system) where the registry does not answer. */
export interface RegistryRepository {
  readonly name: string;
  /** All tags, however many parts the list has; undefined where the registry knows no such repository, or says so. */
  tags(): Promise<string[] | undefined>;
  /** Undefined where there is none. The bytes of what a digest names are held against it. */
  manifest(tagOrDigest: string): Promise<StoredManifest | undefined>;
  /** Which digest a tag or digest has now, without its bytes; undefined where there is none. */
  head(tagOrDigest: string): Promise<string | undefined>;
  /** A blob that is a configuration, held against its digest; undefined where there is none. */
  configuration(digest: string): Promise<Buffer | undefined>;
  knowsReferrers(digest: string): Promise<boolean>;
  /** All of them. @throws UserError where not all can be read */
  referrers(digest: string): Promise<readonly string[]>;
  /** By digest: every tag that points there goes with it. Never rejects, unless it was cancelled. */
  delete(digest: string): Promise<Deletion>;
}

/** Artifacts of a draft of OCI 1.1, which some registries hold still. */
const artifactType = 'application/vnd.oci.artifact.manifest.v1+json';
const accept = [...indexTypes, ...manifestTypes, artifactType].join(', ');

/** A list of tags or repositories has no more parts. */
const maximumParts = 10_000;
const maximumListBytes = 16 * 1024 * 1024;
const pageSize = 1000;

const remedy = 'Check the registry’s name, the network and HTTPS_PROXY, then try again.';

/**
 * Repositories that a registry lists (https://distribution.github.io/distribution/spec/api/#catalog).
 * @throws UserError where it does not answer, or lists none
 */
export async function registryCatalog(registry: string, options: RegistryOptions): Promise<string[]> {
  const reference = referenceOf(registry, '');
  const found = new Set<string>();
  const read = await readList(registryConnection(reference, options), reference, '_catalog', 'repositories');
  if (read === undefined)
    throw new UserError(`${registry} does not list its repositories.`, {
      where: registry,
      remedy: 'Name them: HOST/REPOSITORY.',
      exitCode: 3,
    });
  for (const name of read) {
    // A name that no reference can have is nothing that could be asked for.
    const parsed = parseImageReference(`${registry}/${name}`);
    if (parsed?.registry !== registry || parsed.repository !== name)
      throw new UserError(`${registry} lists a repository whose name is none: ${printable(name.slice(0, 200))}.`, {
        where: registry,
        remedy: 'Name the repositories: HOST/REPOSITORY.',
        exitCode: 3,
      });
    found.add(name);
  }
  return [...found].sort();
}

/** @param options with mirrors, these are not asked: what is deleted must be seen where it is */
export function registryRepository(registry: string, name: string, options: RegistryOptions): RegistryRepository {
  const reference = referenceOf(registry, name);
  const { mirrors: _, ...direct } = options;
  const connection = registryConnection(reference, direct);
  const ask = async (path: string, method: RegistryRequest['method'], accepted: string): Promise<Response> => {
    const response = await connection.request(path, { method, accept: accepted }).catch((error: unknown) => {
      if (options.signal?.aborted) throw error;
      throw failed(`did not answer: ${reasonOf(error)}`, reference, error);
    });
    if (response === undefined)
      throw new UserError(`${registry} asks for a login that is not known, or that may not do this.`, {
        where: `${registry}/${name}`,
        remedy: `docker login ${registry}`,
        exitCode: 3,
      });
    return response;
  };
  const mustBeOk = async (response: Response, what: string): Promise<void> => {
    if (response.ok) return;
    await response.body?.cancel();
    throw failed(`answered ${response.status} for ${what}`, reference);
  };
  return {
    name,
    tags: () => readList(connection, reference, 'tags/list', 'tags'),
    async manifest(named) {
      const response = await ask(`manifests/${named}`, 'GET', accept);
      if (response.status === 404) {
        await response.body?.cancel();
        return undefined;
      }
      await mustBeOk(response, `the manifest ${printable(named)}`);
      const bytes = await bodyOf(response, maximumManifestBytes, reference);
      if (isDigest(named)) verifyDigest(bytes, named, 'This manifest', `registry ${registry}, ${name}`);
      const date = Date.parse(response.headers.get('date') ?? '') / 1000;
      return {
        digest: isDigest(named) ? named : digestOf(bytes),
        bytes,
        contentType: response.headers.get('content-type') ?? undefined,
        namedDigest: response.headers.get('docker-content-digest') ?? undefined,
        clock: Number.isNaN(date) ? undefined : date,
      };
    },
    async head(named) {
      const response = await ask(`manifests/${named}`, 'HEAD', accept);
      await response.body?.cancel();
      if (response.status === 404) return undefined;
      await mustBeOk(response, `the manifest ${printable(named)}`);
      const digest = response.headers.get('docker-content-digest');
      if (isDigest(digest)) return digest;
      return (await this.manifest(named))?.digest;
    },
    async configuration(digest) {
      const response = await ask(`blobs/${digest}`, 'GET', '*/*');
      if (response.status === 404) {
        await response.body?.cancel();
        return undefined;
      }
      await mustBeOk(response, `the blob ${digest}`);
      const bytes = await bodyOf(response, maximumConfigurationBytes, reference);
      verifyDigest(bytes, digest, 'This configuration', `registry ${registry}, ${name}`);
      return bytes;
    },
    knowsReferrers: (digest) => knowsReferrers(reference, digest, direct),
    referrers: async (digest) => (await referrersOf(reference, digest, direct, 'whole')).map((entry) => entry.digest),
    async delete(digest) {
      try {
        const response = await ask(`manifests/${digest}`, 'DELETE', '*/*');
        await response.body?.cancel();
        const { status, ok } = response;
        if (ok) return { kind: 'deleted' };
        if (status === 404) return { kind: 'absent' };
        if (status === 405 || status === 501) return { kind: 'unsupported', status };
        if (status >= 500 || status === 429 || status === 408)
          return { kind: 'failed', reason: `it answered ${status}` };
        return { kind: 'refused', status };
      } catch (error) {
        if (options.signal?.aborted) throw error;
        return { kind: 'failed', reason: error instanceof Error ? printable(error.message) : 'it did not answer' };
      }
    },
  };
}

/** A list in parts that `Link` joins. Undefined where the registry has no such list. */
async function readList(
  connection: RegistryConnection,
  reference: ImageReference,
  path: string,
  key: string,
): Promise<string[] | undefined> {
  const found: string[] = [];
  const asked = new Set<string>();
  let next: string | undefined = `${path}?n=${pageSize}`;
  for (let part = 0; next !== undefined; part++) {
    // Half a list of tags would be a list of images that seem to be needed by nobody.
    if (part === maximumParts || asked.has(next)) throw failed(`has no end of its list of ${key}`, reference);
    asked.add(next);
    const response = await connection
      .request(next, { method: 'GET', accept: 'application/json' })
      .catch((error: unknown) => {
        throw failed(`did not answer: ${reasonOf(error)}`, reference, error);
      });
    if (response === undefined)
      throw failed(`asks for a login that is not known before it lists ${key}`, reference, undefined, 'docker login');
    if (!response.ok) {
      await response.body?.cancel();
      if (part === 0 && (response.status === 404 || (path === '_catalog' && [401, 403, 405].includes(response.status))))
        return undefined;
      throw failed(`answered ${response.status} for its list of ${key}`, reference);
    }
    const bytes = await bodyOf(response, maximumListBytes, reference);
    const list = parseJsonObject(bytes.toString('utf8'));
    if (list === undefined || !(key in list)) throw failed(`gave something else than a list of ${key}`, reference);
    const items: unknown = list[key] ?? [];
    if (!Array.isArray(items)) throw failed(`gave something else than a list of ${key}`, reference);
    for (const item of items) {
      if (typeof item !== 'string' || !/^[\w./-]{1,300}$/.test(item))
        throw failed(`lists among its ${key} what is no name: ${printable(String(item).slice(0, 100))}`, reference);
      found.push(item);
    }
    next = nextPart(response.headers.get('link'), path, reference);
  }
  return found;
}

async function bodyOf(response: Response, maximum: number, reference: ImageReference): Promise<Buffer> {
  try {
    return await boundedBytes(response, maximum);
  } catch (error) {
    throw failed(`did not give its whole answer: ${reasonOf(error)}`, reference, error);
  }
}

function referenceOf(registry: string, repository: string): ImageReference {
  return {
    text: repository === '' ? registry : `${registry}/${repository}`,
    registry,
    repository,
    tag: undefined,
    digest: undefined,
  };
}

function failed(what: string, { registry, text }: ImageReference, cause?: unknown, todo = remedy): UserError {
  return new UserError(`${registry} ${what}.`, { where: printable(text), remedy: todo, exitCode: 3, cause });
}
