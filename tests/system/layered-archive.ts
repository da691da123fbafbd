import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A layer by its name: files with their bytes. The same name gives the same layer. */
export type LayerFiles = Readonly<Record<string, number>>;

/**
 * Writes images as `docker save` does, without an engine, whose layers come from a set that they share.
 * @param directory where it may write
 */
export function archiveWriter(directory: string) {
  const layers = new Map<string, string>();
  const layerDigest = (name: string, files: LayerFiles): string => {
    const known = layers.get(name);
    if (known !== undefined) return known;
    const root = path.join(directory, `root-${name}`);
    mkdirSync(root, { recursive: true });
    for (const [file, bytes] of Object.entries(files)) writeFileSync(path.join(root, file), randomBytes(bytes));
    const archive = path.join(directory, `${name}.tar`);
    execFileSync('tar', ['-C', root, '--owner=0', '--group=0', '--mtime=@0', '--sort=name', '-cf', archive, '.']);
    const digest = createHash('sha256').update(readFileSync(archive)).digest('hex');
    layers.set(name, digest);
    return digest;
  };
  /** @returns the archive */
  return (
    reference: string,
    given: Readonly<Record<string, LayerFiles>>,
    labels: Readonly<Record<string, string>> = {},
  ): string => {
    const names = Object.keys(given);
    const created = new Date().toISOString();
    const configuration = {
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      created,
      config: { Cmd: ['/none'], Labels: { reference, ...labels } },
      history: names.map((name) => ({ created, created_by: `COPY ${name} /` })),
      rootfs: { type: 'layers', diff_ids: names.map((name) => `sha256:${layerDigest(name, given[name] ?? {})}`) },
    };
    writeFileSync(path.join(directory, 'config.json'), JSON.stringify(configuration));
    const files = names.map((name) => `${name}.tar`);
    const manifest = [{ Config: 'config.json', RepoTags: [reference], Layers: files }];
    writeFileSync(path.join(directory, 'manifest.json'), JSON.stringify(manifest));
    const archive = path.join(directory, `${reference.replaceAll(/\W/g, '-')}.image.tar`);
    execFileSync('tar', ['-C', directory, '-cf', archive, 'manifest.json', 'config.json', ...files]);
    return archive;
  };
}
