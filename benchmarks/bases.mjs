// `plimsoll bases` on 500 Dockerfiles that name 60 repositories of 20 tags in a real docker-registry, whole process. The server in front of the registry asks for a token of
// each repository, and counts: no request is sent twice. Beside it skopeo, which lists the tags of one repository a call and does nothing else of it.
// Limit: no request twice.
import { execFile, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { promisify } from 'node:util';
import { machine, plimsoll, printTable, scratchDirectory, verdict } from './measure.mjs';

const files = 500;
const repositories = 60;
const tags = 20;
const directory = scratchDirectory('bases');
const own = 42_000 + (process.pid % 1000);
const config = path.join(directory, 'registry.yml');
writeFileSync(
  config,
  `version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: ${directory}/data}}\nhttp: {addr: "127.0.0.1:${own}"}\n`,
);
const registry = spawn('docker-registry', ['serve', config], { stdio: 'ignore' });
let asked = [];
const server = http.createServer((incoming, response) => {
  const { url = '', method = '', headers } = incoming;
  asked.push(`${method} ${url}`);
  if (url.startsWith('/token')) {
    const scope = new URL(url, 'http://registry').searchParams.get('scope');
    return void response.end(JSON.stringify({ token: scope }));
  }
  const repository = /^\/v2\/(.+)\/(?:manifests|tags|blobs)\//.exec(url)?.[1];
  const scope = `repository:${repository}:pull`;
  if (headers.authorization !== `Bearer ${scope}`) {
    const realm = `http://127.0.0.1:${server.address().port}/token`;
    response.writeHead(401, {
      'www-authenticate': `Bearer realm="${realm}",service="bench"${repository ? `,scope="${scope}"` : ''}`,
    });
    return void response.end();
  }
  const { authorization: _, ...others } = headers;
  const forwarded = http.request({ host: '127.0.0.1', port: own, path: url, method, headers: others }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  forwarded.on('error', () => response.destroy());
  incoming.pipe(forwarded);
});

try {
  await untilItAnswers();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${server.address().port}`;
  const digests = [];
  for (let at = 0; at < repositories; at++) digests.push(await push(`acme/app-${at}`));
  const project = path.join(directory, 'project');
  for (let at = 0; at < files; at++) {
    const [first, second] = [at % repositories, (at * 7 + 3) % repositories];
    const pinned = at % 3 === 0 ? `@${digests[first]}` : '';
    mkdirSync(path.join(project, `service-${at}`), { recursive: true });
    writeFileSync(
      path.join(project, `service-${at}`, 'Dockerfile'),
      `FROM ${host}/acme/app-${first}:1.0.0${pinned} AS build\nRUN make\nFROM ${host}/acme/app-${second}:1.${at % 2}.0\nCOPY --from=build /a /a\n`,
    );
  }
  const cold = await measure(process.execPath, [plimsoll, 'bases', '--json', '--quiet', project]);
  const warm = await measure(process.execPath, [plimsoll, 'bases', '--json', '--quiet', project]);
  const report = JSON.parse(cold.stdout);
  const unknown = report.images.flatMap((image) => image.unknown).length;
  const skopeo = spawnSync('skopeo', ['--version']).status === 0 ? await listWithSkopeo(host) : undefined;
  console.log(machine());
  printTable(
    `500 Dockerfiles, ${report.images.length} images of ${repositories} repositories`,
    ['what', 'seconds', 'requests', 'sent twice'],
    [
      ['plimsoll bases, 500 Dockerfiles', cold.seconds.toFixed(2), cold.asked.length, twice(cold.asked)],
      ['plimsoll bases, the second run', warm.seconds.toFixed(2), warm.asked.length, twice(warm.asked)],
      ...(skopeo
        ? [
            [
              `skopeo list-tags, ${repositories} repositories`,
              skopeo.seconds.toFixed(2),
              skopeo.asked.length,
              twice(skopeo.asked),
            ],
          ]
        : []),
    ],
  );
  console.log(`\n${unknown} unknown`);
  console.log(`requests sent twice: ${verdict(twice(cold.asked) + twice(warm.asked), 0, '', 1)}`);
  if (unknown > 0) process.exitCode = 1;
} finally {
  server.closeAllConnections();
  server.close();
  registry.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
}

function twice(requests) {
  return requests.length - new Set(requests).size;
}

/** Asynchronous: the server that is asked is this process. */
async function measure(command, args) {
  asked = [];
  const begun = performance.now();
  const { stdout } = await promisify(execFile)(command, args, {
    maxBuffer: 1 << 28,
    env: { ...process.env, XDG_CACHE_HOME: path.join(directory, 'cache') },
  }).catch((error) => {
    // Something is to be updated: that is a result.
    if (error.code !== 1) throw error;
    return error;
  });
  return { stdout, seconds: (performance.now() - begun) / 1000, asked };
}

async function listWithSkopeo(host) {
  asked = [];
  const begun = performance.now();
  for (let at = 0; at < repositories; at++)
    await promisify(execFile)('skopeo', ['list-tags', '--tls-verify=false', `docker://${host}/acme/app-${at}`]);
  return { seconds: (performance.now() - begun) / 1000, asked };
}

async function untilItAnswers() {
  for (let attempt = 0; attempt < 100; attempt++) {
    const answers = await fetch(`http://127.0.0.1:${own}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answers) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('docker-registry does not start: scripts/system-parts registry');
}

/** One image, under all tags; gives its digest. */
async function push(repository) {
  const base = `http://127.0.0.1:${own}/v2/${repository}`;
  const put = async (url, type, body) => {
    const { ok, status } = await fetch(url, { method: 'PUT', headers: { 'content-type': type }, body });
    if (!ok) throw new Error(`PUT ${url}: ${status}`);
  };
  const digestOf = (body) => `sha256:${createHash('sha256').update(body).digest('hex')}`;
  const configuration = Buffer.from(
    JSON.stringify({
      os: 'linux',
      architecture: 'amd64',
      config: {},
      rootfs: { type: 'layers', diff_ids: [] },
      of: repository,
    }),
  );
  const { headers } = await fetch(`${base}/blobs/uploads/`, { method: 'POST' });
  const upload = new URL(headers.get('location') ?? '', base);
  upload.searchParams.set('digest', digestOf(configuration));
  await put(upload.href, 'application/octet-stream', configuration);
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType,
      config: {
        mediaType: 'application/vnd.oci.image.config.v1+json',
        digest: digestOf(configuration),
        size: configuration.length,
      },
      layers: [],
    }),
  );
  for (let tag = 0; tag < tags; tag++) await put(`${base}/manifests/1.${tag % 4}.${tag}`, mediaType, manifest);
  for (const tag of ['1.0.0', '1.1.0']) await put(`${base}/manifests/${tag}`, mediaType, manifest);
  return digestOf(manifest);
}
