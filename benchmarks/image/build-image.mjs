// The image that benchmarks/image.mjs looks into, built by the tests' engine and kept in .cache: as docker-archive and as OCI layout.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { root } from '../measure.mjs';

const tag = 'plimsoll-benchmark/image:1';
const media = 'application/vnd.oci.image';

/** Builds what is missing; gives the paths of both forms. */
export async function benchmarkImage() {
  const directory = path.join(root, '.cache/benchmarks/image');
  const archive = path.join(directory, 'image.tar');
  const layout = path.join(directory, 'layout');
  mkdirSync(directory, { recursive: true });
  if (!existsSync(archive)) save(archive);
  if (!existsSync(path.join(layout, 'index.json'))) await toLayout(archive, layout);
  return { archive, layout };
}

function save(archive) {
  run('scripts/base-images', ['node']);
  const docker = [
    process.env.PLIMSOLL_DOCKER ?? '/usr/bin/docker',
    '-H',
    `unix://${run('scripts/engine', ['up']).trim()}`,
  ];
  const context = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-image-'));
  try {
    for (const name of ['node_modules', 'src', 'tests', 'docs'])
      cpSync(path.join(root, name), path.join(context, name), { recursive: true, dereference: true });
    const dockerfile = path.join(root, 'benchmarks/image/Dockerfile');
    run(docker[0], [...docker.slice(1), 'build', '--network=none', '-q', '-t', tag, '-f', dockerfile, context]);
  } finally {
    rmSync(context, { recursive: true });
  }
  run(docker[0], [...docker.slice(1), 'save', '-o', `${archive}.part`, tag]);
  run(docker[0], [...docker.slice(1), 'rmi', tag]);
  renameSync(`${archive}.part`, archive);
}

/** Layers gzipped as registries have them. */
async function toLayout(archive, layout) {
  const blobs = path.join(layout, 'blobs/sha256');
  rmSync(layout, { recursive: true, force: true });
  mkdirSync(blobs, { recursive: true });
  const saved = mkdtempSync(path.join(path.dirname(layout), 'saved-'));
  try {
    run('tar', ['-C', saved, '-xf', archive]);
    const [image] = JSON.parse(readFileSync(path.join(saved, 'manifest.json'), 'utf8'));
    const layers = [];
    for (const layer of image.Layers)
      layers.push(await blob(blobs, `${media}.layer.v1.tar+gzip`, path.join(saved, layer), createGzip({ level: 6 })));
    const config = await blob(blobs, `${media}.config.v1+json`, path.join(saved, image.Config));
    const file = path.join(saved, 'oci.json');
    const manifest = { schemaVersion: 2, mediaType: `${media}.manifest.v1+json`, config, layers };
    writeFileSync(file, JSON.stringify(manifest));
    const manifests = [await blob(blobs, manifest.mediaType, file)];
    writeFileSync(path.join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
    writeFileSync(path.join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
  } finally {
    rmSync(saved, { recursive: true });
  }
}

async function blob(blobs, mediaType, file, ...through) {
  const part = path.join(blobs, 'part');
  const hash = createHash('sha256');
  const hashing = new Transform({
    transform(chunk, _, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await pipeline(createReadStream(file), ...through, hashing, createWriteStream(part));
  const hex = hash.digest('hex');
  renameSync(part, path.join(blobs, hex));
  return { mediaType, digest: `sha256:${hex}`, size: statSync(path.join(blobs, hex)).size };
}

function run(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: exit ${status}\n${stderr}`);
  return stdout;
}
