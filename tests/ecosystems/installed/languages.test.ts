import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { goModules } from '../../../src/ecosystems/go/build-info.ts';
import { javaCataloguer } from '../../../src/ecosystems/maven/installed.ts';
import { catalogue, fixture, urls } from './catalogue.ts';
import { zipArchive } from './zip-archive.ts';

const json = JSON.stringify;

describe('npm', () => {
  const manifest = json({ name: 'left-pad', version: '1.3.0', license: 'WTFPL' });
  test.each([
    ['app/node_modules/left-pad/package.json', manifest, ['pkg:npm/left-pad@1.3.0']],
    ['app/node_modules/.pnpm/left-pad@1.3.0/node_modules/left-pad/package.json', manifest, ['pkg:npm/left-pad@1.3.0']],
    [
      'app/node_modules/@babel/core/package.json',
      json({ name: '@babel/core', version: '7.24.0' }),
      ['pkg:npm/%40babel/core@7.24.0'],
    ],
    ['app/package.json', json({ name: 'app', version: '0.1.0' }), ['pkg:npm/app@0.1.0']],
    // Parts of a package, and trees that a package's tests made up.
    ['app/node_modules/left-pad/dist/esm/package.json', manifest, []],
    ['app/node_modules/resolve/test/resolver/node_modules/left-pad/package.json', manifest, []],
    ['app/test/fixtures/package.json', manifest, []],
    ['app/node_modules/left-pad/my-package.json', manifest, []],
    ['app/node_modules/x/package.json', json({ name: 'x' }), []],
    ['app/node_modules/x/package.json', json({ name: 'x', version: 'latest' }), []],
    ['app/node_modules/x/package.json', '{"name": "x", "version": ["1.0.0"]}', []],
    ['app/node_modules/x/package.json', 'no json', []],
  ])('%s', (path, content, expected) => {
    expect(urls(catalogue(path, content, { mode: 0o644 }))).toEqual(expected);
  });

  // As Yarn writes it: quotes and line ends escaped in a text of JavaScript, or an object in code.
  const zip = (name: string) => `../root/.yarn/berry/cache/${name}-npm-1.zip/node_modules/${name}/`;
  const state = json(
    {
      __info: ["don't touch"],
      ignorePatternData: '(^(?:\\.yarn\\/sdks)$)',
      packageRegistryData: [
        [null, [[null, { packageLocation: './', linkType: 'SOFT' }]]],
        ['shop', [['workspace:.', { packageLocation: './', linkType: 'SOFT' }]]],
        ['@types/node', [['npm:20.1.0', { packageLocation: zip('@types/node') }]]],
        [
          'react-dom',
          [
            ['npm:18.2.0', { packageLocation: zip('react-dom') }],
            ['virtual:0a9b#npm:18.2.0', { packageLocation: `./.yarn/__virtual__/x/${zip('react-dom')}` }],
          ],
        ],
        [
          'typescript',
          [
            [
              'patch:typescript@npm%3A5.4.5#optional!builtin<compat/typescript>::version=5.4.5&hash=5adc0c',
              { packageLocation: zip('typescript') },
            ],
          ],
        ],
        [
          'esbuild',
          [['npm:0.20.0', { packageLocation: './.yarn/unplugged/esbuild-npm-0.20.0/node_modules/esbuild/' }]],
        ],
        ['linked', [['link:../linked', { packageLocation: '../linked/' }]]],
        ['odd name', [['npm:1.0.0', { packageLocation: zip('odd') }]]],
        ['odd', 'npm:1.0.0'],
      ],
    },
    undefined,
    2,
  );
  const plugged = ['pkg:npm/%40types/node@20.1.0', 'pkg:npm/react-dom@18.2.0', 'pkg:npm/typescript@5.4.5'];
  const escaped = state.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\\n');
  test.each([
    [
      '.pnp.cjs',
      `#!/usr/bin/env node\n"use strict";\n\nconst RAW_RUNTIME_STATE =\n'${escaped}';\n\nfunction x() {}\n`,
      plugged,
    ],
    [
      'srv/.pnp.cjs',
      `function $$SETUP_STATE(hydrateRuntimeState, basePath) {\n  return hydrateRuntimeState(${state}, {basePath: basePath || __dirname});\n}\n`,
      plugged,
    ],
    ['srv/.pnp.data.json', state, plugged],
    ['srv/.pnp.cjs', 'module.exports = {}', []],
    ['srv/.pnp.cjs', "const RAW_RUNTIME_STATE =\n'{", []],
    ['srv/.pnp.data.json', json({ packageRegistryData: [['a'], 'b', ['c', [['npm:1.0.0', null]]]] }), []],
    ['srv/my.pnp.cjs', state, []],
  ])('of Yarn without node_modules: %s', (path, content, expected) => {
    expect(urls(catalogue(path, content))).toEqual(expected);
  });

  test.each([
    [{ license: 'MIT' }, ['MIT']],
    [{ license: { type: 'MIT', url: 'https://x' } }, ['MIT']],
    [{ licenses: [{ type: 'MIT' }, { type: 'Apache-2.0' }] }, ['MIT', 'Apache-2.0']],
    [{ license: 'UNKNOWN' }, []],
    [{ license: 7 }, []],
  ])('licences of %j', (fields, licences) => {
    const [one] = catalogue('node_modules/a/package.json', json({ name: 'a', version: '1.0.0', ...fields }));
    expect(one?.licences).toEqual(licences);
  });
});

