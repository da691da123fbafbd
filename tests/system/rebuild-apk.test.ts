import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseDockerfile } from '../../src/dockerfile/parse-dockerfile.ts';
import { readPackageCommand } from '../../src/ecosystems/package-command.ts';
import { apkSystem } from '../../src/maintain/rebuild/apk-system.ts';
import { fetchSource } from '../../src/maintain/rebuild/fetch-source.ts';
import { tarOf } from '../image/tar-archive.ts';
import { changesBetween, noteRebuild } from './told-and-done.ts';

/*
 * The real apk (apk-tools 3) on a root of its own, `--simulate`: what is predicted for the repository's next state must be exactly what apk then would do.
 * `scripts/system-parts apk` builds it from its own repository: where that is not reached, that is said, and nothing is held against it.
 */

const known = [process.env.PLIMSOLL_APK ?? '', path.join(import.meta.dirname, '../../.cache/bin/apk'), '/sbin/apk'];
const apkProgram = known.find((each) => each !== '' && existsSync(each));
const reason = 'apk is missing: scripts/system-parts apk builds it, or PLIMSOLL_APK names one';
const scratch = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-apk-'));

/** `name version; D:needs; p:provides; i:comes by itself with; k:priority`. */
const first = [
  'base-lib 1.0-r0; p:so:libbase.so.1=1.0',
  'base-user 1.0-r0; D:so:libbase.so.1',
  'own 1.0-r0',
  'fitting 2.0-r0; p:api=3',
  'left-over 1.0-r0',
];
const next = [
  ...[
    'base-lib 1.1-r0; p:so:libbase.so.1=1.1',
    'base-user 1.1-r0; D:so:libbase.so.1',
    'own 1.1-r2; D:fresh',
    'fresh 0.9-r0',
  ],
  ...[
    'fitting 2.0-r0; p:api=3',
    'web 1.0-r0',
    'web 1.1-r0; D:base-lib>=1.0',
    'web-doc 1.1-r0; i:web docs',
    'docs 2-r0',
  ],
  ...[
    'strict 1-r0; D:base-lib>=1.1',
    'needs-api 1-r0; D:api>=3',
    'shell-user 1-r0; D:/bin/shell',
    'shell 5-r2; p:/bin/shell',
  ],
  ...['pinned 1.0-r3', 'pinned 2.0-r0', 'broken 1-r0; D:nowhere>=2', 'tilde 3.1.4-r0', 'tilde 3.2.0-r0'],
  ...[
    'either-a 1-r0; p:either; k:10',
    'either-b 1-r0; p:either; k:20',
    'uses-either 1-r0; D:either',
    'against 1-r0; D:!own',
  ],
  ...[
    'names 1-r0; p:cmd:names=1-r0',
    'deep 1-r0; D:middle',
    'middle 1-r0; D:strict docs',
    'left-over 1.0-r0',
    'pre 1.0_rc1-r0',
    'pre 1.0_beta2-r0',
  ],
];

