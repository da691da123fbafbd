import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { command } from '../../src/cli/commands/bases.ts';
import { runCommand } from '../cli/run-command.ts';
import { type FaultyRegistry, startFaultyRegistry } from './faulty-registry.ts';
import { hasSkopeo } from './image-stores.ts';
import { hasRegistry, startRealRegistry } from './real-registry.ts';
import { pushTagged } from './tagged-images.ts';

// A real docker-registry (distribution 2.8) whose tags skopeo pushed, behind a server that counts what is asked and spoils what it is told to.

const oracle = path.join(import.meta.dirname, '../../.cache/bin/oracles');
const missing = !hasRegistry || !hasSkopeo;
const reason = 'docker-registry or skopeo is missing: scripts/system-parts registry skopeo';
const hasBuildah = existsSync('/usr/bin/buildah');

/** The registry is served by this very process, which must not wait. */
const buildah = (...args: string[]) =>
  promisify(execFile)(
    'buildah',
    ['--root', path.join(directory, 'storage'), '--runroot', path.join(directory, 'run'), ...args],
    {
      timeout: 60_000,
      env: { ...process.env, BUILDAH_ISOLATION: 'chroot', STORAGE_DRIVER: 'vfs' },
    },
  );

const labels = (revision: string) => ({
  'org.opencontainers.image.source': 'https://git.example/acme/app',
  'org.opencontainers.image.revision': revision,
});

let registry: FaultyRegistry;
let digests: ReadonlyMap<string, string>;
let directory = '';

beforeAll(async () => {
  if (missing && process.env.CI === 'true') throw new Error(reason);
  if (missing) return;
  registry = await startFaultyRegistry();
  digests = await pushTagged(registry.ownHost, 'acme/app', [
    { tag: '1.4.2', labels: labels('aaa111') },
    { tag: '1.4.10', labels: labels('bbb222') },
    { tag: '1.4.2-slim' },
    { tag: '1.4.10-slim' },
    { tag: '1.5.0-rc.1' },
    { tag: '2.0.1' },
    { tag: '1.9.9-alpine' },
  ]);
  await pushTagged(registry.ownHost, 'acme/db', [{ tag: 'v3.1.0' }, { tag: 'v3.2.0' }]);
});
afterAll(() => {
  if (!missing) registry.stop();
});

beforeEach((context) => {
  if (missing) context.skip(reason);
  directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-bases-'));
  vi.stubEnv('XDG_CACHE_HOME', path.join(directory, 'cache'));
  registry.spoil(() => undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true, force: true });
});

const project = () => path.join(directory, 'shop');
const bases = (...args: string[]) =>
  runCommand(command, project(), args, { environment: { HOME: directory, PATH: process.env.PATH } });
const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: project(), encoding: 'utf8' });

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(project(), name)), { recursive: true });
    writeFileSync(path.join(project(), name), text);
  }
}

const read = (name: string) => readFileSync(path.join(project(), name), 'utf8');

/** A repository that names the two images in files of every kind, some pinned. */
function everyFile(app: string, db: string, slim: string, digest: string): Readonly<Record<string, string>> {
  const { host } = registry;
  return {
    'web/Dockerfile': `ARG VERSION=${app}\n# kept\nFROM ${host}/acme/app:\${VERSION} AS build\nFROM ${host}/acme/app:${slim}\nCOPY --from=${host}/acme/db:${db} /a /a\nUSER 10001\n`,
    'compose.yaml': `services:\n  app:\n    image: "${host}/acme/app:${app}"  # kept\n  db:\n    image: ${host}/acme/db:\${DB:-${db}}\n`,
    'deploy/pod.yaml': `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n    - name: a\n      image: ${host}/acme/app:${app}@${digest}\n`,
    'overlay/kustomization.yaml': `resources: [base.yaml]\nimages:\n  - name: db\n    newName: ${host}/acme/db\n    newTag: ${db}\n`,
    'overlay/base.yaml':
      'apiVersion: v1\nkind: Pod\nmetadata: {name: b}\nspec:\n  containers:\n    - {name: b, image: db}\n',
    'chart/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n',
    'chart/values.yaml': `app:\n  image:\n    registry: ${host}\n    repository: acme/app\n    tag: ${app}\n`,
    'docker-bake.hcl': `variable "DB" { default = "${db}" }\ntarget "web" {\n  context = "web"\n  contexts = {\n    a = "docker-image://${host}/acme/app:${app}" # kept\n    b = "docker-image://${host}/acme/db:\${DB}"\n  }\n}\n`,
    'tool/Dockerfile': `# syntax=${host}/acme/db:${db}\nFROM scratch\nCOPY a /a\n`,
    '.github/workflows/ci.yaml': `jobs:\n  test:\n    container: {image: ${host}/acme/db:${db}}\n    steps:\n      - uses: docker://${host}/acme/app:${app}\n`,
  };
}

