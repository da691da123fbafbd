import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasRegistry, type RealRegistry, startRealRegistry } from './real-registry.ts';
import { runPlimsoll } from './run-plimsoll.ts';

let directory: string;
let registry: RealRegistry | undefined;
let host = '';
let digest = '';

describe.skipIf(!hasRegistry)('plimsoll fix --online asks a real registry', () => {
  beforeAll(async () => {
    directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-online-'));
    registry = await startRealRegistry();
    host = `127.0.0.1:${registry.port}`;
    digest = await push('team/base', '1.4');
    await push('team/base', 'latest');
    await push('team/only-latest', 'latest');
  }, 30_000);
  afterAll(() => {
    registry?.stop();
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

  it('takes the version whose digest latest has, not the newest one', async () => {
    for (const tag of ['9.7.2', '9.7', '9', 'latest']) await push('team/db', tag);
    for (const tag of ['26.7.0', '26.7', '26']) await push('team/db', tag, 'arm64');
    const project = mkdtempSync(path.join(directory, 'project-'));
    const file = path.join(project, 'Dockerfile');
    writeFileSync(file, `FROM ${host}/team/db\nUSER 10001\n`);
    const rules = ['--rule', 'cache/image-tag', '--review'];
    runPlimsoll(['fix', project, '--online', ...rules, '--write', '--quiet', '--no-config']);
    expect(readFileSync(file, 'utf8')).toContain(`FROM ${host}/team/db:9.7.2\n`);
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

describe('plimsoll fix --online asks a server for what ADD downloads', () => {
  const content = Buffer.from('a program of the publisher\n'.repeat(10_000));
  let publisher: Server | undefined;
  let address = '';
  beforeAll(async () => {
    directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-checksum-'));
    const [key, certificate] = ['key.pem', 'certificate.pem'].map((name) => path.join(directory, name));
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
        .concat(['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'])
        .concat(['-keyout', key ?? '', '-out', certificate ?? '']),
      { stdio: 'ignore' },
    );
    publisher = createServer(
      { key: readFileSync(key ?? ''), cert: readFileSync(certificate ?? '') },
      (request, response) => {
        if (request.url === '/moved-1.4') response.writeHead(302, { location: '/tool-1.4' }).end();
        else if (request.url === '/tool-1.4') response.end(content);
        else response.writeHead(404).end();
      },
    );
    await new Promise<void>((resolve) => publisher?.listen(0, '127.0.0.1', resolve));
    const place = publisher.address();
    address = `https://localhost:${typeof place === 'object' ? place?.port : ''}`;
  }, 30_000);
  afterAll(() => {
    publisher?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it('writes the checksum of what it serves, names what it does not, and finds nothing more to do', async () => {
    const file = path.join(directory, 'Dockerfile');
    const text = (flag: string) =>
      `# syntax=docker/dockerfile:1.7\nFROM scratch\nADD ${flag}${address}/moved-1.4 /tool\nADD ${address}/gone-1 /gone\nUSER 10001\n`;
    writeFileSync(file, text(''));
    const args = [
      'fix',
      directory,
      '--online',
      '--review',
      '--rule',
      'security/unchecked-add',
      '--write',
      '--quiet',
      '--no-config',
    ];
    const environment = { NODE_EXTRA_CA_CERTS: path.join(directory, 'certificate.pem') };
    const { code, stderr } = await startPlimsoll(args, environment);
    expect(stderr).toContain(`${address}/gone-1: no checksum: localhost`);
    expect(code).toBe(0);
    const fixed = text(`--checksum=sha256:${createHash('sha256').update(content).digest('hex')} `);
    expect(readFileSync(file, 'utf8')).toBe(fixed);
    await startPlimsoll(args, environment);
    expect(readFileSync(file, 'utf8')).toBe(fixed);
  }, 30_000);
});

/** The built command, while a server of this process answers. */
async function startPlimsoll(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly stderr: string }> {
  const main = path.join(import.meta.dirname, '../../dist/cli/main.js');
  const child = spawn(process.execPath, [main, ...args], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stderr };
}

/** Pushes an image without layers and gives the digest of its manifest. */
async function push(repository: string, tag: string, architecture = 'amd64'): Promise<string> {
  const config = JSON.stringify({ architecture, os: 'linux', rootfs: { type: 'layers', diff_ids: [] } });
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
