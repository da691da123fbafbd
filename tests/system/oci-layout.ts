import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

// Images of the Docker Engine as an OCI image layout, which BuildKit takes as base images without a registry.
// https://github.com/opencontainers/image-spec/blob/main/image-layout.md

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

interface SavedImage {
  readonly Config: string;
  readonly Layers: readonly string[];
}

/** Adds an image to the layout unless it is there, and gives the digest of its manifest. Layers are shared between images. */
export function exportImage(docker: readonly string[], image: string, layout: string): string {
  const id = mustRun(docker, ['image', 'inspect', '-f', '{{.Id}}', image]);
  const known = path.join(layout, 'manifests', id.replace(':', '-'));
  if (existsSync(known)) return readFileSync(known, 'utf8');
  mkdirSync(path.join(layout, 'manifests'), { recursive: true });
  mkdirSync(path.join(layout, 'blobs/sha256'), { recursive: true });
  const scratch = path.join(layout, `saved-${process.pid}`);
  mkdirSync(scratch);
  try {
    mustRun(docker, ['save', '-o', path.join(scratch, 'image.tar'), image]);
    mustRun(['tar'], ['-C', scratch, '-xf', path.join(scratch, 'image.tar')]);
    rmSync(path.join(scratch, 'image.tar'));
    const saved: readonly SavedImage[] = JSON.parse(readFileSync(path.join(scratch, 'manifest.json'), 'utf8'));
    const [first] = saved;
    if (first === undefined) throw new Error(`docker save ${image}: no image`);
    const config = readFileSync(path.join(scratch, first.Config));
    const { rootfs }: { readonly rootfs: { readonly diff_ids: readonly string[] } } = JSON.parse(config.toString());
    const layers: Descriptor[] = [];
    for (const [index, file] of first.Layers.entries())
      layers.push(addLayer(layout, path.join(scratch, file), rootfs.diff_ids[index] ?? ''));
    const manifest = addBlob(
      layout,
      'application/vnd.oci.image.manifest.v1+json',
      Buffer.from(
        JSON.stringify({
          schemaVersion: 2,
          mediaType: 'application/vnd.oci.image.manifest.v1+json',
          config: addBlob(layout, 'application/vnd.oci.image.config.v1+json', config),
          layers,
        }),
      ),
    );
    addToIndex(layout, manifest);
    writeFileSync(known, manifest.digest);
    return manifest.digest;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function mustRun([program = '', ...first]: readonly string[], args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, [...first, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: exit ${status}\n${stderr}`);
  return stdout.trim();
}

/** As it is: the digest of what is not compressed is known, and nothing here has far to go. */
function addLayer(layout: string, file: string, diffId: string): Descriptor {
  const blob = blobPath(layout, diffId);
  // What two images share is saved as a link.
  if (!existsSync(blob)) renameSync(realpathSync(file), blob);
  return { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: diffId, size: statSync(blob).size };
}

function addBlob(layout: string, mediaType: string, bytes: Buffer): Descriptor {
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  writeFileSync(blobPath(layout, digest), bytes);
  return { mediaType, digest, size: bytes.length };
}

function blobPath(layout: string, digest: string): string {
  return path.join(layout, 'blobs/sha256', digest.slice('sha256:'.length));
}

function addToIndex(layout: string, manifest: Descriptor): void {
  const file = path.join(layout, 'index.json');
  const manifests: readonly Descriptor[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).manifests : [];
  const others = manifests.filter(({ digest }) => digest !== manifest.digest);
  writeFileSync(file, JSON.stringify({ schemaVersion: 2, manifests: [...others, manifest] }));
  writeFileSync(path.join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
}
