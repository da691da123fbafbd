import { describe, expect, test } from 'vitest';
import { cataloguers } from '../../src/ecosystems/cataloguers.ts';
import { analyseImage } from '../../src/image/analyse-image.ts';
import type { ImageConfiguration } from '../../src/image/image.ts';
import { zipArchive } from '../ecosystems/installed/zip-archive.ts';
import type { TarFile } from './tar-archive.ts';
import { imageOf, layerOf } from './test-image.ts';

const analyse = (layers: readonly (readonly TarFile[])[], configuration: Partial<ImageConfiguration> = {}) =>
  analyseImage(
    imageOf(
      layers.map((files) => layerOf(files)),
      configuration,
    ),
    { cataloguers },
  );

/** What a container sees: `path` of what has no content, `path=bytes@layer` of files. */
async function seen(layers: readonly (readonly TarFile[])[]): Promise<string[]> {
  const { files } = await analyse(layers);
  return [...files].map(({ path, kind, bytes, layer }) => (kind === 'file' ? `${path}=${bytes}@${layer}` : path));
}

const file = (name: string, content = name, rest: Partial<TarFile> = {}): TarFile => ({ name, content, ...rest });

describe('the file system that layers make together', () => {
  test.each<[string, readonly (readonly TarFile[])[], string[]]>([
    ['has what each layer brings', [[file('a', '1')], [file('b', '22')]], ['a=1@0', 'b=2@1']],
    ['has the upper of two files', [[file('a', '1')], [file('a', '22')]], ['a=2@1']],
    ['has the last of two entries of one layer', [[file('a', '1'), file('a', '22')]], ['a=2@0']],
    ['lacks what a whiteout takes away', [[file('d/a'), file('d/b')], [file('d/.wh.a', '')]], ['d/b=3@0']],
    ['lacks all of a directory that is taken away', [[file('d/e/a'), file('x')], [file('.wh.d', '')]], ['x=1@0']],
    [
      'has what the layer of a whiteout puts there itself, before it or behind it',
      [[file('d/a')], [file('d/b', '1'), file('.wh.d', ''), file('d/c', '1')]],
      ['d/b=1@1', 'd/c=1@1'],
    ],
    [
      'lacks what is below an opaque directory, and has the directory',
      [
        [{ name: 'd/' }, file('d/a'), file('d/e/b')],
        [file('d/c', '1'), file('d/.wh..wh..opq', '')],
      ],
      ['d', 'd/c=1@1'],
    ],
    ['lacks all below an opaque root', [[file('a')], [file('.wh..wh..opq', ''), file('b', '1')]], ['b=1@1']],
    ['has a file in the place of a directory', [[{ name: 'd/' }, file('d/a')], [file('d', '1')]], ['d=1@1']],
    ['has a directory in the place of a file', [[file('d')], [{ name: 'd/' }, file('d/a', '1')]], ['d', 'd/a=1@1']],
    [
      'has a directory that no entry names in the place of a lower link',
      [[file('usr/bin/sh', '1'), { name: 'bin', type: '2', target: 'usr/bin' }], [file('bin/x', '1')]],
      ['bin/x=1@1', 'usr/bin/sh=1@0'],
    ],
    [
      'follows a link of the same layer',
      [[{ name: 'lib', type: '2', target: 'usr/lib' }, file('lib/x', '1')]],
      ['lib', 'usr/lib/x=1@0'],
    ],
    [
      'follows an absolute link of the same layer within the image',
      [[{ name: 'a/lib', type: '2', target: '/../usr/lib' }, file('a/lib/x', '1')]],
      ['a/lib', 'usr/lib/x=1@0'],
    ],
    [
      'does not follow links in circles',
      [[{ name: 'a', type: '2', target: 'b' }, { name: 'b', type: '2', target: 'a' }, file('a/x', '1')]],
      ['a/x=1@0', 'b'],
    ],
    [
      'keeps what a directory of both layers holds',
      [[{ name: 'd/' }, file('d/a', '1')], [{ name: 'd/', mode: 0o700 }]],
      ['d', 'd/a=1@0'],
    ],
  ])('%s', async (_, layers, expected) => {
    expect(await seen(layers)).toEqual(expected);
  });

  test('is found by path', async () => {
    const { files } = await analyse([
      [
        file('usr/bin/node', 'x', { mode: 0o4755, user: 1000, group: 50 }),
        { name: 'node', type: '2', target: 'usr/bin/node' },
      ],
    ]);
    expect(files.size).toBe(2);
    expect(files.find('/usr/bin/node')).toMatchObject({
      path: 'usr/bin/node',
      kind: 'file',
      bytes: 1,
      mode: 0o4755,
      user: 1000,
      group: 50,
      layer: 0,
    });
    expect(files.find('node')).toMatchObject({ kind: 'symlink', target: 'usr/bin/node' });
    expect(files.find('usr')).toBeUndefined();
    expect(files.find('usr/bin/nod')).toBeUndefined();
  });
});