const old = () => everyFile('1.4.2', 'v3.1.0', '1.4.2-slim', digests.get('1.4.2') ?? '');
const current = () => everyFile('1.4.10', 'v3.2.0', '1.4.10-slim', digests.get('1.4.10') ?? '');

describe('an update from a real registry', () => {
  test('names what is newer on the same track and after it, asking for nothing twice', async () => {
    write({ ...old(), 'plimsoll.yaml': `bases: {allowed: {"*/acme/app": "<1.9 || 2.x"}}\n` });
    const { code, stdout } = await bases('--no-helm', '--json');
    expect(code).toBe(1);
    const { images } = JSON.parse(stdout);
    const { host } = registry;
    expect(
      images.map(({ image, newer, next, unknown }: Record<string, unknown>) => ({ image, newer, next, unknown })),
    ).toEqual(
      [
        { image: `${host}/acme/app:1.4.2`, newer: { tag: '1.4.10', digest: null }, next: ['2.0.1'] },
        { image: `${host}/acme/app:1.4.2-slim`, newer: { tag: '1.4.10-slim', digest: null }, next: [] },
        {
          image: `${host}/acme/app:1.4.2@${digests.get('1.4.2')}`,
          newer: { tag: '1.4.10', digest: digests.get('1.4.10') },
          next: ['2.0.1'],
        },
        { image: `${host}/acme/db:v3.1.0`, newer: { tag: 'v3.2.0', digest: null }, next: [] },
      ].map((each) => ({
        ...each,
        next: each.next.map((tag) => ({ line: tag.slice(0, 1), tag, ends: null })),
        unknown: [],
      })),
    );
    const asked = registry.asked.map(({ method, url }) => `${method} ${url}`);
    expect([...asked].sort()).toEqual([...new Set(asked)].sort());
    expect(asked).toHaveLength(5);
  });

  test('names a tag that may be newer and is not compared, and takes one that counts builds', async () => {
    const { host } = registry;
    await pushTagged(registry.ownHost, 'acme/counted', [
      { tag: '1.2.3-p3' },
      { tag: '1.2.3-p4' },
      { tag: '1.2.3-k3s1' },
      { tag: '1.2.3-k3s2' },
    ]);
    write({ Dockerfile: `FROM ${host}/acme/counted:1.2.3-p3\nFROM ${host}/acme/counted:1.2.3-k3s1\n` });
    const { code, stdout } = await bases();
    expect([code, stdout]).toEqual([
      1,
      `Dockerfile:2:6: warning bases/newer: ${host}/acme/counted:1.2.3-k3s1 is behind 1.2.3-k3s2 on its track.\n` +
        `Dockerfile:1:6: unknown bases/newer: ${host}/acme/counted:1.2.3-p3: not compared with 1.2.3-p4: the tags do not show whether the number that they differ in counts builds\n`,
    ]);
  });

  test('writes tag and digest everywhere the images are named, and then has nothing to do', async () => {
    write(old());
    const shown = await bases('--fix');
    expect(shown.stdout).toContain('Nothing is written yet.');
    expect(read('compose.yaml')).toBe(old()['compose.yaml']);
    const { code } = await bases('--write');
    expect(code).toBe(0);
    for (const [name, text] of Object.entries(current())) expect([name, read(name)]).toEqual([name, text]);
    expect((await bases('--fix')).stdout).toContain('nothing to repair');
    expect((await bases()).code).toBe(0);
  });

  test.skipIf(!existsSync(oracle))('BuildKit takes what was written', async () => {
    write(old());
    await bases('--write');
    const file = path.join(project(), 'web/Dockerfile');
    const verdict = execFileSync(oracle, ['dockerfile'], { input: `${file}\n`, encoding: 'utf8' });
    expect(JSON.parse(verdict)).toMatchObject({ accepted: true });
  });

  test('gives a patch that git applies', async () => {
    write(old());
    git('init', '-q');
    git('add', '.');
    git('commit', '-q', '-m', 'one');
    const { bytes } = await bases('--patch', '-');
    execFileSync('git', ['apply', '-'], { cwd: project(), input: bytes });
    for (const [name, text] of Object.entries(current())) expect([name, read(name)]).toEqual([name, text]);
  });

  test('makes a branch whose commit says from what to what and from which sources, and touches no file', async () => {
    write(old());
    git('init', '-q', '-b', 'main');
    git('config', 'user.name', 'a');
    git('config', 'user.email', 'a@b');
    git('add', '.');
    git('commit', '-q', '-m', 'one');
    const { code, stdout } = await bases('--branch', 'bases');
    expect([code, stdout]).toEqual([
      0,
      expect.stringMatching(/^made branch bases with [0-9a-f]{12}: Update 2 base images\n$/),
    ]);
    expect(git('status', '--porcelain')).toBe('');
    expect(git('rev-parse', 'bases^')).toBe(git('rev-parse', 'main'));
    for (const [name, text] of Object.entries(current()))
      expect([name, git('show', `bases:${name}`)]).toEqual([name, text]);
    const message = git('log', '-1', '--format=%B', 'bases');
    const { host } = registry;
    expect(message).toContain(
      `${host}/acme/app:1.4.2 -> ${host}/acme/app:1.4.10\n  in web/Dockerfile:3, compose.yaml:3`,
    );
    expect(message).toContain(`  digest: ${digests.get('1.4.2')} -> ${digests.get('1.4.10')}\n`);
    expect(message).toContain('  source: https://git.example/acme/app\n  revision: aaa111 -> bbb222\n');
    expect((await bases('--branch', 'bases')).stdout).toMatch(/^there already: branch bases/);
    git('checkout', '-q', 'bases');
    expect((await bases('--branch', 'more')).stdout).toBe('Nothing is to be updated; no branch was made.\n');
  });

  test('touches nothing that is not committed, or that a comment protects', async () => {
    const { host } = registry;
    const text = `# plimsoll ignore=bases/newer -- pinned by hand\nFROM ${host}/acme/app:1.4.2\nFROM ${host}/acme/db:v3.1.0\n`;
    write({ Dockerfile: text });
    git('init', '-q');
    git('add', '.');
    git('commit', '-q', '-m', 'one');
    write({ Dockerfile: `${text}# mine\n` });
    await expect(bases('--branch', 'x')).rejects.toThrow('Dockerfile is not committed');
    const refused = await bases('--write');
    expect([refused.code, read('Dockerfile')]).toEqual([2, `${text}# mine\n`]);
    const { stderr } = await bases('--write', '--allow-dirty');
    expect(read('Dockerfile')).toBe(`${text}# mine\n`.replace('v3.1.0', 'v3.2.0'));
    expect(stderr).toContain('is left alone: a comment protects it');
  });

  test('counts what it leaves beside what it wrote', async () => {
    const { host } = registry;
    write({
      Dockerfile: `ARG V=1.4.2\nFROM ${host}/acme/app:$V\nARG V\nRUN echo $V\n`,
      'compose.yaml': `services:\n  a: {image: "${host}/acme/app:1.4.2"}\n`,
    });
    const { code, stdout, stderr } = await bases('--write');
    expect([code, stdout]).toEqual([
      0,
      'wrote compose.yaml\n1 fix in 1 file\n1 place is left for you, and still names the older image\n',
    ]);
    expect(stderr).toContain(`Dockerfile:2: left for you: Update ${host}/acme/app:1.4.2 to`);
  });

  test('tells a tag that was moved away from its digest, and writes the new one', async () => {
    const { host } = registry;
    const [before] = (await pushTagged(registry.ownHost, 'acme/moving', [{ tag: '7', text: 'one' }])).values();
    const [now] = (await pushTagged(registry.ownHost, 'acme/moving', [{ tag: '7', text: 'two' }])).values();
    write({ Dockerfile: `FROM ${host}/acme/moving:7@${before}\n` });
    const { code, stdout } = await bases();
    expect([code, stdout]).toEqual([
      1,
      `Dockerfile:1:6: warning bases/moved: ${host}/acme/moving:7 is now ${now}, and no longer ${before?.slice(0, 19)}… (pinned).\n`,
    ]);
    await bases('--write');
    expect(read('Dockerfile')).toBe(`FROM ${host}/acme/moving:7@${now}\n`);
    expect((await bases()).code).toBe(0);
  });
});