describe('Python', () => {
  const metadata =
    'Metadata-Version: 2.1\nName: Flask_Login\nVersion: 0.6.3\nLicense: MIT\nClassifier: License :: OSI Approved :: BSD License\n\nName: not this\n';
  test.each([
    'usr/lib/python3/dist-packages/Flask_Login-0.6.3.dist-info/METADATA',
    'usr/lib/python3/dist-packages/Flask_Login-0.6.3.egg-info',
    'usr/lib/python3/dist-packages/Flask_Login.egg-info/PKG-INFO',
    'usr/lib/python3/Flask_Login-0.6.3-py3.11.egg/EGG-INFO/PKG-INFO',
  ])('%s', (path) => {
    expect(catalogue(path, metadata)).toEqual([
      {
        kind: 'pypi',
        name: 'Flask_Login',
        version: '0.6.3',
        purl: 'pkg:pypi/flask-login@0.6.3',
        licences: ['MIT'],
        path,
      },
    ]);
  });

  test.each([
    ['License-Expression: MIT OR Apache-2.0\nLicense: other', ['MIT OR Apache-2.0']],
    ['License: UNKNOWN\nClassifier: License :: OSI Approved :: MIT License', ['MIT License']],
    [`License: ${'a whole text '.repeat(50)}`, []],
  ])('licences of %j', (fields, licences) => {
    const [one] = catalogue('a.dist-info/METADATA', `Name: a\nVersion: 1\n${fields}\n`);
    expect(one?.licences).toEqual(licences);
  });
});

describe('RubyGems', () => {
  test.each([
    [
      '# -*- encoding: utf-8 -*-\n# stub: rake 13.0.6 ruby lib\n\n  s.licenses = ["MIT".freeze, "Ruby".freeze]\n',
      'pkg:gem/rake@13.0.6',
      ['MIT', 'Ruby'],
    ],
    [
      'Gem::Specification.new do |s|\n  s.name = "rake".freeze\n  s.version = "13.0.6"\nend\n',
      'pkg:gem/rake@13.0.6',
      [],
    ],
    ['# stub: nokogiri 1.16.2 x86_64-linux lib\n', 'pkg:gem/nokogiri@1.16.2?platform=x86_64-linux', []],
  ])('%#', (text, purl, licences) => {
    for (const path of [
      'usr/lib/ruby/gems/3.1.0/specifications/a.gemspec',
      'var/lib/gems/specifications/default/a.gemspec',
    ])
      expect(catalogue(path, text)).toEqual([expect.objectContaining({ purl, licences, path })]);
    expect(catalogue('usr/lib/ruby/gems/3.1.0/gems/rake-13.0.6/rake.gemspec', text)).toEqual([]);
  });
});

describe('Composer', () => {
  const packages = [{ name: 'Monolog/monolog', version: '3.5.0', license: ['MIT'] }, { name: 7 }];
  test.each([
    ['version 1', packages],
    ['version 2', { packages, dev: false }],
  ])('%s', (_, content) => {
    expect(catalogue('app/vendor/composer/installed.json', json(content))).toEqual([
      expect.objectContaining({ kind: 'composer', purl: 'pkg:composer/monolog/monolog@3.5.0', licences: ['MIT'] }),
    ]);
  });
});

