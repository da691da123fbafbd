import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { layoutFiles, testBlobs, types, writeFiles } from '../image/image-blobs.ts';
import { type TarFile, tarOf } from '../image/tar-archive.ts';
import { digestOf } from '../image/test-image.ts';

/** An image that a test pushes under a tag. */
export interface TaggedImage {
  readonly tag: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Two of the same tag differ in this. */
  readonly text?: string;
  /** A layer of these, and what is run. */
  readonly files?: readonly TarFile[];
  readonly command?: readonly string[];
}

/**
 * Pushes images with skopeo to a registry of the loopback; gives their digests by tag.
 * @param login `user:password`
 * @throws Error with skopeo's output when it fails
 */
export async function pushTagged(
  host: string,
  repository: string,
  images: readonly TaggedImage[],
  login?: string,
): Promise<ReadonlyMap<string, string>> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-tagged-'));
  try {
    const blobs = testBlobs();
    const manifests = images.map(({ tag, labels = {}, text = '', files = [], command = [] }) => {
      const own = [
        tarOf([{ name: 'text', content: `${repository}:${tag} ${text}` }]),
        ...(files.length > 0 ? [tarOf(files)] : []),
      ];
      const config = { Labels: labels, Cmd: command };
      const rootfs = { type: 'layers', diff_ids: own.map(digestOf) };
      const layers = own.map((tar) => blobs.add(types.tar, tar));
      const history = own.map(() => ({ created_by: 'COPY' }));
      const image = blobs.image('', { config: { config, rootfs, history }, manifest: { layers } });
      return { ...image, annotations: { 'org.opencontainers.image.ref.name': tag } };
    });
    writeFiles(directory, layoutFiles(blobs.blobs, manifests));
    // The registry may be served by this very process.
    for (const { tag } of images)
      await promisify(execFile)(
        'skopeo',
        [
          'copy',
          '--quiet',
          '--dest-tls-verify=false',
          '--preserve-digests',
          ...(login === undefined ? [] : ['--dest-creds', login]),
          `oci:${directory}:${tag}`,
          `docker://${host}/${repository}:${tag}`,
        ],
        { timeout: 60_000 },
      );
    return new Map(manifests.map(({ digest }, at) => [images[at]?.tag ?? '', digest]));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