describe('what is told of layers', () => {
  test('what each adds, changes, takes away, and what later ones hide', async () => {
    const { layers, pulledBytes } = await analyse([
      [file('a', '1'), file('b', '22'), file('d/c', '333'), { name: 'd/' }],
      [file('a', '4444'), file('.wh.d', ''), file('e', '55555')],
    ]);
    expect(
      layers.map(({ added, changed, removed, hiddenBytes, contentBytes }) => ({
        added,
        changed,
        removed,
        hiddenBytes,
        contentBytes,
      })),
    ).toEqual([
      {
        added: { files: 3, bytes: 6 },
        changed: { files: 0, bytes: 0 },
        removed: { files: 0, bytes: 0 },
        hiddenBytes: 4,
        contentBytes: 6,
      },
      {
        added: { files: 1, bytes: 5 },
        changed: { files: 1, bytes: 4 },
        removed: { files: 2, bytes: 4 },
        hiddenBytes: 0,
        contentBytes: 9,
      },
    ]);
    expect(layers[0]?.unpackedBytes).toBe(4 * 512 + 3 * 512 + 1024);
    expect(pulledBytes).toBe(layers.reduce((sum, { layer }) => sum + (layer.bytes ?? 0), 0));
  });

  test('packages are those that a container sees, with the layer that brought each version', async () => {
    const status = (versions: Readonly<Record<string, string>>) =>
      Object.entries(versions)
        .map(
          ([name, version]) =>
            `Package: ${name}\nStatus: install ok installed\nVersion: ${version}\nArchitecture: amd64\n`,
        )
        .join('\n');
    const { packages, operatingSystem } = await analyse([
      [
        file('var/lib/dpkg/status', status({ curl: '1', bash: '5' })),
        file('usr/lib/os-release', 'ID=debian\nVERSION_ID="12"\n'),
      ],
      [file('var/lib/dpkg/status', status({ curl: '2', bash: '5', git: '3' }))],
    ]);
    expect(packages.map(({ name, version, layer }) => `${name} ${version} @${layer}`)).toEqual([
      'curl 2 @1',
      'bash 5 @0',
      'git 3 @1',
    ]);
    expect(packages[0]?.purl).toContain('distro=debian-12');
    expect(operatingSystem).toMatchObject({ id: 'debian', versionId: '12' });
  });

  test('accounts are told without passwords', async () => {
    const { accounts } = await analyse([
      [
        file('etc/passwd', 'root:x:0:0::/root:/bin/sh\napp::5:5::/:/bin/sh\n'),
        file('etc/shadow', 'root:$6$salt$hash:1::\n'),
      ],
    ]);
    expect(accounts?.map(({ name, password }) => ({ name, password }))).toEqual([
      { name: 'root', password: 'set' },
      { name: 'app', password: 'none' },
    ]);
    expect(JSON.stringify(accounts)).not.toContain('hash');
  });
});

