import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runPlimsoll } from './run-plimsoll.ts';

const port = 15_377;
const host = `127.0.0.1:${port}`;
const program = '/usr/bin/docker-registry';
let directory: string;
let server: ChildProcess | undefined;
let digest = '';

describe.skipIf(!existsSync(program))('plimsoll fix --online asks a real registry', () => {
  beforeAll(async () => {
    directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-online-'));
    const config = path.join(directory, 'registry.yml');
    writeFileSync(
      config,
      `version: 0.1\nstorage: {filesystem: {rootdirectory: ${directory}/registry}}\nhttp: {addr: "${host}"}\n`,
    );
    server = spawn(program, ['serve', config], { stdio: 'ignore' });
    await untilItAnswers();
    digest = await push('team/base', '1.4');
    await push('team/base', 'latest');
    await push('team/only-latest', 'latest');
  }, 30_000);
  afterAll(() => {
    server?.kill();
    rmSync(directory, { recursive: true, force: true });
  });

  it('pins what it knows, names what it does not, and finds nothing more to do', () => {
    const project = mkdtempSync(path.join(directory, 'project-'));
    const file = path.join(project, 'Dockerfile');
    writeFileSync(
      file,
      `FROM ${host}/team/base:1.4 AS one\nFROM ${host}/team/base:9 AS two\nFROM ${host}/team/base:1.4\nCOPY --from=one /a /a\nCOPY --from=two /b /b\nUSER 10001\n`,
    );
    writeFileSync(path.join(project, 'renovate.json'), '{}\n');
    const fix = () =>
      runPlimsoll(['fix', project, '--online', '--rule', 'cache/base-digest', '--write', '--quiet', '--no-config']);
    const { status, stderr } = fix();
    expect(stderr).toContain(`${host}/team/base:9: no digest`);
    expect(status).toBe(0);
    const text = readFileSync(file, 'utf8');
    expect(text.split('\n').slice(0, 3)).toEqual([
      `FROM ${host}/team/base:1.4@${digest} AS one`,
      `FROM ${host}/team/base:9 AS two`,
      `FROM ${host}/team/base:1.4@${digest}`,
    ]);
    fix();
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('names the version that latest is, and the digest where no version is the same image', () => {
    const project = mkdtempSync(path.join(directory, 'project-'));
    const file = path.join(project, 'Dockerfile');
    writeFileSync(
      file,
      `FROM ${host}/team/base AS one\nFROM ${host}/team/only-latest:latest\nCOPY --from=one /a /a\nUSER 10001\n`,
    );
    const rules = ['--rule', 'cache/image-tag', '--review'];
    const { status } = runPlimsoll(['fix', project, '--online', ...rules, '--write', '--quiet', '--no-config']);
    expect(status).toBe(0);
    expect(readFileSync(file, 'utf8').split('\n').slice(0, 2)).toEqual([
      `FROM ${host}/team/base:1.4 AS one`,
      `FROM ${host}/team/only-latest:latest@${digest}`,
    ]);
  });
});

async function untilItAnswers(): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const answers = await fetch(`http://${host}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answers) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the registry did not start');
}

/** Pushes an image without layers and gives the digest of its manifest. */
async function push(repository: string, tag: string): Promise<string> {
  const config = JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] } });
  const blob = sha256(config);
  const started = await fetch(`http://${host}/v2/${repository}/blobs/uploads/`, { method: 'POST' });
  const location = new URL(started.headers.get('location') ?? '', `http://${host}`);
  location.searchParams.set('digest', blob);
  const stored = await fetch(location, {
    method: 'PUT',
    body: config,
    headers: { 'content-type': 'application/octet-stream' },
  });
  expect(stored.status).toBe(201);
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: blob, size: config.length },
    layers: [],
  });
  const tagged = await fetch(`http://${host}/v2/${repository}/manifests/${tag}`, {
    method: 'PUT',
    body: manifest,
    headers: { 'content-type': mediaType },
  });
  expect(tagged.status).toBe(201);
  return sha256(manifest);
}

function sha256(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