describe('.NET', () => {
  test('packages and the runtime, not the projects', () => {
    const libraries = {
      'app/1.0.0': { type: 'project' },
      'Newtonsoft.Json/13.0.3': { type: 'package' },
      'runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.3': { type: 'runtimepack' },
    };
    expect(urls(catalogue('app/app.deps.json', json({ libraries })))).toEqual([
      'pkg:nuget/Newtonsoft.Json@13.0.3',
      'pkg:nuget/Microsoft.NETCore.App.Runtime.linux-x64@8.0.3',
    ]);
  });
});

/** Built by the compilers that their names say; all but the headers and the sections that are read is zeroed. */
describe('Go', () => {
  test.each([
    ['go-1.16.15', '1.16.15'],
    ['go-1.17.13-386', '1.17.13'],
    ['go-1.17.13-mips', '1.17.13'],
    ['go-1.26.8', '1.26.8'],
  ])('%s', (name, version) => {
    expect(urls(catalogue(`app/${name}`, fixture(name)))).toEqual([
      'pkg:golang/example.com/hello',
      'pkg:golang/golang.org/x/text@v0.3.7',
      `pkg:golang/stdlib@${version}`,
    ]);
  });

  test('a program of more than 64 MiB is read as it comes', () => {
    const built = fixture('go-1.26.8');
    // Before the program's own, a mark that is none: the searching program's own text.
    const large = Buffer.concat([built, Buffer.alloc(64 * 1024 * 1024)]);
    large.write('\xff Go buildinf:', 4096, 'latin1');
    for (const piece of [65_536, 1_048_576, 12_347])
      expect(urls(catalogue('app/large', large, { piece }))).toEqual(urls(catalogue('app/hello', built)));
  });

  test('what replaces a module is what is in the program; one from a folder keeps its name', () => {
    const modules = [
      'path\tcommand-line-arguments',
      'mod\texample.com/main\t(devel)\t',
      'dep\texample.com/a\tv1.0.0',
      '=>\texample.com/fork\tv1.0.1\th1:x=',
      'dep\texample.com/b\tv2.0.0+incompatible\th1:y=',
      'dep\texample.com/c\tv0.0.0',
      '=>\t./c\t(devel)\t',
      'build\tvcs.revision=0123456789abcdef0123456789abcdef01234567',
      'build\tvcs.time=2026-11-27T10:20:30Z',
    ];
    expect(urls(goModules({ goVersion: 'go1.22.3 X:foo', modules: modules.join('\n') }, 'app'))).toEqual([
      'pkg:golang/example.com/main@v0.0.0-20261127102030-0123456789ab',
      'pkg:golang/example.com/fork@v1.0.1',
      'pkg:golang/example.com/b@v2.0.0%2Bincompatible',
      'pkg:golang/example.com/c@v0.0.0',
      'pkg:golang/stdlib@1.22.3',
    ]);
  });
});

describe('Rust', () => {
  test('crates that cargo-auditable wrote, without those of the build', () => {
    expect(urls(catalogue('usr/local/bin/hello', fixture('rust-auditable')))).toEqual([
      'pkg:cargo/itoa@1.0.9',
      'pkg:cargo/rusthello@0.3.1',
    ]);
  });
});

