import { boundedBytes } from '../../core/bounded-text.ts';
import { errorCode, UserError } from '../../core/errors.ts';
import type { ImageReference } from '../../core/image-reference.ts';
import { printable } from '../../core/printable.ts';
import type { LayerBytes, Platform } from '../image.ts';
import { type RegistryConnection, type RegistryOptions, registryConnection } from '../internal/registry-request.ts';
import {
  type BlobSource,
  maximumConfigurationBytes,
  maximumDocumentBytes,
  maximumManifestBytes,
  type ReadBlob,
} from './blob-source.ts';
import { digestOf, isDigest, verifyDigest } from './digest.ts';
import { imageOfManifest, type ManifestImage } from './image-of-manifest.ts';
import { indexTypes, manifestTypes } from './read-manifest.ts';
import { referrersOf } from './referrers.ts';
import { downloadBlob, reasonOf } from './registry-blob.ts';

const accept = [...indexTypes, ...manifestTypes].join(', ');

/** What is only beside an image is not waited for so long. */
const beside = 2;

/** A request is sent so often before it is given up. */
const defaultAttempts = 5;

/**
 * The image that a registry has under a reference. Layers are downloaded when they are read.
 * @throws UserError: of input where there is no such image, of a failed system where the registry does not answer
 */
export async function imageOfRegistry(
  reference: ImageReference,
  wanted: Platform | undefined,
  options: RegistryOptions,
): Promise<ManifestImage> {
  const source = blobsOfRegistry(reference, { attempts: defaultAttempts, ...options });
  const named = reference.digest ?? reference.tag ?? 'latest';
  if (reference.digest !== undefined && !isDigest(reference.digest))
    throw new UserError(`This digest cannot be checked: ${printable(reference.digest)}.`, {
      remedy: 'Name the image by its sha256 digest.',
    });
  return imageOfManifest(source, { digest: named }, wanted);
}

/** The blobs of a repository. A manifest may be asked for by a tag. */
export function blobsOfRegistry(reference: ImageReference, options: RegistryOptions): BlobSource {
  const { registry, repository } = reference;
  const connection = registryConnection(reference, options);
  const place = `registry ${registry}`;
  const read = async (path: string, what: string, maximumBytes: number): Promise<ReadBlob> => {
    const response = await ask(connection, path, reference, options);
    const bytes = await boundedBytes(response, maximumBytes).catch((error: unknown) => {
      throw unreachable(`${registry} gave no ${what} of ${repository}: ${reasonOf(error)}`, reference, error);
    });
    const contentType = response.headers.get('content-type');
    return { bytes, digest: digestOf(bytes), ...(contentType !== null && { contentType }) };
  };
  return {
    place,
    has: () => undefined,
    async manifest({ digest }) {
      const found = await read(`manifests/${digest}`, 'manifest', maximumManifestBytes);
      if (!isDigest(digest)) return found;
      verifyDigest(found.bytes, digest, 'This manifest', place);
      return { ...found, digest };
    },
    async configuration({ digest }) {
      const { bytes } = await read(`blobs/${digest}`, 'configuration', maximumConfigurationBytes);
      verifyDigest(bytes, digest, 'This configuration', place);
      return { bytes, digest };
    },
    async document({ digest, bytes: size }) {
      const { bytes } = await read(`blobs/${digest}`, 'document', Math.min(size, maximumDocumentBytes));
      verifyDigest(bytes, digest, 'This document', place);
      return { bytes, digest };
    },
    referrers: (digest) => referrersOf(reference, digest, { ...options, attempts: beside }),
    async tagged(tag) {
      const request = { method: 'GET', accept } as const;
      const response = await registryConnection(reference, { ...options, attempts: beside })
        .request(`manifests/${tag}`, request)
        .catch((error: unknown) => {
          throw unreachable(`${registry} did not answer: ${reasonOf(error)}`, reference, error);
        });
      if (!response?.ok) {
        await response?.body?.cancel();
        if (response === undefined || response.status === 404 || response.status === 403) return undefined;
        throw unreachable(`${registry} answered ${response.status} for a tag`, reference, undefined);
      }
      const bytes = await boundedBytes(response, maximumManifestBytes).catch((error: unknown) => {
        throw unreachable(`${registry} gave no manifest for a tag: ${reasonOf(error)}`, reference, error);
      });
      return { bytes, digest: digestOf(bytes) };
    },
    async layer({ digest, bytes }): Promise<LayerBytes> {
      const { timeoutSeconds, sleep, attempts = defaultAttempts } = options;
      const download = { digest, bytes, place, timeoutSeconds, attempts, ...(sleep && { sleep }) };
      return { kind: 'stream', open: (signal) => downloadBlob(connection, download, signal) };
    },
  };
}

async function ask(
  connection: RegistryConnection,
  path: string,
  reference: ImageReference,
  options: RegistryOptions,
): Promise<Response> {
  const { registry, text } = reference;
  const response = await connection.request(path, { method: 'GET', accept }).catch((error: unknown) => {
    const remedy =
      speaksNoTls(error) && !options.plainHttp ? 'It seems to speak HTTP: ask it so with --plain-http.' : undefined;
    throw unreachable(`${registry} did not answer: ${reasonOf(error)}`, reference, error, remedy);
  });
  if (response === undefined)
    throw new UserError(`${registry} asks for a login that is not known, or has no such image.`, {
      where: printable(text),
      remedy: `Check the name; for a private image, docker login ${registry === 'docker.io' ? '' : registry}`
        .trim()
        .concat('.'),
      exitCode: 3,
    });
  if (response.ok) return response;
  await response.body?.cancel();
  if (response.status === 404)
    throw new UserError(`${registry} has no ${path.startsWith('blobs/') ? path : printable(text)}.`, {
      where: printable(text),
      remedy: 'Check the name and the tag.',
    });
  const wait = response.headers.get('retry-after');
  throw unreachable(
    `${registry} answered ${response.status}${response.status === 429 ? ' (too many requests)' : ''}`,
    reference,
    undefined,
    wait === null
      ? undefined
      : `Try again later: it asks to wait until ${printable(wait.slice(0, 40))}${/^\d+$/.test(wait) ? ' s from now' : ''}.`,
  );
}

function speaksNoTls(error: unknown): boolean {
  const code = errorCode(error instanceof Error ? error.cause : undefined);
  return code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'EPROTO';
}

function unreachable(
  message: string,
  { text }: ImageReference,
  cause: unknown,
  remedy = 'Check the registry’s name, the network and HTTPS_PROXY, then try again.',
): UserError {
  return new UserError(`${message}.`, { where: printable(text), remedy, exitCode: 3, cause });
}