describe('waste', () => {
  const big = (letter: string) => letter.repeat(1000);

  test.each<[string, readonly (readonly TarFile[])[], readonly object[]]>([
    [
      'deleted later',
      [[file('a', big('a'))], [file('.wh.a', '')]],
      [
        {
          kind: 'hidden',
          what: 'files deleted by a later layer',
          bytes: 1000,
          files: 1,
          layers: [0],
          causes: [1],
          paths: ['a'],
        },
      ],
    ],
    [
      'replaced later',
      [[file('a', big('a'))], [file('a', big('b'))]],
      [{ what: 'files replaced by a later layer', bytes: 1000, layers: [0], causes: [1] }],
    ],
    [
      'copied for a change of owner',
      [[file('a', big('a'))], [file('a', big('a'), { user: 1000 })]],
      [{ what: 'files copied to change their owner', bytes: 1000, layers: [0], causes: [1] }],
    ],
    [
      'copied for a change of mode',
      [[file('a', big('a'))], [file('a', big('a'), { mode: 0o755 })]],
      [{ what: 'files copied to change their mode', bytes: 1000 }],
    ],
    [
      'copied unchanged',
      [[file('a', big('a'))], [file('a', big('a'))]],
      [{ what: 'files copied once more, unchanged', bytes: 1000 }],
    ],
    [
      'twice in one layer',
      [[file('a', big('a')), file('a', big('b'))]],
      [{ what: 'files that their own layer holds twice under one name', bytes: 1000, layers: [0] }],
    ],
    [
      'the same in two layers',
      [[file('a', big('a'))], [file('b', big('a'))]],
      [{ kind: 'duplicate', what: 'identical files in several layers', bytes: 1000, layers: [1], paths: ['b'] }],
    ],
    [
      'the same in one layer',
      [[file('a', big('a')), file('b', big('a')), file('c', big('a'))]],
      [{ what: 'identical files in one layer', bytes: 2000, files: 2 }],
    ],
    [
      'not what a hard link shows still',
      [[file('a', big('a')), { name: 'b', type: '1', target: 'a' }], [file('.wh.a', '')]],
      [],
    ],
    ['not empty files', [[file('a', ''), file('b', '')]], []],
    [
      'lists of apt',
      [[file('var/lib/apt/lists/x', big('a'))]],
      [{ kind: 'leftover', what: 'package lists of apt', bytes: 1000 }],
    ],
    [
      'caches of builds in the home of any user, by what filled them, and not what programs keep there',
      [
        [
          file('root/.cache/go-build/x', big('a')),
          file('home/web/.cache/pip/x', `${big('b')}b`),
          file('root/.cache/thing/x', `${big('c')}cc`),
          file('root/.cache/ms-playwright/chromium-1/chrome', big('d')),
          file('home/web/.cache/huggingface/hub/model', big('e')),
        ],
      ],
      [
        { what: 'other caches', bytes: 1002 },
        { what: 'cache of pip and uv', bytes: 1001 },
        { what: 'cache of Go', bytes: 1000 },
      ],
    ],
    [
      'Git history',
      [[file('app/.git/objects/x', big('a')), file('app/.gitignore', big('b'))]],
      [{ what: 'Git history', bytes: 1000, files: 1 }],
    ],
    [
      'what a step only gives another owner, at the step that brought it',
      [[file('x')], [file('app/.git/objects/x', big('a'))], [{ ...file('app/.git/objects/x', big('a')), user: 7 }]],
      [
        { kind: 'hidden', what: 'files copied to change their owner', layers: [1], causes: [2] },
        { kind: 'leftover', what: 'Git history', bytes: 1000, layers: [1] },
      ],
    ],
    [
      'compilers',
      [[file('usr/bin/x86_64-linux-gnu-gcc-12', big('a')), file('usr/lib/gcc/x/cc1', big('b'))]],
      [{ what: 'compilers and build tools', bytes: 2000 }],
    ],
    [
      'tests of packages, not of the application',
      [[file('app/node_modules/a/test/x.js', big('a')), file('app/test/x.js', big('b'))]],
      [{ what: 'tests in installed packages', bytes: 1000 }],
    ],
    [
      'tests and documentation at the root of packages',
      [
        [
          file('app/node_modules/@s/a/tests/x.js', big('a')),
          file('app/node_modules/@s/a/docs/x.html', big('b')),
          file('usr/lib/python3/site-packages/x/tests/test_x.py', big('c')),
        ],
      ],
      [
        { what: 'tests in installed packages', bytes: 2000 },
        { what: 'documentation and sources in node_modules', bytes: 1000 },
      ],
    ],
    [
      'not tests of packages that code requires, or that package.json gives to others',
      [
        [
          file('app/node_modules/a/test/x.js', big('a')),
          file('app/node_modules/a/lib/index.js', "const x = require('../test/x');"),
          file('app/node_modules/@s/b/tests/x.js', big('b')),
          file('app/node_modules/@s/b/package.json', '{"name":"@s/b","exports":{".":{"import":"./tests/x.js"}}}'),
          file('app/node_modules/c/test/x.js', big('c')),
        ],
        [
          file('app/server.mjs', 'import c from "c/test/x.js"; const text = `/test/${1}`'),
          file('app/node_modules/d/__tests__/x.js', big('d')),
          file('app/node_modules/d/index.js', `${"'no test';".repeat(9000)}export * from './__tests__/x.js';`),
        ],
      ],
      [],
    ],
    [
      'tests of packages that only tests require, or a script of package.json',
      [
        [
          file('app/node_modules/a/test/x.js', `require('./y'); require('../test/y');${big('a').slice(37)}`),
          file('app/node_modules/a/package.json', '{"main":"index.js","scripts":{"test":"node test/x.js"}}'),
          file('app/node_modules/a/index.js', "require('../b/lib/test/x'); // see /test/x.js and 'test'"),
        ],
      ],
      [{ what: 'tests in installed packages', bytes: 1000, files: 1 }],
    ],
    [
      'not what programs run, whatever its folder is called',
      [
        [
          'app/node_modules/yaml/dist/doc/Document.js',
          'app/node_modules/x/docs/index.js',
          'app/node_modules/x/lib/test/index.js',
          'app/node_modules/test/index.js',
          'app/node_modules/@jest/test/index.js',
          'app/node_modules/jasmine/spec/runner.js',
          'srv/site-packages/django/test/client.py',
          'srv/site-packages/numpy/testing/__init__.py',
          'srv/site-packages/x/doc/__init__.py',
          'srv/site-packages/test/__init__.py',
        ].map((name) => file(name, name.repeat(50))),
      ],
      [],
    ],
    [
      'documentation, and not what says the licences',
      [
        [
          file('usr/share/doc/bash/README', big('a')),
          file('usr/share/doc/bash/copyright', big('b')),
          file('usr/share/doc/bash/LICENSE.gz', big('c')),
          file('app/node_modules/x/LICENSE.md', big('d')),
        ],
      ],
      [{ what: 'documentation', bytes: 1000, files: 1 }],
    ],
  ])('%s', async (_, layers, expected) => {
    const { waste } = await analyse(layers);
    expect(waste).toHaveLength(expected.length);
    expect(waste).toMatchObject(expected);
  });

  test('what the final file system needs is each content once', async () => {
    const { neededBytes } = await analyse([
      [file('a', big('a')), file('b', big('a'))],
      [file('a', big('c')), file('d', '1')],
    ]);
    expect(neededBytes).toBe(2001);
  });
});