describe('Java', () => {
  const pom = (group: string, artifact: string, version: string) => ({
    [`META-INF/maven/${group}/${artifact}/pom.properties`]: `#Created by Maven\ngroupId=${group}\nartifactId=${artifact}\nversion=${version}\n`,
  });
  const named = (path: string, files: Record<string, string | Uint8Array>) =>
    catalogue(path, zipArchive(files)).map(({ purl, inside }) => (inside === undefined ? purl : `${purl} ${inside}`));

  test.each([
    [
      'coordinates of its own',
      'a/gson-2.10.jar',
      pom('com.google.code.gson', 'gson', '2.10'),
      ['pkg:maven/com.google.code.gson/gson@2.10'],
    ],
    [
      'shaded artifacts beside it',
      'a/app-1.0.jar',
      { ...pom('org.example', 'app', '1.0'), ...pom('com.google.code.gson', 'gson', '2.10') },
      ['pkg:maven/org.example/app@1.0', 'pkg:maven/com.google.code.gson/gson@2.10'],
    ],
    [
      'the manifest tells the group',
      'a/failureaccess-1.0.1.jar',
      {
        'META-INF/MANIFEST.MF':
          'Manifest-Version: 1.0\r\nBundle-SymbolicName: com.google.guava.failure\r\n access;singleton:=true\r\n\r\nName: x\r\n',
      },
      ['pkg:maven/com.google.guava/failureaccess@1.0.1'],
    ],
    [
      'the manifest tells the version',
      'a/tool.jar',
      { 'META-INF/MANIFEST.MF': 'Implementation-Version: 3.1\n' },
      ['pkg:maven/tool/tool@3.1'],
    ],
    [
      'a name with dashes for underscores, as Debian writes it',
      'a/geronimo-interceptor-3.0-spec.jar',
      pom('org.apache.geronimo.specs', 'geronimo-interceptor_3.0_spec', '1.0.1'),
      ['pkg:maven/org.apache.geronimo.specs/geronimo-interceptor_3.0_spec@1.0.1'],
    ],
    [
      'what was shaded in has coordinates, it itself a manifest',
      'a/guice.jar',
      {
        'META-INF/MANIFEST.MF': 'Bundle-SymbolicName: com.google.inject\nBundle-Version: 4.2.3\n',
        ...pom('cglib', 'cglib', '3.3.0'),
      },
      ['pkg:maven/com.google.inject/guice@4.2.3', 'pkg:maven/cglib/cglib@3.3.0'],
    ],
    [
      'a file that was renamed, its only coordinates of the version in the manifest',
      'a/lib.jar',
      {
        'META-INF/MANIFEST.MF': 'Bundle-SymbolicName: com.google.common\nBundle-Version: 31.1.0.jre\n',
        ...pom('com.google.guava', 'guava', '31.1-jre'),
      },
      ['pkg:maven/com.google.guava/guava@31.1-jre'],
    ],
    [
      'a file that was renamed, one of its coordinates of the version in the manifest',
      'a/maven3-slf4j-provider.jar',
      {
        'META-INF/MANIFEST.MF': 'Implementation-Version: 3.8.7\n',
        ...pom('org.slf4j', 'slf4j-simple', '1.7.32'),
        ...pom('org.apache.maven', 'maven-slf4j-provider', '3.8.7'),
      },
      ['pkg:maven/org.apache.maven/maven-slf4j-provider@3.8.7', 'pkg:maven/org.slf4j/slf4j-simple@1.7.32'],
    ],
    [
      'its place in a local repository of Maven tells the group, whatever the manifest says',
      'root/.m2/repository/org/ow2/asm/asm/9.6/asm-9.6.jar',
      { 'META-INF/MANIFEST.MF': 'Bundle-SymbolicName: org.objectweb.asm\nBundle-Version: 9.6\n' },
      ['pkg:maven/org.ow2.asm/asm@9.6'],
    ],
    [
      'a classifier and what was shaded in, in a local repository',
      'root/.m2/repository/com/google/inject/guice/4.2.3/guice-4.2.3-no_aop.jar',
      pom('cglib', 'cglib', '3.3.0'),
      ['pkg:maven/com.google.inject/guice@4.2.3', 'pkg:maven/cglib/cglib@3.3.0'],
    ],
    [
      'a snapshot in a local repository',
      'root/.m2/repository/org/example/app/1.0-SNAPSHOT/app-1.0-20240102.030405-1.jar',
      { 'A.class': 'x' },
      ['pkg:maven/org.example/app@1.0-SNAPSHOT'],
    ],
    [
      "its place in Gradle's cache tells the group",
      'home/gradle/.gradle/caches/modules-2/files-2.1/org.ow2.asm/asm/9.6/aa205cf0a06dbd8e04ece91c0b37c3f5d567546a/asm-9.6.jar',
      { 'A.class': 'x' },
      ['pkg:maven/org.ow2.asm/asm@9.6'],
    ],
    [
      'a folder named repository that is none of Maven',
      'srv/repository/files/2024/junit-4.12.jar',
      { 'A.class': 'x' },
      ['pkg:maven/junit/junit@4.12'],
    ],
    ['only the name of the file tells', 'a/junit-4.12.jar', { 'junit/A.class': 'x' }, ['pkg:maven/junit/junit@4.12']],
    [
      'no coordinates, as Gradle packs: a known name with the classes of its group',
      'a/spring-web-6.1.4.jar',
      { 'META-INF/MANIFEST.MF': 'Implementation-Title: spring-web\n', 'org/springframework/web/A.class': 'x' },
      ['pkg:maven/org.springframework/spring-web@6.1.4'],
    ],
    ...(
      [
        ['spring-boot-3.2.3', 'org/springframework/boot/context', 'org.springframework.boot'],
        ['spring-boot-actuator-3.2.3', 'org/springframework/boot/actuate', 'org.springframework.boot'],
        ['spring-boot-loader-tools-3.2.3', 'org/springframework/boot/loader/tools', 'org.springframework.boot'],
        ['spring-security-crypto-6.2.2', 'org/springframework/security/crypto', 'org.springframework.security'],
        ['spring-jcl-6.1.4', 'org/apache/commons/logging', 'org.springframework'],
        ['spring-tx-6.1.4', 'org/springframework/transaction', 'org.springframework'],
        ['spring-webmvc-6.1.4', 'org/springframework/web/servlet', 'org.springframework'],
        ['tomcat-embed-core-10.1.19', 'org/apache/catalina', 'org.apache.tomcat.embed'],
        ['tomcat-embed-el-10.1.19', 'org/apache/el', 'org.apache.tomcat.embed'],
        ['tomcat-jdbc-10.1.19', 'org/apache/tomcat/jdbc', 'org.apache.tomcat'],
        // Applications that bring a part of such a family along are none of it.
        ['spring-boot-0.0.1', 'org/springframework/boot/loader/launch', undefined],
        ['spring-boot-demo-0.0.1', 'org/springframework/boot/loader/launch', undefined],
        ['spring-boot-loader-demo-0.0.1', 'org/springframework/boot/loader/launch', undefined],
        ['spring-web-0.0.1', 'org/springframework/boot/loader/launch', undefined],
        ['spring-web-0.0.1', 'org/example', undefined],
        ['tomcat-demo-0.0.1', 'org/apache/catalina', undefined],
        ['tomcat-api-0.0.1', 'org/apache/commons/lang3', undefined],
      ] as const
    ).map(([file, folder, group]): [string, string, Record<string, string>, string[]] => {
      const [artifact = '', version] = file.split(/-(?=\d)/);
      return [
        `${file} with classes in ${folder}`,
        `a/${file}.jar`,
        { [`${folder}/A.class`]: 'x' },
        [`pkg:maven/${group ?? artifact}/${artifact}@${version}`],
      ];
    }),
    [
      'a known name without such classes is nobody’s',
      'a/spring-web-6.1.4.jar',
      { 'com/example/A.class': 'x' },
      ['pkg:maven/spring-web/spring-web@6.1.4'],
    ],
    [
      'a group that was renamed with a version',
      'a/hibernate-core-5.6.15.Final.jar',
      { 'META-INF/MANIFEST.MF': 'Bundle-SymbolicName: org.hibernate.orm.core\n', 'org/hibernate/A.class': 'x' },
      ['pkg:maven/org.hibernate/hibernate-core@5.6.15.Final'],
    ],
    ['nothing tells a version', 'a/app.jar', { 'A.class': 'x' }, []],
    ['coordinates that nobody filled in', 'a/app.jar', pom('org.example', 'app', '${project.version}'), []],
  ])('%s', (_, path, files, expected) => {
    expect(named(path, files)).toEqual(expected);
  });

  test('an archive of more than 64 MiB is read as it comes, whatever the pieces and wherever its lengths stand', () => {
    const header = { path: 'app/app-1.0.jar', bytes: 70 * 1024 * 1024, mode: 0o644 };
    expect(javaCataloguer.wants(header)).toBe('stream');
    const noise = randomBytes(20_000);
    // The marks of headers in the data are none.
    for (const mark of ['PK\x07\x08', 'PK\x03\x04', 'PK\x01\x02'])
      noise.write(mark.repeat(9), mark.charCodeAt(2) * 1000, 'latin1');
    const library = zipArchive({ ...pom('org.example', 'library', '2.0'), 'A.class': 'x' });
    const files = { ...pom('org.example', 'app', '1.0'), 'data/noise': noise, 'BOOT-INF/lib/library-2.0.jar': library };
    const places = [{}, { lengthsBehind: true }, { wide: true }, { wide: true, lengthsBehind: true }];
    for (const place of places)
      for (const piece of [1, 7, 4096, 1_000_000]) {
        const jar = zipArchive(files, place);
        const stream = javaCataloguer.stream?.(header);
        for (let at = 0; at < jar.length; at += piece) stream?.push(jar.subarray(at, at + piece));
        expect(urls([...(stream?.end() ?? [])])).toEqual([
          'pkg:maven/org.example/app@1.0',
          'pkg:maven/org.example/library@2.0',
        ]);
        expect(stream?.gap?.()).toBeUndefined();
      }
  });

  test('a large archive that is cut off, or none, holds what came before, and says so', () => {
    const jar = zipArchive({ ...pom('org.example', 'app', '1.0'), 'data/noise': randomBytes(5000) });
    for (const content of [jar.subarray(0, 3000), Buffer.from('no archive'), randomBytes(200_000)]) {
      const stream = javaCataloguer.stream?.({ path: 'app/app-1.0.jar', bytes: 1e9, mode: 0o644 });
      stream?.push(content);
      expect(urls([...(stream?.end() ?? [])])).toEqual(
        content.length === 3000 ? ['pkg:maven/org.example/app@1.0'] : [],
      );
      expect(stream?.gap?.()).toContain('could not be followed to its end');
    }
  });

  test('archives in archives', () => {
    const inner = zipArchive(pom('org.example', 'deep', '3.0'));
    const library = zipArchive({ ...pom('org.example', 'library', '2.0'), 'lib/deep-3.0.jar': inner });
    expect(
      named('app/app-1.0.jar', { ...pom('org.example', 'app', '1.0'), 'BOOT-INF/lib/library-2.0.jar': library }),
    ).toEqual([
      'pkg:maven/org.example/app@1.0',
      'pkg:maven/org.example/library@2.0 BOOT-INF/lib/library-2.0.jar',
      'pkg:maven/org.example/deep@3.0 BOOT-INF/lib/library-2.0.jar!/lib/deep-3.0.jar',
    ]);
  });

  test('a start script before the archive', () => {
    const jar = Buffer.concat([
      Buffer.from('#!/bin/sh\nexec java -jar $0\n'),
      zipArchive(pom('org.example', 'app', '1.0')),
    ]);
    expect(urls(catalogue('app/app-1.0.jar', jar))).toEqual(['pkg:maven/org.example/app@1.0']);
  });

  test('archives that hold themselves ever deeper end', () => {
    let jar = zipArchive(pom('org.example', 'bomb', '1.0'));
    for (let depth = 0; depth < 10; depth++)
      jar = zipArchive({ ...pom('org.example', 'bomb', '1.0'), 'a-1.0.jar': jar, 'b-1.0.jar': jar });
    const started = performance.now();
    expect(catalogue('bomb-1.0.jar', jar).length).toBeLessThan(200);
    expect(performance.now() - started).toBeLessThan(15_000);
  });
});