describe('apk in thought and in a root of its own', () => {
  let server: Server;
  let port = 0;

  beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url !== '/next/x86_64/APKINDEX.tar.gz') return response.writeHead(404).end();
      return response.end(gzipSync(tarOf([{ name: 'APKINDEX', content: recordsOf(next) }])));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const at = server.address();
    port = typeof at === 'object' && at !== null ? at.port : 0;
  });
  beforeEach((context) => {
    if (apkProgram === undefined) context.skip(reason);
  });
  afterAll(() => {
    server?.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  function recordsOf(lines: readonly string[]): string {
    return lines
      .map((line) => {
        const [head = '', ...fields] = line.split('; ');
        const [name = '', version = ''] = head.split(' ');
        const checksum = createHash('sha1').update(line).digest('base64');
        return [
          `C:Q1${checksum}`,
          `P:${name}`,
          `V:${version}`,
          'A:x86_64',
          'S:100',
          'I:100',
          'T:x',
          ...fields,
          '',
        ].join('\n');
      })
      .join('\n')
      .concat('\n');
  }

  function makeRoot(name: string, world: string): string {
    const root = path.join(scratch, name);
    for (const each of ['etc/apk/keys', 'lib/apk/db', 'usr/lib/apk/db', 'var/cache/apk', 'var/lib/apk', 'tmp', 'dev'])
      mkdirSync(path.join(root, each), { recursive: true });
    writeFileSync(path.join(root, 'etc/apk/world'), `${world.split(' ').join('\n')}\n`);
    writeFileSync(path.join(root, 'etc/apk/arch'), 'x86_64\n');
    writeFileSync(path.join(root, 'etc/apk/repositories'), `http://127.0.0.1:${port}/next\n`);
    for (const at of ['lib', 'usr/lib']) {
      writeFileSync(path.join(root, at, 'apk/db/installed'), recordsOf(first));
      for (const empty of ['triggers', 'scripts.tar', 'lock']) writeFileSync(path.join(root, at, 'apk/db', empty), '');
    }
    return root;
  }

  /** Which packages it would leave; undefined where it fails. */
  async function apk(root: string, args: readonly string[]): Promise<readonly string[] | undefined> {
    // The repository is served by this process, which must not wait.
    const child = spawn(apkProgram ?? '', [
      '--root',
      root,
      '--allow-untrusted',
      '--simulate',
      '--no-progress',
      '--no-cache',
      ...args,
    ]);
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    if (code !== 0) {
      return undefined;
    }
    const left = new Map(first.map((line) => line.split('; ')[0]?.split(' ') as [string, string]));
    for (const [, what, name = '', versions = ''] of stdout.matchAll(/\(\d+\/\d+\) (\w+) (\S+) \((.+?)\)/g))
      if (what === 'Purging') left.delete(name);
      else left.set(name, versions.split(' -> ').at(-1) ?? '');
    return [...left].map(([name, version]) => `${name} ${version}`).sort();
  }

  async function predicted(root: string, command: string) {
    const files = {
      contents: new Map([['lib/apk/db/installed', readFileSync(path.join(root, 'lib/apk/db/installed'))]]),
      texts: new Map(
        ['etc/apk/world', 'etc/apk/arch', 'etc/apk/repositories'].map((at) => [
          at,
          readFileSync(path.join(root, at), 'utf8'),
        ]),
      ),
    };
    const ask = fetchSource({ fetch, timeoutSeconds: 10 });
    const asked = await apkSystem.ask(files, { architecture: 'x86_64', ask, now: Date.now() });
    expect(asked.sources).toMatchObject([{ state: 'asked' }]);
    const world = apkSystem.world(files);
    const { commands } = parseDockerfile({ path: 'Dockerfile', text: `FROM x\nRUN ${command}\n`, encoding: 'utf-8' });
    const read = commands[0] && readPackageCommand(commands[0].command);
    if (world === undefined || read === undefined) throw new Error('nothing to run');
    const outcome = apkSystem.run(world, read, { ...asked, chosenBefore: new Set(), namedBefore: [] });
    return { outcome, packages: [...world.all()].map(({ name, version }) => `${name} ${version}`).sort() };
  }

  it.each([
    'apk add web',
    'apk add web docs',
    'apk add strict',
    'apk add own',
    'apk add base-lib',
    'apk add --upgrade own',
    'apk add -u base-lib web',
    'apk add needs-api shell-user',
    'apk add shell shell-user',
    'apk add shell-user shell',
    'apk add needs-api',
    'apk add api',
    'apk add uses-either',
    'apk add either',
    'apk add either-a uses-either',
    'apk add pinned=1.0-r3',
    'apk add "pinned<2"',
    'apk add "pinned<2.0" "tilde>3.1.4-r0"',
    'apk add tilde~3.1',
    'apk add tilde~=3.1',
    'apk add cmd:names',
    'apk add deep',
    'apk add pre',
    'apk add -t .build deep',
    'apk add --virtual .build own web',
    'apk upgrade',
    'apk upgrade --available',
    'apk del own',
    'apk del base-user',
    'apk del fitting',
    'apk add nowhere-at-all',
    'apk add pinned=3.0-r0',
    'apk add broken',
    'apk add against',
  ])('%s', async (command) => {
    const root = makeRoot(command.replaceAll(/\W/g, ''), 'base-user own fitting');
    const actual = await apk(root, command.replaceAll('"', '').split(' ').slice(1));
    const begun = performance.now();
    const { outcome, packages } = await predicted(root, command);
    const seconds = (performance.now() - begun) / 1000;
    if (actual === undefined) expect(outcome?.fails ?? outcome?.unsolved).toBeDefined();
    else {
      const start = first.flatMap((line) => line.split('; ')[0] ?? []);
      const told = changesBetween(
        start,
        packages.filter((each) => !each.startsWith('.')),
      );
      const done = changesBetween(
        start,
        actual.filter((each) => !each.startsWith('.')),
      );
      noteRebuild({ tool: 'apk 3, a root', scenario: command, told, done, seconds });
      expect([outcome?.fails, outcome?.unsolved, outcome?.unknown]).toEqual([undefined, undefined, []]);
      expect(packages.filter((each) => !each.startsWith('.'))).toEqual(actual.filter((each) => !each.startsWith('.')));
    }
  });
});
