// What is in an image: layers alone, and with packages and secrets; once from OCI layout (gzip) and once from docker-archive, beside what
// unpacking alone takes and beside dive and syft; then once more, when its layers are known. Limits: issue 6.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';
import { common, layerWorker } from '../scripts/bundles.mjs';
import { benchmarkImage } from './image/build-image.mjs';
import { compare, machine, memorySlack, peer, printTable, root, verdict } from './measure.mjs';

const rounds = Number(process.env.PLIMSOLL_BENCHMARK_ROUNDS ?? 3);
const { archive, layout } = await benchmarkImage();
const { program, threads, cache } = await buildProgram();
const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;

const analysis = (name, reference, mode, ...more) => ({
  name: `Plimsoll, ${name}`,
  command: process.execPath,
  args: [program, reference, mode, threads, ...more],
});
const oci = `oci:${layout}`;
const saved = `docker-archive:${archive}`;
const blobs = gzippedBlobs(layout);
const unpack = (name) => ({
  name: `${name} -dc`,
  command: 'sh',
  args: ['-c', `for f; do ${name} -dc "$f"; done >/dev/null`, 'sh', ...blobs],
});
const optional = (name, command) => (command ? [{ name, ...command }] : []);
const syft = process.env.PLIMSOLL_BENCHMARK_SYFT === 'off' ? undefined : peer('syft');
const dive = peer('dive');
const diveArguments = dive && ['CI=true', `HOME=${path.dirname(program)}`, dive, '--source', 'docker-archive', archive];
/** SHA-256 of a file, as fast as Node.js counts it. */
const digest =
  'const fs=require("fs"),h=require("crypto").createHash("sha256"),b=Buffer.alloc(1<<20),f=fs.openSync(process.argv[1]);for(let n;(n=fs.readSync(f,b));)h.update(b.subarray(0,n));h.digest()';

console.log(machine());
table(
  `OCI layout, ${megabytes(blobs.reduce((sum, file) => sum + statSync(file).size, 0))} of gzip`,
  [
    unpack('gzip'),
    analysis('layers, packages, secrets', oci, 'full'),
    analysis('layers', oci, 'layers'),
    ...(peer('igzip') ? [unpack('igzip')] : []),
    ...optional('syft (packages)', syft && { command: syft, args: [`oci-dir:${layout}`, '-q', '-o', 'json'] }),
  ],
  ([gzip, full], at) =>
    at === 1
      ? [
          verdict(ratio(full.seconds / gzip.seconds), 0.7, ' × gzip -dc'),
          verdict(Math.round(full.memory / 1e6), 300, ' MB', memorySlack),
        ]
      : [],
);
table(
  `docker-archive, ${megabytes(statSync(archive).size)}`,
  [
    analysis('layers', saved, 'layers'),
    analysis('layers, packages, secrets', saved, 'full'),
    ...optional('dive (layers)', dive && { command: 'env', args: diveArguments }),
    // dive takes the bytes as they are; Plimsoll holds them against the digests of the configuration.
    ...optional(
      'dive, then SHA-256 of the archive',
      dive && {
        command: 'sh',
        args: [
          '-c',
          'node=$1 code=$2 file=$3; shift 3; env "$@"; exec "$node" -e "$code" "$file"',
          'sh',
          process.execPath,
          digest,
          archive,
          ...diveArguments,
        ],
      },
    ),
    ...optional('syft (packages)', syft && { command: syft, args: [`docker-archive:${archive}`, '-q', '-o', 'json'] }),
  ],
  ([layers, full, other, withDigests], at) => {
    if (at > 1 || !dive) return [];
    const [own, limit] = at === 0 ? [layers, 1] : [full, 2];
    return [
      verdict(ratio(own.seconds / other.seconds), limit, ' × dive'),
      `${ratio(own.seconds / withDigests.seconds)} × dive and SHA-256`,
      verdict(Math.round(own.memory / 1e6), 300, ' MB', memorySlack),
    ];
  },
);
rmSync(cache, { recursive: true, force: true });
// The first run fills the cache; the archive has the same layers, packed otherwise, and its bytes are held against their digests once.
compare([analysis('', oci, 'full', cache)], 1);
const [verified] = compare([analysis('', saved, 'full', cache)], 1);
/** Images of the lower layers alone: none was seen before. */
const others = [1, 2, 3].map((missing) => analysis('', oci, 'full', cache, String(missing)));
const another = { name: 'Plimsoll, three other images of the same layers', results: compare(others, 1) };
table(
  'The same layers again',
  [
    analysis('layers, packages, secrets', oci, 'full'),
    analysis('from its cache', oci, 'full', cache),
    analysis('the other form, from the cache', saved, 'full', cache),
  ],
  ([first, ...again], at) =>
    at > 0
      ? [verdict(ratio(again[at - 1].seconds / first.seconds), 0.05, ' × the first time')]
      : [
          `${another.name}: ${another.results.map(({ seconds }) => seconds.toFixed(2)).join(', ')} s`,
          `the other form for the first time: ${verified.seconds.toFixed(2)} s`,
        ],
);

function table(title, commands, verdicts) {
  const results = compare(commands, rounds);
  printTable(
    `${title}, median of ${rounds} runs`,
    ['command', 'seconds', 'memory', 'limit'],
    commands.map(({ name }, at) => [
      name,
      results[at].seconds.toFixed(2),
      megabytes(results[at].memory),
      verdicts(results, at).join('; '),
    ]),
  );
}

function ratio(value) {
  return Number(value.toFixed(3));
}

function gzippedBlobs(directory) {
  const blobsDirectory = path.join(directory, 'blobs/sha256');
  return readdirSync(blobsDirectory)
    .map((name) => path.join(blobsDirectory, name))
    .filter((file) => readFileSync(file).subarray(0, 2).equals(Buffer.of(0x1f, 0x8b)));
}

/** What the command line has of it, bundled and compiled ahead as that is (src/cli/load-bundle.ts). */
async function buildProgram() {
  const outdir = path.join(root, '.cache/benchmarks/image/program');
  rmSync(outdir, { recursive: true, force: true });
  mkdirSync(outdir, { recursive: true });
  await build({ ...layerWorker, outdir });
  await build({
    ...common,
    outdir,
    entryPoints: { analyse: 'benchmarks/image/analyse.ts' },
    banner: { js: '(function(require){' },
    footer: { js: '})' },
  });
  const names = { program: 'main.cjs', threads: 'layer-worker.js', cache: 'cache' };
  const files = Object.fromEntries(Object.entries(names).map(([key, name]) => [key, path.join(outdir, name)]));
  cpSync(path.join(root, 'benchmarks/image/load.cjs'), files.program);
  // Else Node.js takes them for the modules that this repository consists of, and no thread starts.
  writeFileSync(path.join(outdir, 'package.json'), '{"type":"commonjs"}');
  // Twice, so that code of the first and of the second look is there.
  for (let time = 0; time < 2; time++) {
    const { status, stderr } = spawnSync(
      process.execPath,
      [files.program, `oci:${layout}`, 'full', files.threads, files.cache],
      { env: { ...process.env, KEEP_CODE: '1' }, encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`${files.program}: exit ${status}\n${stderr}`);
  }
  return files;
}