describe('programs that no database knows', () => {
  const binary = (text: string) =>
    Buffer.concat([Buffer.alloc(5000, 1), Buffer.from(text, 'latin1'), Buffer.alloc(500)]);
  test.each([
    ['usr/local/bin/node', 'node.js/v20.11.1\0', ['pkg:generic/node@20.11.1']],
    ['usr/local/bin/python3.12', '\x003.12.1\0', ['pkg:generic/python@3.12.1']],
    ['usr/local/lib/libpython3.11.so.1.0', '\x003.11.7rc1\0', ['pkg:generic/python@3.11.7rc1']],
    ['usr/local/bin/php', 'X-Powered-By: PHP/8.2.36\0', ['pkg:generic/php@8.2.36']],
    ['usr/lib/libruby.so.3.1', '\0ruby 3.1.2p20 (2022-04-12)', ['pkg:generic/ruby@3.1.2']],
    ['usr/sbin/nginx', 'nginx version: nginx/1.25.3\0', ['pkg:generic/nginx@1.25.3']],
    ['bin/busybox', 'BusyBox v1.36.1 (Debian)', ['pkg:generic/busybox@1.36.1']],
    ['usr/lib/postgresql/15/bin/postgres', 'postgres (PostgreSQL) 15.18 (Debian)', ['pkg:generic/postgresql@15.18']],
    ['usr/local/bin/nodemon', 'node.js/v20.11.1\0', []],
    ['usr/local/bin/node', 'node.js/vXYZ node.js/v1', []],
  ])('%s', (path, text, expected) => {
    // Whatever the pieces are cut through.
    for (const piece of [7, 4999, 65_536]) expect(urls(catalogue(path, binary(text), { piece }))).toEqual(expected);
  });

  test.each([
    [
      'opt/java/openjdk/release',
      'IMPLEMENTOR="Eclipse Adoptium"\nJAVA_VERSION="17.0.9"\n',
      ['pkg:generic/openjdk@17.0.9'],
    ],
    ['usr/local/go/VERSION', 'go1.22.3\ntime 2024-05-01T19:49:47Z\n', ['pkg:generic/go@1.22.3']],
    ['etc/release', 'NAME=x\n', []],
  ])('%s', (path, text, expected) => {
    expect(urls(catalogue(path, text))).toEqual(expected);
  });
});
