import { afterAll, expect, test } from 'vitest';
import type { Fix } from '../../../src/core/fix.ts';
import { compareTrees } from '../../../src/prove/compare/compare-trees.ts';
import { imagePaths } from '../../../src/prove/compare/copied-paths.ts';
import { declarationsOf, effectsByRule } from '../../../src/prove/compare/declared.ts';
import { rules } from '../../../src/rules/generated.ts';
import { projectsOnDisk } from './projects.ts';
import { analysisOf, type ShortTree } from './trees.ts';

const projects = projectsOnDisk();
afterAll(() => projects.remove());

const sources = {
  'package.json': '{}',
  'src/main.js': 'main()',
  'README.md': 'x',
  '.env': 'KEY=x',
  'notes/a.txt': 'x',
};

const shop = {
  'package.json': '{"dependencies":{"express":"^5"},"devDependencies":{"jest":"^30"}}',
  'main.go': 'package main',
  'templates/index.html': '<p>',
  'shop.yaml': 'port: 80',
};

const cases: readonly {
  readonly name: string;
  readonly rule: string;
  readonly before: string;
  readonly after: string;
  readonly newFiles?: Readonly<Record<string, string>>;
  /** Lines of the Dockerfile that the fix writes. */
  readonly writes?: string;
  /** What of the Dockerfile they take the place of. */
  readonly replaces?: string;
  readonly original: ShortTree;
  readonly repaired: ShortTree;
  readonly packages?: readonly [readonly string[], readonly string[]];
  /** Versions of npm packages by their directory. */
  readonly npm?: readonly [Readonly<Record<string, string>>, Readonly<Record<string, string>>];
  readonly undeclared: readonly string[];
  readonly sources?: Readonly<Record<string, string>>;
  readonly layer?: (path: string) => number;
  readonly history?: readonly [readonly boolean[], readonly boolean[]];
}[] = [
  {
    name: 'package lists and downloads are declared by the fix that removes them, other files below /var are not',
    rule: 'layers/package-cache-left',
    before: 'FROM debian:12\nRUN apt-get update && apt-get install -y curl\n',
    after: 'FROM debian:12\nRUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*\n',
    original: {
      'var/lib/apt/lists/deb_x': 'x',
      'var/cache/apt/pkgcache.bin': 'x',
      'root/.npm/_cacache/a': 'x',
      'var/lib/app/data': 'x',
    },
    repaired: {},
    undeclared: ['var/lib/app/data'],
  },
  {
    name: 'a mount is declared by its target, and not what else the line names',
    rule: 'cache/package-cache-mount',
    before: 'FROM golang:1.26\nRUN go build -o /usr/local/bin/shop .\n',
    after: 'FROM golang:1.26\nRUN --mount=type=cache,target=/srv/cache go build -o /usr/local/bin/shop .\n',
    replaces: 'RUN go build -o /usr/local/bin/shop .',
    writes: 'RUN --mount=type=cache,target=/srv/cache go build -o /usr/local/bin/shop .',
    original: { 'usr/local/bin/shop': 'x', 'go/pkg/mod/a': 'x' },
    repaired: { 'usr/local/bin/shop': 'y', 'srv/cache/': '' },
    undeclared: ['usr/local/bin/shop'],
  },
  {
    name: 'a path that is in the file before and after is not what a fix is about',
    rule: 'logging/redirect-to-file',
    before: 'FROM debian:12\nCMD ["/opt/shop/run", "--log", "/var/log/shop.log"]\n',
    after: 'FROM debian:12\nCMD ["/opt/shop/run", "--log", "/dev/stdout"]\n',
    replaces: '["/opt/shop/run", "--log", "/var/log/shop.log"]',
    writes: '["/opt/shop/run", "--log", "/dev/stdout"]',
    original: { 'opt/shop/run': 'x', 'var/log/shop.log': 'x' },
    repaired: { 'opt/shop/run': 'y' },
    undeclared: ['opt/shop/run'],
  },
  {
    name: 'an owner that COPY gives is as it was: what differs in a directory of the application is not declared',
    rule: 'layers/no-chown-after-copy',
    before: 'FROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm ci && chown -R node:node /app\n',
    after: 'FROM node:24\nWORKDIR /app\nCOPY --chown=node:node . .\nRUN npm ci\n',
    replaces: 'RUN npm ci && chown -R node:node /app',
    writes: 'RUN npm ci',
    original: { 'app/src/main.js': 'x 644 1000', 'app/node_modules/a/index.js': 'x 644 1000' },
    repaired: { 'app/src/main.js': 'x 644 1000', 'app/node_modules/a/index.js': 'x 644 0' },
    undeclared: ['app/node_modules/a/index.js'],
  },
  {
    name: 'a mode that COPY gives is that of copied files, and of no file beside them',
    rule: 'layers/chmod-after-copy',
    before: 'FROM node:24\nWORKDIR /app\nCOPY . .\nRUN make && chmod +x src/main.js\n',
    after: 'FROM node:24\nWORKDIR /app\nCOPY --chmod=755 . .\nRUN make\n',
    original: { 'app/src/main.js': 'x 755', 'app/made': 'x 644' },
    repaired: { 'app/src/main.js': 'x 775', 'app/made': 'x 755' },
    undeclared: ['app/made'],
  },
  {
    name: 'a package that is there in the same version has the same files',
    rule: 'cache/keep-to-lock-file',
    before: 'FROM node:24\nWORKDIR /app\nCOPY package.json ./\nRUN npm install\n',
    after: 'FROM node:24\nWORKDIR /app\nCOPY package.json ./\nRUN npm ci\n',
    npm: [
      { 'app/node_modules/left': '1', 'app/node_modules/right': '1' },
      { 'app/node_modules/left': '1', 'app/node_modules/right': '2' },
    ],
    original: {
      'app/node_modules/left/a.js': 'x',
      'app/node_modules/left/b.js': 'x',
      'app/node_modules/left/node_modules/deep/c.js': 'x',
      'app/node_modules/right/a.js': 'x',
      'app/node_modules/.package-lock.json': 'x',
    },
    repaired: {
      'app/node_modules/left/a.js': 'y',
      'app/node_modules/right/a.js': 'y',
      'app/node_modules/.package-lock.json': 'y',
    },
    undeclared: ['app/node_modules/left/a.js', 'app/node_modules/left/b.js'],
  },
  {
    name: 'a user that is given a directory explains whose it is and what is new, and not that a file of it is gone',
    rule: 'security/non-root-user',
    before: 'FROM debian:12\nRUN mkdir -p /var/lib/shop/data\n',
    after: 'FROM debian:12\nRUN mkdir -p /var/lib/shop/data && chown -R 10001 /var/lib/shop\nUSER 10001\n',
    writes: 'RUN mkdir -p /var/lib/shop/data && chown -R 10001 /var/lib/shop\nUSER 10001',
    original: { 'var/lib/shop/data/seed.db': 'x', 'var/lib/shop/kept': 'x', 'var/lib/shop/other': 'x' },
    repaired: { 'var/lib/shop/kept': 'x 644 10001', 'var/lib/shop/other': 'y', 'var/lib/shop/new': 'x' },
    undeclared: ['var/lib/shop/data/seed.db', 'var/lib/shop/other'],
  },
  {
    name: 'a stage of its own explains that sources are gone, and not templates and settings that were copied',
    rule: 'size/single-stage-build',
    sources: shop,
    before: 'FROM golang:1.26\nWORKDIR /app\nCOPY . .\nRUN go build -o /app/shop\nCMD ["/app/shop"]\n',
    after:
      'FROM golang:1.26 AS build\nWORKDIR /app\nCOPY . .\nRUN go build -o /app/shop\nFROM debian:12-slim\nCOPY --from=build /app/shop /app/shop\nCMD ["/app/shop"]\n',
    original: {
      'app/main.go': 'x',
      'app/templates/index.html': 'x',
      'app/shop.yaml': 'x',
      'app/shop': 'x',
      'go/pkg/mod/a': 'x',
    },
    repaired: { 'app/shop': 'x' },
    undeclared: ['app/shop.yaml', 'app/templates/index.html'],
  },
  {
    name: 'packages for development may be gone, those that package.json names to run may not',
    rule: 'size/development-dependencies',
    sources: shop,
    before: 'FROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm install\n',
    after: 'FROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm install --omit=dev\n',
    original: { 'app/node_modules/jest/index.js': 'x', 'app/node_modules/express/index.js': 'x' },
    repaired: {},
    undeclared: ['app/node_modules/express/index.js'],
  },
  {
    name: 'no package of the distribution takes along what was put below /usr/local',
    rule: 'size/no-install-recommends',
    before: 'FROM debian:12\nRUN apt-get install -y curl\n',
    after: 'FROM debian:12\nRUN apt-get install -y --no-install-recommends curl\n',
    packages: [['curl', 'ca-certificates'], ['curl']],
    original: { 'usr/local/bin/tool': 'x', 'usr/bin/other': 'x' },
    repaired: {},
    undeclared: ['usr/local/bin/tool'],
  },
  {
    name: 'a rule without an effect declares nothing but the files that its fix writes',
    rule: 'layers/consecutive-runs',
    before: 'FROM debian:12\nCOPY . /app\n',
    after: 'FROM debian:12\nCOPY . /app\n',
    original: { 'app/Dockerfile': 'x', 'app/src/main.js': 'x', 'var/lib/apt/lists/deb_x': 'x' },
    repaired: { 'app/Dockerfile': 'y', 'app/src/main.js': 'y' },
    undeclared: ['app/src/main.js', 'var/lib/apt/lists/deb_x'],
  },
  {
    name: 'an ignore file declares what the context does not send any more, and no other file',
    rule: 'context/missing-ignore-file',
    before: 'FROM debian:12\nWORKDIR /app\nCOPY . .\n',
    after: 'FROM debian:12\nWORKDIR /app\nCOPY . .\n',
    newFiles: { '.dockerignore': '.env\nnotes\nREADME.md\n' },
    original: {
      'app/.env': 'x',
      'app/notes/': '',
      'app/notes/a.txt': 'x',
      'app/notes/empty/': '',
      'app/notes/empty/deeper/': '',
      'app/src/empty/': '',
      'app/README.md': 'x',
      'app/src/main.js': 'x',
      'etc/.env': 'x',
    },
    repaired: { 'app/.dockerignore': 'x' },
    undeclared: ['app/src/empty', 'app/src/main.js', 'etc/.env'],
  },
  {
    name: 'recommended packages that are gone take their files along, not those of the application',
    rule: 'size/no-install-recommends',
    before: 'FROM debian:12\nRUN apt-get install -y curl\nCOPY src/main.js /usr/local/bin/main.js\n',
    after:
      'FROM debian:12\nRUN apt-get install -y --no-install-recommends curl\nCOPY src/main.js /usr/local/bin/main.js\n',
    packages: [['curl', 'ca-certificates'], ['curl']],
    original: {
      'usr/sbin/update-ca': 'x',
      'var/lib/dpkg/status': 'x',
      'usr/bin/curl': 'x',
      'usr/local/bin/main.js': 'x',
      'app/data': 'x',
    },
    repaired: { 'var/lib/dpkg/status': 'y', 'usr/bin/curl': 'y' },
    undeclared: ['app/data', 'usr/bin/curl', 'usr/local/bin/main.js'],
  },
  {
    name: 'where the packages are the same, no package explains a difference',
    rule: 'size/no-install-recommends',
    before: 'FROM debian:12\n',
    after: 'FROM debian:12\n',
    packages: [['curl'], ['curl']],
    original: { 'usr/sbin/update-ca': 'x' },
    repaired: {},
    undeclared: ['usr/sbin/update-ca'],
  },
  {
    name: 'a user that is added changes the accounts and the owner of what is copied, not its content',
    rule: 'security/non-root-user',
    before: 'FROM debian:12\nCOPY . /app\n',
    after: 'FROM debian:12\nRUN useradd app\nCOPY --chown=app . /app\nUSER app\n',
    writes: 'RUN useradd app && install -d -o app /var/lib/shop',
    original: { 'etc/passwd': 'x', 'app/src/main.js': 'x', 'usr/bin/env': 'x' },
    repaired: {
      'etc/passwd': 'y',
      'etc/shadow-': 'y',
      'app/src/main.js': 'y 644 1000',
      'usr/bin/env': 'x 644 1000',
      'var/lib/shop/': '',
    },
    undeclared: ['app/src/main.js', 'usr/bin/env'],
  },
  {
    name: 'of a stage that ships only what it copies everything else may be gone, but not what it copies',
    rule: 'size/single-stage-build',
    before: 'FROM golang:1.24\nWORKDIR /src\nCOPY . .\nRUN go build -o /out/app\nCMD ["/out/app"]\n',
    after:
      'FROM golang:1.24 AS build\nWORKDIR /src\nCOPY . .\nRUN go build -o /out/app\nFROM debian:12\nCOPY --from=build /out/app /out/app\nCMD ["/out/app"]\n',
    original: { 'usr/local/go/bin/go': 'x', 'src/src/main.js': 'x', 'out/': '', 'out/app': 'x' },
    repaired: { 'out/': '', 'out/app': 'y', 'lib/libc.so': 'x' },
    undeclared: ['out/app'],
  },
  {
    name: 'another base declares what the lowest layers bring, not what lies above them',
    rule: 'size/lighter-base',
    before: 'FROM node:24\nWORKDIR /app\nCOPY . .\n',
    after: 'FROM node:24-slim\nWORKDIR /app\nCOPY . .\n',
    history: [
      [false, true, true, false],
      [false, true, false],
    ],
    layer: (path) => (path.startsWith('usr') ? 0 : 1),
    original: { 'usr/bin/git': 'x', 'usr/lib/a.so': 'x', 'app/src/main.js': 'x', 'opt/tool': 'x' },
    repaired: { 'usr/lib/a.so': 'y', 'app/src/main.js': 'y' },
    undeclared: ['app/src/main.js', 'opt/tool'],
  },
];