test('a file is brought by the layer that had its content first, and by another one where that is new', async () => {
  const { broughtBy } = await analyse([
    [file('app/a', 'aaaa'), file('app/b', 'b')],
    [{ ...file('app/a', 'aaaa'), user: 7 }, file('app/b', 'c')],
    [{ ...file('app/a', 'aaaa'), user: 7, mode: 0o755 }, file('c', 'aaaa')],
  ]);
  expect(['app/a', 'app/b', 'c', 'd'].map((path) => broughtBy?.(path))).toEqual([0, 1, 2, undefined]);
});

test('a layer names the largest of what it takes away, and how', async () => {
  const { layers } = await analyse([
    [file('app/a', 'aaaa'), file('b', 'bb'), file('c', '1')],
    [file('.wh.b', ''), { ...file('app/a', 'aaaa'), user: 7 }],
  ]);
  expect(layers.map(({ removedPaths, removedHow }) => ({ removedPaths, removedHow }))).toEqual([
    { removedPaths: undefined, removedHow: undefined },
    { removedPaths: ['app/a'], removedHow: 'files copied to change their owner' },
  ]);
});

describe('a secret that several layers have', () => {
  const key = (letter: string) =>
    `//registry.npmjs.org/:_authToken=npm_${letter}${'a1B2c3D4e5F6'.repeat(3).slice(1)}\n`;
  const other = { user: 7 };
  test.each<[string, readonly (readonly TarFile[])[], string[]]>([
    [
      'is one where its file only got another owner',
      [[file('.npmrc', key('a'))], [file('.npmrc', key('a'), other)]],
      ['0 seen'],
    ],
    [
      'is hidden where all of its copies are',
      [[file('.npmrc', key('a'))], [file('.npmrc', key('a'), other)], [file('.wh..npmrc', '')]],
      ['0 hidden'],
    ],
    [
      'is another one where its file has another content',
      [[file('.npmrc', key('a'))], [file('.npmrc', key('b'))]],
      ['0 hidden', '1 seen'],
    ],
    [
      'is seen where it comes back',
      [[file('.npmrc', key('a'))], [file('.npmrc', key('b'))], [file('.npmrc', key('a'))]],
      ['0 seen', '1 hidden'],
    ],
    [
      'is another one at another path',
      [[file('.npmrc', key('a'))], [file('x/.npmrc', key('a'))]],
      ['0 seen', '1 seen'],
    ],
  ])('%s', async (_, layers, expected) => {
    const { secrets } = await analyse(layers);
    expect(secrets.map(({ layer, hidden }) => `${layer} ${hidden ? 'hidden' : 'seen'}`)).toEqual(expected);
  });
});

