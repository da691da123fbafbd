import { UserError } from '../../core/errors.ts';
import { parseJsonObject } from '../../core/json-object.ts';
import { printable } from '../../core/printable.ts';
import type { Platform } from '../image.ts';
import type { Archive } from './archive.ts';
import {
  type BlobSource,
  type Descriptor,
  maximumConfigurationBytes,
  maximumDocumentBytes,
  maximumManifestBytes,
} from './blob-source.ts';
import { choosePlatform, hostPlatform, platformText } from './choose-platform.ts';
import { digestOf, isDigest, verifyDigest } from './digest.ts';
import { imageOfManifest, type ManifestImage } from './image-of-manifest.ts';
import { type IndexEntry, readManifest } from './read-manifest.ts';

/**
 * The image of an OCI layout, in a directory or an archive (https://github.com/opencontainers/image-spec/blob/main/image-layout.md).
 * @param name which one, where there are several: a tag (`org.opencontainers.image.ref.name`) or a digest
 * @throws UserError
 */
export async function imageOfLayout(
  files: Archive,
  name: string | undefined,
  wanted: Platform | undefined,
): Promise<ManifestImage> {
  const { imageLayoutVersion } = parseJsonObject((await files.read('oci-layout', 4096)).toString('utf8')) ?? {};
  if (typeof imageLayoutVersion !== 'string' || !imageLayoutVersion.startsWith('1.'))
    throw new UserError('This OCI layout is of no version that is known: 1.0.0 is.', { where: printable(files.place) });
  const index = readManifest(await files.read('index.json', maximumManifestBytes), [], `${files.place}, index.json`);
  if (index.kind !== 'index')
    throw new UserError('The index.json of this OCI layout is no index.', { where: printable(files.place) });
  const source = blobsOf(files, (digest) => `blobs/${digest.replace(':', '/')}`);
  if (name !== undefined && isDigest(name)) return imageOfManifest(source, { digest: name }, wanted, index.entries);
  return imageOfManifest(source, chosenIn(index.entries, name, wanted, files.place), wanted, index.entries);
}

/**
 * The image of a directory as `skopeo copy … dir:` writes it: `manifest.json` and each blob under its digest's hexadecimal digits.
 * @throws UserError
 */
export async function imageOfSkopeoDirectory(files: Archive, wanted: Platform | undefined): Promise<ManifestImage> {
  const manifest = await files.read('manifest.json', maximumManifestBytes);
  const source = blobsOf(files, (digest) => digest.slice(digest.indexOf(':') + 1));
  const digest = digestOf(manifest);
  const withRoot: BlobSource = {
    ...source,
    has: (asked) => asked === digest || source.has(asked),
    manifest: async (of) =>
      of.digest === digest
        ? { bytes: manifest, digest }
        : readBlob(files, `${of.digest.slice(of.digest.indexOf(':') + 1)}.manifest.json`, of, maximumManifestBytes),
  };
  return imageOfManifest(withRoot, { digest }, wanted);
}

function blobsOf(files: Archive, pathOf: (digest: string) => string): BlobSource {
  return {
    place: files.place,
    has: (digest) => files.size(pathOf(digest)) !== undefined,
    manifest: (of) => readBlob(files, pathOf(of.digest), of, maximumManifestBytes),
    configuration: (of) => readBlob(files, pathOf(of.digest), of, maximumConfigurationBytes),
    document: (of) => readBlob(files, pathOf(of.digest), of, maximumDocumentBytes),
    async layer({ digest, bytes }) {
      const content = files.content(pathOf(digest));
      sameSize(files.size(pathOf(digest)) ?? 0, bytes, digest, files.place);
      return content;
    },
  };
}

async function readBlob(
  files: Archive,
  path: string,
  { digest, bytes }: Pick<Descriptor, 'digest'> & { readonly bytes?: number },
  maximumBytes: number,
): Promise<{ readonly bytes: Buffer; readonly digest: string }> {
  const read = await files.read(path, maximumBytes);
  if (bytes !== undefined) sameSize(read.length, bytes, digest, files.place);
  verifyDigest(read, digest, 'This blob', files.place);
  return { bytes: read, digest };
}

function sameSize(actual: number, said: number, digest: string, place: string): void {
  if (actual === said) return;
  throw new UserError(`This blob has ${actual} bytes; its manifest says ${said}.`, {
    where: `${printable(place)}, ${digest}`,
    remedy: 'Fetch or export the image again: it was damaged or cut short.',
  });
}

function chosenIn(
  entries: readonly IndexEntry[],
  name: string | undefined,
  wanted: Platform | undefined,
  place: string,
): IndexEntry {
  const images = entries.filter(({ attachment }) => !attachment);
  const called = name === undefined ? images : images.filter((entry) => namesOf(entry).includes(name));
  const names = new Set(images.flatMap((entry) => namesOf(entry).slice(0, 1)));
  const digests = new Set(called.map(({ digest }) => digest));
  const [first] = called;
  if (first !== undefined && digests.size === 1) return first;
  const several = name === undefined && names.size > 1;
  const chosen = several ? undefined : choosePlatform(called, wanted);
  if (chosen !== undefined) return chosen;
  const what =
    name !== undefined && first === undefined
      ? `There is no image ${printable(name)} here.`
      : several
        ? 'There are several images here.'
        : first === undefined
          ? 'There is no image here.'
          : `There is no image for ${platformText(wanted ?? hostPlatform())} here.`;
  throw new UserError(what, {
    where: printable(place),
    ...(names.size > 0 && {
      remedy: `Name one behind the path, as PATH:NAME: ${printable([...names].slice(0, 20).join(', '))}.`,
    }),
  });
}

/** What an entry is called: by the specification, and by containerd, whose `ctr image export` writes the whole reference. */
function namesOf({ annotations }: IndexEntry): string[] {
  const names = ['io.containerd.image.name', 'org.opencontainers.image.ref.name'].flatMap(
    (key) => annotations.get(key) ?? [],
  );
  return names;
}