describe.skipIf(!hasBuildah)('an image that Buildah built', () => {
  test.each([
    // Buildah says in the image what its base was; in Docker's format there is no place for that, and its layers tell.
    'oci',
    'docker',
  ])('stands on what its base was, in the format %s', async (format) => {
    const { host } = registry;
    const base = `acme/base-${format}`;
    await pushTagged(registry.ownHost, base, [{ tag: '7', text: 'one' }]);
    write({ Dockerfile: `FROM ${host}/${base}:7\nCOPY Dockerfile /a\n` });
    const name = `${host}/acme/built-${format}:1`;
    await buildah('bud', '--quiet', '--tls-verify=false', '--format', format, '--tag', name, project());
    await buildah('push', '--quiet', '--tls-verify=false', name, `docker://${name.replace(host, registry.ownHost)}`);
    const before = await bases('--built', name);
    expect([before.code, before.stdout]).toEqual([0, '']);
    const [now] = (await pushTagged(registry.ownHost, base, [{ tag: '7', text: 'two' }])).values();
    const { code, stdout } = await bases('--built', name);
    expect([code, stdout]).toEqual([
      1,
      expect.stringContaining(`Dockerfile:1:6: warning bases/moved: ${host}/${base}:7 is now ${now}, and no longer`),
    ]);
    expect(stdout).toContain(`(built into ${name})`);
  });
});