for (const {
  name,
  rule,
  before,
  after,
  newFiles = {},
  writes = '',
  replaces = '',
  original,
  repaired,
  packages,
  npm,
  undeclared,
  layer,
  history,
  sources: own = sources,
} of cases)
  test(name, async () => {
    const was = await projects.load({ ...own, Dockerfile: before });
    const is = await projects.load({ ...own, ...newFiles, Dockerfile: after });
    const fix: Pick<Fix, 'changes'> = {
      changes: {
        edits: [{ path: 'Dockerfile', range: rangeOf(before, replaces), replacement: writes }],
        newFiles: Object.entries(newFiles).map(([path, text]) => ({ path, text })),
      },
    };
    const options = (at: 0 | 1) => ({
      ...(packages && { packages: packages[at] }),
      ...(npm && { npm: npm[at] }),
      ...(history && { history: history[at] }),
      ...(layer && { layer }),
    });
    const [one, other] = [analysisOf(original, options(0)), analysisOf(repaired, options(1))];
    const declarations = declarationsOf([{ rule, fix }], {
      before: was.build,
      after: is.build,
      original: one,
      repaired: other,
    });
    const { differences } = compareTrees(
      { original: one.files, again: one.files, repaired: other.files },
      declarations,
    );
    const found = differences.filter(({ standing }) => standing === 'undeclared').map(({ path }) => path);
    expect(found.sort()).toEqual(undeclared);
  });

