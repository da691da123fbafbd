import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What the images must have so that builds over them go through. */
export interface StandInNeeds {
  /** Image references: each becomes an image of its own. */
  readonly images: readonly string[];
  /** Absolute paths that later steps copy from stages and images. */
  readonly outputs: readonly string[];
  /** Names of users and groups. */
  readonly users: readonly string[];
  /** Absolute paths that steps copy from the images themselves. */
  readonly provided: readonly string[];
  /** BusyBox and its own shell instead: what RUN says is run. */
  readonly isReal?: boolean;
}

/**
 * Stand-ins for base images. Unless they are to be real, no program of a RUN is run: the shell notes a digest of the working directory's files and makes the
 * paths that later steps want. What BuildKit looks its cache keys up by is untouched by that; what a RUN leaves behind is not the real
 * thing. Gives the digests of the manifests by reference.
 */
export function makeStandIns(layout: string, needs: StandInNeeds): ReadonlyMap<string, string> {
  mkdirSync(path.join(layout, 'blobs/sha256'), { recursive: true });
  writeFileSync(path.join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  const manifests = needs.images.map((image) => [image, addImage(layout, image, needs)] as const);
  writeFileSync(
    path.join(layout, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: manifests.map(([, descriptor]) => descriptor) }),
  );
  return new Map(manifests.map(([image, { digest }]) => [image, digest]));
}

const shells = ['sh', 'bash', 'ash'];

const quoted = (paths: readonly string[]) => paths.map((each) => `'${each.replaceAll("'", "'\\''")}'`).join(' ');

/** What has an extension is made a file, all else a directory. */
const shell = (outputs: readonly string[]) => `#!/bin/busybox sh
PATH=/bin
/bin/busybox find . -xdev -type f -exec /bin/busybox md5sum {} + 2>/dev/null | /bin/busybox sort | /bin/busybox md5sum >/tmp/digest
for each in ${quoted(outputs.filter((each) => path.extname(each) === ''))}; do
  [ -e "$each" ] || { /bin/busybox mkdir -p "$each" && /bin/busybox cp /tmp/digest "$each/digest"; }
done 2>/dev/null
for each in ${quoted(outputs.filter((each) => path.extname(each) !== ''))}; do
  [ -e "$each" ] || { /bin/busybox mkdir -p "\${each%/*}" && /bin/busybox cp /tmp/digest "$each"; }
done 2>/dev/null
exit 0
`;

function applets(): readonly string[] {
  const { stdout } = spawnSync('/bin/busybox', ['--list'], { encoding: 'utf8' });
  return stdout.split('\n').filter((name) => name !== '' && name !== 'busybox');
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

function addImage(layout: string, image: string, { outputs, users, provided, isReal }: StandInNeeds): Descriptor {
  const root = mkdtempSync(path.join(tmpdir(), 'plimsoll-stand-in-'));
  try {
    for (const directory of ['bin', 'etc', 'tmp', 'usr']) mkdirSync(path.join(root, directory), { mode: 0o777 });
    copyFileSync('/bin/busybox', path.join(root, 'bin/busybox'));
    if (isReal) for (const name of applets()) symlinkSync('busybox', path.join(root, 'bin', name));
    else for (const name of shells) writeFileSync(path.join(root, 'bin', name), shell(outputs), { mode: 0o755 });
    symlinkSync('../bin', path.join(root, 'usr/bin'));
    const ids = ['root', ...users].map((name, at) => [name, at === 0 ? 0 : 1000 + at] as const);
    writeFileSync(
      path.join(root, 'etc/passwd'),
      ids.map(([name, id]) => `${name}:x:${id}:${id}::/:/bin/sh\n`).join(''),
    );
    writeFileSync(path.join(root, 'etc/group'), ids.map(([name, id]) => `${name}:x:${id}:\n`).join(''));
    writeFileSync(path.join(root, 'etc/image'), `${image}\n`);
    for (const each of provided) mkdirSync(path.join(root, each), { recursive: true });
    return addManifest(layout, root, image);
  } finally {
    rmSync(root, { recursive: true });
  }
}

function addManifest(layout: string, root: string, image: string): Descriptor {
  const tar = path.join(layout, `layer-${process.pid}.tar`);
  const packed = spawnSync(
    'tar',
    ['-C', root, '--owner=0', '--group=0', '--sort=name', '--mtime=@0', '-cf', tar, '.'],
    { encoding: 'utf8' },
  );
  if (packed.status !== 0) throw new Error(`tar: ${packed.stderr}`);
  const digest = spawnSync('sha256sum', [tar], { encoding: 'utf8' }).stdout.slice(0, 64);
  const layer = {
    mediaType: 'application/vnd.oci.image.layer.v1.tar',
    digest: `sha256:${digest}`,
    size: statSync(tar).size,
  };
  copyFileSync(tar, path.join(layout, 'blobs/sha256', digest));
  rmSync(tar);
  const config = addBlob(layout, 'application/vnd.oci.image.config.v1+json', {
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: { Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'], Labels: { stands: image } },
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  });
  return addBlob(layout, 'application/vnd.oci.image.manifest.v1+json', {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config,
    layers: [layer],
  });
}

function addBlob(layout: string, mediaType: string, value: unknown): Descriptor {
  const bytes = Buffer.from(JSON.stringify(value));
  const digest = createHash('sha256').update(bytes).digest('hex');
  writeFileSync(path.join(layout, 'blobs/sha256', digest), bytes);
  return { mediaType, digest: `sha256:${digest}`, size: bytes.length };
}