describe('a registry that is not simple to ask', () => {
  const twoImages = () =>
    `FROM ${registry.host}/acme/app:1.4.2@${digests.get('1.4.2')}\nFROM ${registry.host}/acme/db:v3.1.0\n`;

  test('gives a token for each repository: it is asked for once, before the first request where that is known to be wanted', async () => {
    write({ Dockerfile: twoImages() });
    registry.spoil(({ url, authorization }) => {
      const token = new URL(url, 'http://x').searchParams.get('scope');
      if (url.startsWith('/token')) return { kind: 'answer', status: 200, body: JSON.stringify({ token }) };
      const repository = /^\/v2\/(.*)\/(?:manifests|tags)\//.exec(url)?.[1];
      const wanted = `repository:${repository}:pull`;
      if (authorization === `Bearer ${wanted}`) return undefined;
      const challenge = `Bearer realm="http://${registry.host}/token",service="r",scope="${wanted}"`;
      return { kind: 'answer', status: 401, headers: { 'www-authenticate': challenge } };
    });
    const { images } = JSON.parse((await bases('--json')).stdout);
    expect(images.map(({ newer }: { newer: { tag: string } }) => newer.tag)).toEqual(['1.4.10', 'v3.2.0']);
    // Nothing is asked for in vain, and then again with the token.
    expect(registry.asked.filter(({ authorization }) => authorization === undefined).map(({ url }) => url)).toEqual([
      '/v2/',
      expect.stringMatching(/^\/token/),
      expect.stringMatching(/^\/token/),
    ]);
    const tokens = registry.asked.filter(({ url }) => url.startsWith('/token')).map(({ url }) => url);
    expect([...tokens].sort()).toEqual([...new Set(tokens)].sort());
    expect(tokens).toHaveLength(2);
  });

  test('says 429: it is left alone for as long as it asks for, and then asked again', async () => {
    write({ Dockerfile: twoImages() });
    const times: number[] = [];
    registry.spoil((_, count) => {
      times.push(performance.now());
      return count === 1 ? { kind: 'answer', status: 429, headers: { 'retry-after': '2' } } : undefined;
    });
    const { images } = JSON.parse((await bases('--json')).stdout);
    expect(images.map(({ unknown }: { unknown: unknown[] }) => unknown)).toEqual([[], []]);
    const [first = 0, ...others] = times;
    // What was under way at that moment is not taken back.
    expect(others.filter((time) => time - first > 100).every((time) => time - first > 1900)).toBe(true);
  });

  test('says 429 for an hour: what was not asked is unknown, and nothing more is sent', async () => {
    const many = Array.from({ length: 30 }, (_, at) => `FROM ${registry.host}/acme/app${at}:1.0.0\n`).join('');
    write({ Dockerfile: many });
    registry.spoil(() => ({ kind: 'answer', status: 429, headers: { 'retry-after': '3600' } }));
    const { images } = JSON.parse((await bases('--json')).stdout);
    expect(images).toHaveLength(30);
    for (const { unknown } of images) expect(unknown[0].reason).toMatch(/429/);
    expect(registry.asked.map(({ url }) => url)).toEqual(['/v2/']);
  });

  test('has no such tag, breaks off, or is not there', async () => {
    const { host } = registry;
    const gone = `127.0.0.1:${1}`;
    write({
      Dockerfile: `FROM ${host}/acme/app:9.9.9@${digests.get('1.4.2')}\nFROM ${gone}/x/y:1.0.0\nFROM node:16\n`,
    });
    registry.spoil(({ url }) => (url.includes('/tags/') ? { kind: 'cut', after: 5 } : undefined));
    const { code, stdout, stderr } = await bases('--only', '127*', '--json');
    // Nothing bad was found, and not because all was looked at.
    expect(code).toBe(3);
    for (const silent of [host, gone]) expect(stderr).toContain(`plimsoll: ${silent}: did not answer`);
    expect((await bases('--fail-on', 'warning')).code).toBe(1);
    expect((await bases('--write', '--only', '127*')).code).toBe(3);
    expect((await bases('--offline', '--only', '127*')).code).toBe(0);
    const { images } = JSON.parse(stdout);
    expect(images.map(({ unknown }: { unknown: { what: string }[] }) => unknown.map(({ what }) => what))).toEqual([
      ['newer'],
      ['newer', 'moved'],
    ]);
    expect(stdout).toContain(`${host} has no acme/app:9.9.9`);
    expect(stdout).toContain(`${gone} did not answer`);
  });

  test('answers no HEAD: the digest is counted from the manifest', async () => {
    write({ Dockerfile: `FROM ${registry.host}/acme/app:2.0.1@${digests.get('2.0.1')}\n` });
    registry.spoil(({ method }) => (method === 'HEAD' ? { kind: 'answer', status: 405 } : undefined));
    const { code, stdout } = await bases();
    expect([code, stdout]).toEqual([0, '']);
  });

  test('lets nobody look without a login: nobody is told that all is well; with the login it is asked', async () => {
    const closed = await startRealRegistry({ login: true });
    try {
      const host = `127.0.0.1:${closed.port}`;
      await pushTagged(host, 'acme/app', [{ tag: '1.0.0' }, { tag: '1.0.1' }], 'user:secret');
      write({ Dockerfile: `FROM ${host}/acme/app:1.0.0\n` });
      const unknown = await bases();
      expect([unknown.code, unknown.stdout]).toEqual([
        3,
        `Dockerfile:1:6: unknown bases/newer: ${host}/acme/app:1.0.0: ${host} asks for a login that is not known\n`,
      ]);
      expect(unknown.stderr).toBe(
        `plimsoll: ${host}: nothing could be read without a login that may: docker login ${host}\n`,
      );
      expect((await bases('--fix')).code).toBe(3);
      const login = (text: string) => {
        mkdirSync(path.join(directory, '.docker'), { recursive: true });
        const auths = { [host]: { auth: Buffer.from(text).toString('base64') } };
        writeFileSync(path.join(directory, '.docker/config.json'), JSON.stringify({ auths }));
      };
      login('user:wrong');
      expect((await bases()).code).toBe(3);
      login('user:secret');
      const known = await bases();
      expect([known.code, known.stdout]).toEqual([1, expect.stringContaining('is behind 1.0.1 on its track')]);
      // What is found is told by its own code; what could not be asked stays in the report.
      write({ 'compose.yaml': `services: {a: {image: "${registry.host}/acme/app:1.4.2"}}\n` });
      login('user:wrong');
      expect((await bases()).code).toBe(1);
    } finally {
      closed.stop();
    }
  });

  test('keeps one repository to itself: the others are known, and this one is told as unknown', async () => {
    const { host } = registry;
    write({ Dockerfile: `FROM ${host}/acme/private:1.0.0\nFROM ${host}/acme/db:v3.2.0\n` });
    registry.spoil(({ url }) => (url.includes('/private/') ? { kind: 'answer', status: 403 } : undefined));
    const { code, stdout, stderr } = await bases();
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(
      `Dockerfile:1:6: unknown bases/newer: ${host}/acme/private:1.0.0: ${host} answered 403 for the tags of acme/private\n`,
    );
  });
});