function rangeOf(text: string, part: string) {
  const start = text.indexOf(part);
  return { start, end: start + part.length };
}

test('files of the context are followed into the image through stages', async () => {
  const { build } = await projects.load({
    ...sources,
    Dockerfile: `FROM debian:12 AS build
WORKDIR /src
COPY package.json ./
COPY src lib
COPY notes/*.txt /texts/
FROM build AS unused
COPY .env /secret
FROM debian:12
COPY --from=build /src /app
COPY README.md /usr/share/read.me
`,
  });
  expect([...imagePaths(build)].sort()).toEqual([
    ['app/lib/main.js', 'src/main.js'],
    ['app/package.json', 'package.json'],
    ['usr/share/read.me', 'README.md'],
  ]);
});

test('every rule that declares an effect is a rule', () => {
  const known = new Set<string>(rules.map(({ id }) => id));
  expect(Object.keys(effectsByRule).filter((rule) => !known.has(rule))).toEqual([]);
});

test('a new file is declared where the files beside it come to lie, and nowhere else', async () => {
  const text = 'FROM debian:12\nWORKDIR /app\nCOPY . .\n';
  const { build } = await projects.load({ ...sources, Dockerfile: text });
  const original = analysisOf({ 'app/src/main.js': 'x' }, {});
  const repaired = analysisOf(
    { 'app/src/main.js': 'x', 'app/db.env': 'x', 'srv/db.env': 'x', 'app/src/db.env': 'x' },
    {},
  );
  const fix = { changes: { edits: [], newFiles: [{ path: 'db.env', text: 'x' }] } };
  const parts = { before: build, after: build, original, repaired };
  const { differences } = compareTrees(
    { original: original.files, again: original.files, repaired: repaired.files },
    declarationsOf([{ rule: 'secrets/plain-env-secret', fix }], parts),
  );
  const undeclared = differences.filter(({ standing }) => standing === 'undeclared').map(({ path }) => path);
  expect(undeclared.filter((path) => path.endsWith('db.env')).sort()).toEqual(['app/src/db.env', 'srv/db.env']);
});