describe('secrets in the configuration', () => {
  test('are told by place, without their value', async () => {
    const token = `ghp_${'a1B2'.repeat(9)}`;
    const { secrets } = await analyse([[file('a')]], {
      environment: ['PATH=/bin', `GITHUB_TOKEN=${token}`, 'DB_PASSWORD=hunter2hunter2'],
      history: [
        { createdBy: 'RUN true', emptyLayer: false },
        { createdBy: `RUN |1 NPM_TOKEN=${token} /bin/sh -c npm ci`, emptyLayer: true },
        { createdBy: 'ENV DB_PASSWORD=hunter2hunter2', emptyLayer: true },
      ],
    });
    expect(secrets.map(({ kind, place }) => `${place}: ${kind}`)).toEqual([
      'env GITHUB_TOKEN: GitHub token',
      'env DB_PASSWORD: password',
      'history 1: GitHub token',
    ]);
    expect(JSON.stringify(secrets)).not.toMatch(/ghp_|hunter2/);
  });

  test('are found in what the container runs, once', async () => {
    const check = 'curl -fsS -u admin:x9Yk2mQ7 localhost/health';
    const { secrets } = await analyse([[file('a')]], {
      command: ['serve', '--api-key', 'q7Rt2Xz9Lk4Mv8Nw1P'],
      entrypoint: ['/bin/sh', '-c', 'DB_PASSWORD=x9Yk2mQ7 exec serve'],
      healthcheck: ['CMD-SHELL', check],
      history: [
        { createdBy: `HEALTHCHECK &{["CMD-SHELL" "curl -u old:x9Yk2mQ8 localhost"] "0s"}`, emptyLayer: true },
        { createdBy: `HEALTHCHECK &{["CMD-SHELL" "${check}"] "0s"}`, emptyLayer: true },
        { createdBy: 'CMD ["serve" "--api-key" "q7Rt2Xz9Lk4Mv8Nw1P"]', emptyLayer: true },
      ],
    });
    expect(secrets.map(({ kind, place }) => `${place}: ${kind}`)).toEqual([
      'CMD: secret value',
      'ENTRYPOINT: password',
      'HEALTHCHECK: password in a command',
      'history 0: password in a command',
    ]);
    expect(JSON.stringify(secrets)).not.toMatch(/x9Yk2mQ|q7Rt/);
  });

  test.each([
    ['curl -u admin:x9Yk2mQ7 https://r.internal/x', 1],
    ["curl -H 'Authorization: Bearer q7Rt2Xz9Lk4Mv8' https://r.internal", 1],
    ['mysql -h db -uroot -px9Yk2mQ7 -e "select 1"', 1],
    ['tool --password=x9Yk2mQ7', 1],
    ['curl -u "$LOGIN:$PASSWORD" https://r.internal/x', 0],
    ['curl -u admin:$PASSWORD https://r.internal/x', 0],
    ['tool --password-file=/run/secrets/x --token-ttl 1234567890', 0],
    ['tool --password "$PASSWORD" --api-key=changeme', 0],
    ['gpg --batch --keyserver hkps://keys.openpgp.org --recv-keys 8254AAB3FBD4AC9B', 0],
    ['setpriv --reuid=1000 -u 1000:1000 make', 0],
  ])('of a step that runs %s: %d', async (command, count) => {
    const { secrets } = await analyse([[file('a')]], {
      history: [{ createdBy: `RUN /bin/sh -c ${command} # buildkit`, emptyLayer: false }],
    });
    expect(secrets).toHaveLength(count);
  });

  test('a Java archive too large to be held that breaks off', async () => {
    const content = Buffer.alloc(65 * 2 ** 20);
    content.write('PK\x03\x04', 'latin1');
    const { gaps } = await analyse([[{ name: 'app/app-1.0.jar', content }]]);
    expect(gaps).toHaveLength(1);
    expect(gaps[0]).toMatch(/a large Java archive that could not be followed to its end.*: app\/app-1\.0\.jar$/);
  });

  const pom = 'groupId=org.example\nartifactId=app\nversion=1.0\n';
  const jar = zipArchive({
    'META-INF/MANIFEST.MF': 'Manifest-Version: 1.0\n',
    'META-INF/maven/a/b/pom.properties': pom,
  });
  const changed = (at: number, value: number) =>
    Buffer.concat([jar.subarray(0, at), Buffer.of(value), jar.subarray(at + 1)]);
  const directory = jar.indexOf('PK\x01\x02', 'latin1');
  test.each<[string, Buffer, boolean]>([
    ['that is whole', jar, false],
    ['without anything in it', zipArchive({}), false],
    ['that is none', Buffer.from('Rar!, and no zip at all'), false],
    ['that breaks off', jar.subarray(0, -30), true],
    ['that breaks off in its middle', jar.subarray(0, directory - 10), true],
    ['whose directory is no longer one', changed(directory, 0), true],
    ['whose manifest does not unpack', changed(jar.indexOf('MANIFEST.MF') + 12, 0xff), true],
  ])('a Java archive %s: %s', async (_, content, isGap) => {
    const { gaps } = await analyse([[{ name: 'app/app-1.0.jar', content }]]);
    expect(
      gaps.some((gap) =>
        gap.endsWith('a damaged Java archive, so that packages in it may be missing: app/app-1.0.jar'),
      ),
    ).toBe(isGap);
  });

  test('a text that is looked at in part is named', async () => {
    const large = 'x'.repeat(4 * 2 ** 20);
    const { gaps } = await analyse([
      [
        file('srv/dump.sql', `${large}\n`),
        file('srv/whole', large),
        file('srv/data', `\0${large}`),
        file('var/lib/apt/lists/deb.debian.org_Packages', `${large}\n`),
      ],
    ]);
    expect(gaps).toEqual([
      expect.stringMatching(/: a text that was looked at for secrets in its first 4 MiB only: srv\/dump\.sql$/),
    ]);
  });
});
