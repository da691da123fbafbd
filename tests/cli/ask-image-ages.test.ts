import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, expect, test, vi } from 'vitest';
import { askImageAges } from '../../src/cli/ask-image-ages.ts';
import { snapshotOf } from '../rules/live-case.ts';

const servers: Server[] = [];
const directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-ages-'));
afterEach(() => {
  vi.unstubAllEnvs();
  for (const server of servers.splice(0)) server.close();
  rmSync(directory, { recursive: true, force: true });
});

const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

test('the age of what runs is asked once for all that run it, and not again by the next run', async () => {
  vi.stubEnv('XDG_CACHE_HOME', directory);
  const config = JSON.stringify({
    created: '2026-01-02T03:04:05Z',
    architecture: 'amd64',
    os: 'linux',
    rootfs: { diff_ids: [] },
  });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: { digest: digestOf(config), size: config.length },
    layers: [],
  });
  const asked: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    const body = url.includes('/manifests/') ? manifest : url.includes('/blobs/') ? config : '{}';
    response.writeHead(200, { 'content-type': 'application/vnd.oci.image.manifest.v1+json' }).end(body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const at = server.address();
  const host = typeof at === 'object' && at !== null ? `127.0.0.1:${at.port}` : '';
  const pod = (name: string, tag: string) => `apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: shop}
spec: {nodeName: n, containers: [{name: c, image: "${host}/a/b:${tag}"}]}
status:
  phase: Running
  containerStatuses: [{name: c, image: "${host}/a/b:${tag}", imageID: "${host}/a/b@${digestOf(manifest)}", ready: true, restartCount: 0}]
`;
  const snapshot = snapshotOf([pod('one', '1'), pod('two', '1'), pod('three', '2')].join('---\n'));
  const ages = () =>
    askImageAges(
      snapshot,
      {
        version: '0.0.0-test',
        cwd: '/',
        environment: { HOME: directory },
        stdin: Object.assign(Readable.from([]), { isTTY: false }),
        stdout: { isTTY: false, columns: 100, write: () => undefined },
        stderr: { isTTY: false, write: () => undefined },
      },
      () => undefined,
    );
  const created = '2026-01-02T03:04:05.000Z';
  expect([...(await ages())].sort()).toEqual([
    [`${host}/a/b:1`, created],
    [`${host}/a/b:2`, created],
  ]);
  expect(asked).toEqual(['/v2/', `/v2/a/b/manifests/${digestOf(manifest)}`, `/v2/a/b/blobs/${digestOf(config)}`]);
  await ages();
  expect(asked).toHaveLength(3);
});
