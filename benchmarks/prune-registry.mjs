// A plan for 10,000 tags in 500 repositories of a local docker-registry, whole process, with its peak of memory: limits 60 s on two cores and 300 MB.
// Beside it what regclient (regctl) and skopeo do of the same step where they are installed: the tags with the digests and dates of their images, which is what a
// script that deletes by age has to ask; neither looks at workloads, indexes or referrers.
// The storage is written as the registry would have, so that nothing has to be pushed. PLIMSOLL_PRUNE_TAGS and PLIMSOLL_PRUNE_REPOSITORIES make it smaller.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { compare, machine, memorySlack, peer, plimsoll, printTable, scratchDirectory, verdict } from './measure.mjs';

const repositories = Number(process.env.PLIMSOLL_PRUNE_REPOSITORIES ?? 500);
const tags = Number(process.env.PLIMSOLL_PRUNE_TAGS ?? 10_000);
const perRepository = Math.ceil(tags / repositories);
/** So many repositories a peer is asked of: one process for each tag would take half an hour for all. */
const peerRepositories = Math.min(5, repositories);
const limits = { seconds: 60, memory: 300e6 };

const program = '/usr/bin/docker-registry';
const directory = scratchDirectory('prune-registry');
const store = path.join(directory, 'data/docker/registry/v2');
const written = new Set();
const digestOf = (body) => `sha256:${createHash('sha256').update(body).digest('hex')}`;
const file = (name, body) => {
  mkdirSync(path.dirname(name), { recursive: true });
  writeFileSync(name, body);
};

function blob(body) {
  const digest = digestOf(body);
  if (!written.has(digest)) file(path.join(store, 'blobs/sha256', digest.slice(7, 9), digest.slice(7), 'data'), body);
  written.add(digest);
  return digest;
}

function image(repository, tag, created) {
  const its = path.join(store, 'repositories', repository);
  const link = (where, digest) => file(path.join(its, where, 'link'), digest);
  const layers = ['base', `runtime ${tag % 20}`, `${repository} ${tag}`].map((body) => ({
    mediaType: 'application/vnd.oci.image.layer.v1.tar',
    digest: blob(body),
    size: body.length,
  }));
  const configuration = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    created,
    config: { Labels: { repository, tag: String(tag) } },
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
  });
  const config = {
    mediaType: 'application/vnd.oci.image.config.v1+json',
    digest: blob(configuration),
    size: configuration.length,
  };
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = blob(JSON.stringify({ schemaVersion: 2, mediaType, config, layers }));
  for (const { digest } of [config, ...layers]) link(`_layers/sha256/${digest.slice(7)}`, digest);
  link(`_manifests/revisions/sha256/${manifest.slice(7)}`, manifest);
  link(`_manifests/tags/1.${tag}.0/current`, manifest);
  link(`_manifests/tags/1.${tag}.0/index/sha256/${manifest.slice(7)}`, manifest);
}

const port = await new Promise((resolve) => {
  const server = net.createServer().listen(0, '127.0.0.1', () => {
    const { port: free } = server.address();
    server.close(() => resolve(free));
  });
});
const host = `127.0.0.1:${port}`;
const nameOf = (at) => `team-${at % 10}/service-${at}`;
let registry;
try {
  for (let at = 0; at < repositories; at++)
    for (let tag = 0; tag < perRepository; tag++)
      image(nameOf(at), tag, new Date(Date.now() - (tag * 10 + at / repositories) * 86_400_000).toISOString());
  const config = path.join(directory, 'registry.yml');
  writeFileSync(
    config,
    `version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: ${directory}/data}}\nhttp: {addr: "${host}"}\n`,
  );
  registry = spawn(program, ['serve', config], { stdio: 'ignore' });
  await new Promise((resolve) => setTimeout(resolve, 1500));

  const command = [plimsoll, 'prune', 'registry', host, '--no-config', '--keep-last', '5', '--json'];
  const [ours] = compare([{ command: process.execPath, args: command }], 1);
  const plan = JSON.parse(spawnSync(process.execPath, command, { encoding: 'utf8', maxBuffer: 1 << 30 }).stdout);
  const items = plan.repositories.flatMap((each) => each.items);
  const deleted = items.filter(({ decision }) => decision === 'delete').length;
  const rows = [
    [
      'plimsoll, all of it',
      `${items.length} in ${plan.repositories.length}`,
      `${ours.seconds.toFixed(1)} s`,
      `${Math.round(ours.memory / 1e6)} MB`,
    ],
  ];
  const some = [
    plimsoll,
    'prune',
    'registry',
    ...Array.from({ length: peerRepositories }, (_, at) => `${host}/${nameOf(at)}`),
  ];
  const [few] = compare([{ command: process.execPath, args: [...some, '--no-config', '--json'] }], 3);
  const part = `${peerRepositories * perRepository} in ${peerRepositories}`;
  rows.push(['plimsoll, some repositories', part, `${few.seconds.toFixed(1)} s`, `${Math.round(few.memory / 1e6)} MB`]);
  for (const [name, script] of [
    [
      'regctl',
      (tool) =>
        `for r in $NAMES; do for t in $(${tool} tag ls ${host}/$r); do ${tool} image config --format '{{.Created}}' ${host}/$r:$t; done; done`,
    ],
    [
      'skopeo',
      (tool) =>
        `for r in $NAMES; do for t in $(${tool} list-tags --tls-verify=false docker://${host}/$r | grep -o '1\\.[0-9]*\\.0'); do ${tool} inspect --tls-verify=false --no-tags --format '{{.Created}}' docker://${host}/$r:$t; done; done`,
    ],
  ]) {
    const tool = peer(name);
    if (tool === undefined) continue;
    const names = Array.from({ length: peerRepositories }, (_, at) => nameOf(at)).join(' ');
    if (name === 'regctl') spawnSync(tool, ['registry', 'set', '--tls', 'disabled', host]);
    const [theirs] = compare([{ command: '/bin/sh', args: ['-c', `NAMES="${names}"; ${script(tool)}`] }], 1);
    rows.push([
      `${name}, dates of all tags`,
      part,
      `${theirs.seconds.toFixed(1)} s`,
      `${Math.round(theirs.memory / 1e6)} MB`,
    ]);
  }
  printTable(
    `A registry of ${tags} tags in ${repositories} repositories (${machine()})`,
    ['', 'manifests', 'time', 'memory'],
    rows,
  );
  console.log(`\n${deleted} of ${items.length} would be deleted`);
  console.log(`time: ${verdict(ours.seconds, limits.seconds, ' s')}`);
  console.log(`memory: ${verdict(ours.memory / 1e6, limits.memory / 1e6, ' MB', memorySlack)}`);
  if (items.length !== repositories * perRepository) throw new Error('not all tags are in the plan');
} finally {
  registry?.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
}
