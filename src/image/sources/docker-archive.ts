import { UserError } from '../../core/errors.ts';
import { isJsonObject } from '../../core/json-object.ts';
import { printable } from '../../core/printable.ts';
import type { ImageLayer } from '../image.ts';
import type { Archive } from './archive.ts';
import { maximumConfigurationBytes, maximumManifestBytes } from './blob-source.ts';
import { digestOf, isDigest } from './digest.ts';
import type { ManifestImage } from './image-of-manifest.ts';
import { packingOf } from './packing.ts';
import { historyOfLayers, readConfiguration } from './read-configuration.ts';

interface SavedImage {
  readonly configuration: string;
  readonly tags: readonly string[];
  readonly layers: readonly string[];
}

/**
 * The image of an archive as `docker save` and `podman save` write it, with `manifest.json`
 * (https://github.com/moby/docker-image-spec/blob/main/v1.2.md#combined-image-json--filesystem-changeset-format).
 * @param name which one, where there are several: one of its tags, or the digest of its configuration
 * @throws UserError
 */
export async function imageOfDockerArchive(files: Archive, name: string | undefined): Promise<ManifestImage> {
  const { configuration: path, layers: paths, tags } = chosenIn(await savedImages(files), name, files.place);
  const bytes = await files.read(path, maximumConfigurationBytes);
  const named = digestInName(path);
  const digest = digestOf(bytes);
  if (named !== undefined && named !== digest)
    throw new UserError('The configuration of this image is not what its name says.', {
      where: `${printable(files.place)}, ${named}`,
      remedy: 'Export the image again: the archive was damaged or changed.',
    });
  const configuration = readConfiguration(bytes, digest, paths.length, files.place);
  const history = historyOfLayers(configuration);
  const layers: ImageLayer[] = [];
  for (const [index, layer] of paths.entries()) {
    const content = files.content(layer);
    const size = files.size(layer);
    const diffId = configuration.diffIds[index];
    const entry = history[index];
    layers.push({
      ...(diffId !== undefined && { diffId }),
      packing: content.kind === 'file' ? await packingOf(content) : 'unknown',
      ...(size !== undefined && { bytes: size }),
      ...(entry !== undefined && { history: entry }),
      foreign: false,
      content,
    });
  }
  const reference = tagNamed(tags, name);
  return { ...(reference !== undefined && { reference }), annotations: new Map(), configuration, layers };
}

async function savedImages(files: Archive): Promise<SavedImage[]> {
  const where = `${printable(files.place)}, manifest.json`;
  const images = jsonIn(await files.read('manifest.json', maximumManifestBytes));
  if (images === undefined)
    throw new UserError('manifest.json in this archive is not valid JSON, or is nested too deeply.', {
      where,
      remedy: 'Export the image again: the archive was damaged or changed.',
    });
  if (!Array.isArray(images))
    throw new UserError('This is no archive of docker save: manifest.json is no list.', { where });
  return images.map((image) => {
    const { Config: configuration, RepoTags: tags, Layers: layers } = isJsonObject(image) ? image : {};
    if (typeof configuration !== 'string' || !isTexts(layers))
      throw new UserError('An image in manifest.json has no configuration or no layers.', { where });
    return { configuration, tags: isTexts(tags) ? tags : [], layers };
  });
}

function chosenIn(images: readonly SavedImage[], name: string | undefined, place: string): SavedImage {
  const where = printable(place);
  const called = name === undefined ? images : images.filter((image) => answersTo(image, name));
  const [first, second] = called;
  if (first !== undefined && (second === undefined || second.configuration === first.configuration)) return first;
  const names = images.map(({ tags, configuration }) => tags[0] ?? configuration);
  throw new UserError(
    first !== undefined
      ? 'There are several images in this archive.'
      : images.length === 0
        ? 'There is no image in this archive.'
        : `There is no image ${printable(name ?? '')} in this archive.`,
    {
      where,
      ...(images.length > 0 && {
        remedy: `Name one behind the path, as PATH:NAME: ${printable(names.slice(0, 20).join(', '))}.`,
      }),
    },
  );
}

/** One image may have several tags; the one that was asked for is meant. */
function tagNamed(tags: readonly string[], name: string | undefined): string | undefined {
  return (name === undefined ? undefined : tags.find((tag) => tag === name || tag.endsWith(`/${name}`))) ?? tags[0];
}

/** `web:1` is also `docker.io/library/web:1`, `localhost/web:1` and `web:1` with any registry before it. */
function answersTo({ tags, configuration }: SavedImage, name: string): boolean {
  const tagged = name.slice(name.lastIndexOf('/') + 1).includes(':') ? name : `${name}:latest`;
  return (
    digestInName(configuration) === (isDigest(name) ? name : `sha256:${name}`) ||
    tags.some((tag) => tag === tagged || tag.endsWith(`/${tagged}`))
  );
}

/** `<hex>.json` and `blobs/sha256/<hex>` name the digest of what they hold. */
function digestInName(path: string): string | undefined {
  const hex = /(?:^|\/)([0-9a-f]{64})(?:\.json)?$/.exec(path)?.[1];
  return hex === undefined ? undefined : `sha256:${hex}`;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

function jsonIn(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
