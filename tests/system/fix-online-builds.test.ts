import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:https';
import { homedir, tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildkitMissing } from './buildkit-builder.ts';
import { hasRegistry, type RealRegistry, startRealRegistry } from './real-registry.ts';

// What `fix --online` pins is built by the newest BuildKit, before and after: a download from a real server over TLS, and a base image of a real
// registry. Its own daemon trusts the certificate of the test's server.

const root = path.join(import.meta.dirname, '../..');
const script = path.join(root, 'scripts/buildkit');

describe.skipIf(!hasRegistry || buildkitMissing)('what fix --online pins builds as before', () => {
  let directory: string;
  let registry: RealRegistry;
  let publisher: Server;
  let address: string;
  let base: string;
  let environment: NodeJS.ProcessEnv;
  let content: string;

  beforeAll(async () => {
    directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-pinned-'));
    const [key, certificate] = [path.join(directory, 'key.pem'), path.join(directory, 'certificate.pem')];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
        .concat(['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'])
        .concat(['-keyout', key, '-out', certificate]),
      { stdio: 'ignore' },
    );
    publisher = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (_, response) => {
      response.end(content);
    });
    await new Promise<void>((resolve) => publisher.listen(0, '127.0.0.1', resolve));
    const place = publisher.address();
    address = `https://localhost:${typeof place === 'object' ? place?.port : ''}`;
    registry = await startRealRegistry();
    base = `127.0.0.1:${registry.port}/team/base`;
    environment = {
      ...process.env,
      PLIMSOLL_BUILDKIT_DIR: daemonDirectory(directory),
      SSL_CERT_FILE: certificate,
      NODE_EXTRA_CA_CERTS: certificate,
    };
    execFileSync(script, ['up'], { env: environment, stdio: 'ignore' });
  }, 60_000);

  afterAll(() => {
    spawnSync(script, ['down'], { env: environment, stdio: 'ignore' });
    publisher.close();
    registry.stop();
    rmSync(directory, { recursive: true, force: true });
  }, 30_000);

  beforeEach(async () => {
    content = 'version 1.4 of a program\n';
    await pushBase('the base of the day');
  });

  it.each([
    {
      name: 'ADD --checksum',
      rule: 'security/unchecked-add',
      before: () => `FROM scratch\nADD ${address}/tool-1.4 /tool\nUSER 10001\n`,
      changed: /^ADD --checksum=sha256:[0-9a-f]{64} https:/m,
      /** The publisher has replaced its file: who checks it does not take it. */
      async later(build: (file: string) => Promise<Record<string, string>>, original: string, fixed: string) {
        content = 'another program\n';
        expect(Object.values(await build(original))).toEqual([expect.stringContaining('another program')]);
        // What it has by that checksum it would take from its cache.
        await run(script, ['ctl', 'prune']);
        await expect(build(fixed)).rejects.toThrow(/digest mismatch/);
      },
    },
    {
      name: 'a digest behind the tag of the base',
      rule: 'cache/base-digest',
      before: () => `FROM ${base}:1.4\nUSER 10001\n`,
      changed: /^FROM \S+:1\.4@sha256:[0-9a-f]{64}$/m,
      /** The tag has moved: who names the digest has the base of before. */
      async later(build: (file: string) => Promise<Record<string, string>>, original: string, fixed: string) {
        await pushBase('the base of another day');
        expect(Object.values(await build(original))).toEqual([expect.stringContaining('another day')]);
        expect(Object.values(await build(fixed))).toEqual([expect.stringContaining('the base of the day')]);
      },
    },
  ])(
    '$name',
    async ({ rule, before, changed, later }) => {
      const project = mkdtempSync(path.join(directory, 'project-'));
      const file = path.join(project, 'Dockerfile');
      const original = `# syntax=docker/dockerfile:1.7\n${before()}`;
      writeFileSync(file, original);
      const asBefore = await buildFiles(original);
      await run(
        process.execPath,
        [path.join(root, 'dist/cli/main.js'), 'fix', project, '--online', '--review', '--rule', rule, '--write'].concat(
          ['--quiet', '--no-config'],
        ),
      );
      const fixed = readFileSync(file, 'utf8');
      expect(fixed).toMatch(changed);
      expect(await buildFiles(fixed)).toEqual(asBefore);
      await later(buildFiles, original, fixed);
    },
    60_000,
  );

  /** Builds without a cache, and gives mode and content of every file of the image. */
  async function buildFiles(dockerfile: string): Promise<Record<string, string>> {
    const context = mkdtempSync(path.join(directory, 'context-'));
    const result = path.join(context, 'result');
    mkdirSync(path.join(context, 'sent'));
    writeFileSync(path.join(context, 'sent/Dockerfile'), dockerfile);
    await build(path.join(context, 'sent'), `type=local,dest=${result}`);
    return Object.fromEntries(
      readdirSync(result).map((name) => {
        const file = path.join(result, name);
        return [name, `${(statSync(file).mode & 0o7777).toString(8)} ${readFileSync(file, 'utf8')}`];
      }),
    );
  }

  async function pushBase(text: string): Promise<void> {
    const context = mkdtempSync(path.join(directory, 'base-'));
    writeFileSync(path.join(context, 'Dockerfile'), 'FROM scratch\nCOPY base.txt /\n');
    writeFileSync(path.join(context, 'base.txt'), text);
    await build(context, `type=image,name=${base}:1.4,push=true,registry.insecure=true`);
  }

  function build(context: string, output: string): Promise<void> {
    return run(script, [
      ...['ctl', 'build', '--progress=plain', '--no-cache', '--frontend', 'dockerfile.v0', '--output', output],
      ...['--local', `context=${context}`, '--local', `dockerfile=${context}`],
      // The front end that is built in, whatever a syntax line asks for: there is no registry to have another one from.
      ...['--opt', 'cmdline=built-in', '--opt', 'image-resolve-mode=pull'],
    ]);
  }

  /** The server of this process answers meanwhile. */
  async function run(program: string, args: readonly string[]): Promise<void> {
    const child = spawn(program, args, { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    if (code !== 0) throw new Error(`${program} ${args[0]}: exit ${code}\n${said.slice(-4000)}`);
  }
});

/** The daemon of the other tests, built once, with data of its own. */
function daemonDirectory(directory: string): string {
  const own = path.join(directory, 'buildkit');
  const cache = process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache');
  const built = process.env.PLIMSOLL_BUILDKIT_DIR ?? path.join(cache, 'plimsoll/buildkit');
  mkdirSync(own);
  for (const name of readdirSync(built))
    if (name.startsWith('bin-')) symlinkSync(path.join(built, name), path.join(own, name));
  return own;
}
