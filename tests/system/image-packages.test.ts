import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { renderCycloneDx } from '../../src/report/cyclonedx.ts';
import { renderSpdx } from '../../src/report/spdx.ts';
import { cycloneDxErrors, spdxFaults } from '../report/sbom-schemas.ts';
import { type ContainerEngine, startContainerEngine } from './container-engine.ts';
import { explain } from './package-differences.ts';
import { analyse, comparable, difference, syftIsMissing, syftPackages } from './package-lists.ts';

// Packages of images that are built here, against syft's list and that of the image's own package manager. CI looks into a small one; all of them:
//
//     npm run test:packages        also writes docs/image-packages.md

const here = import.meta.dirname;

interface PackageImage {
  readonly name: string;
  /** An image of scripts/base-images as it is, or a folder that is built. */
  readonly from: { readonly image: string } | { readonly folder: string };
  /** A command in the image that lists a kind of package, one a line as `name version architecture`; what it prints is that database's truth. */
  readonly listing?: {
    readonly by: string;
    readonly kind: string;
    readonly command: readonly [program: string, ...args: string[]];
  };
}

const dpkg = {
  by: 'dpkg-query',
  kind: 'deb',
  command: ['dpkg-query', '-W', '-f', '${db:Status-Status} ${Package} ${Version} ${Architecture}\\n'],
} as const;

const images: readonly PackageImage[] = [
  { name: 'distroless', from: { folder: 'images/distroless' } },
  { name: 'rpm', from: { folder: 'images/rpm' } },
  { name: 'Go', from: { folder: 'builds/go-modules' }, listing: dpkg },
  { name: 'Debian 12', from: { image: 'debian:12' }, listing: dpkg },
  { name: 'Java, Maven', from: { folder: 'builds/java-maven' }, listing: dpkg },
  {
    name: 'Java, libraries in an archive',
    from: { folder: 'images/java-fat' },
    listing: { by: 'mvn dependency:list', kind: 'maven', command: ['cat', '/app/dependencies'] },
  },
  { name: 'nginx', from: { folder: 'builds/debian-nginx' }, listing: dpkg },
  { name: 'Ruby, Bundler', from: { folder: 'builds/ruby-bundler' }, listing: dpkg },
  { name: 'PHP, Composer', from: { folder: 'images/php-composer' }, listing: dpkg },
  { name: 'Python, pip', from: { folder: 'builds/python-pip' }, listing: dpkg },
  { name: 'Python, uv', from: { folder: 'builds/python-uv' }, listing: dpkg },
  { name: 'Python, egg-info', from: { folder: 'images/python-debian' }, listing: dpkg },
  { name: 'Node.js, npm', from: { folder: 'builds/node-npm' }, listing: dpkg },
  { name: 'Node.js, yarn', from: { folder: 'builds/node-yarn' }, listing: dpkg },
  { name: 'Node.js, pnpm', from: { folder: 'images/node-pnpm' }, listing: dpkg },
  { name: 'Rust, cargo-auditable', from: { folder: 'images/rust-auditable' } },
  { name: "Alpine's database (a stand-in)", from: { folder: 'images/alpine' } },
];

const sbomOptions = { version: '0.0.0', now: new Date() };
const smoke = new Set(['distroless']);
const all = process.env.PLIMSOLL_PACKAGES === 'all';
const table = process.env.PLIMSOLL_PACKAGES_TABLE;
const wanted = images.filter(({ name }) => all || smoke.has(name));

interface Row {
  readonly name: string;
  readonly kinds: string;
  readonly ours: number;
  readonly syft: number;
  readonly own: string;
  /** What the schemas of CycloneDX and SPDX say of its lists of packages. */
  readonly invalid: readonly string[];
  readonly differences: readonly { readonly side: string; readonly item: string; readonly why: string | undefined }[];
}

describe('packages of an image are those that syft and its package manager list', () => {
  let engine: ContainerEngine;
  const folder = mkdtempSync(path.join(tmpdir(), 'plimsoll-packages-'));
  const rows: Row[] = [];
  beforeAll(() => {
    engine = startContainerEngine(all ? [] : ['distroless-base']);
  }, 3_600_000);
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  // After each image: a run of all takes long, and what was cut off has measured something.
  afterEach(() => {
    if (table !== undefined) writeFileSync(table, document(rows));
  });

  beforeEach((context) => {
    if (syftIsMissing) context.skip('syft is missing: scripts/system-parts syft');
  });

  it.each(wanted.map((image) => [image.name, image] as const))(
    '%s',
    async (_, image) => {
      const row = await compare(engine, image, folder);
      rows.push(row);
      expect(row.ours).toBeGreaterThan(0);
      expect(row.invalid).toEqual([]);
      expect(row.differences.filter(({ why }) => why === undefined)).toEqual([]);
    },
    1_200_000,
  );
});

async function compare(
  engine: ContainerEngine,
  { name: image, from, listing }: PackageImage,
  folder: string,
): Promise<Row> {
  const tag = 'image' in from ? from.image : `plimsoll-packages/${path.basename(from.folder)}`;
  if ('folder' in from) await engine.build(path.join(here, from.folder), tag, { cache: true });
  const archive = path.join(folder, 'image.tar');
  await engine.save(tag, archive);
  const analysis = await analyse(archive);
  const { packages } = analysis;
  const found = {
    ours: packages.map(({ purl, path: place }) => ({ name: comparable(purl), path: place })),
    syft: syftPackages(archive),
  };
  const ours = new Set(found.ours.map(({ name }) => name));
  const theirs = new Set(found.syft.map(({ name }) => name));
  rmSync(archive);

  const own = listing && (await engine.run(tag, listing.command.slice(1), { entrypoint: listing.command[0] })).body;
  const lines = (own ?? '').split('\n').filter((line) => line.startsWith('installed '));
  const listed = new Set(lines.map((line) => named(listing, line.split(' ').slice(1, 3).join(' '))));
  const ofKind = new Set(
    packages
      .filter(({ kind }) => kind === listing?.kind)
      .map(({ name, version }) => named(listing, `${name} ${version}`)),
  );
  const differences = [
    ...difference(ours, theirs).map((item) => ({ side: 'Plimsoll', item })),
    ...difference(theirs, ours).map((item) => ({ side: 'syft', item })),
    ...(listing ? difference(listed, ofKind).map((item) => ({ side: listing.by, item })) : []),
    ...(listing ? difference(ofKind, listed).map((item) => ({ side: `not ${listing.by}`, item })) : []),
  ];
  return {
    name: image,
    kinds: [...new Set(packages.map(({ kind }) => kind))].sort().join(', '),
    ours: ours.size,
    syft: theirs.size,
    own: listing
      ? `${listing.by}: ${[...listed].filter((one) => ofKind.has(one)).length} of ${listed.size} alike`
      : '-',
    invalid: [
      ...cycloneDxErrors([...renderCycloneDx(analysis, sbomOptions)].join('')).map((error) => JSON.stringify(error)),
      ...spdxFaults([...renderSpdx(analysis, sbomOptions)].join('')),
    ],
    differences: differences.map(({ side = '', item }) => ({
      side,
      item,
      why: explain(side, item, { ...found, listed }),
    })),
  };
}

/** As in the lists of both: `maven/org.example/app@1.0`. */
function named(listing: PackageImage['listing'], item: string): string {
  return `${listing?.kind}/${item.replace(':', '/').replace(' ', '@')}`.toLowerCase();
}

function document(rows: readonly Row[]): string {
  const reasons = new Map<string, string[]>();
  for (const { differences } of rows)
    for (const { side, item, why = 'not explained' } of differences)
      reasons.set(`${side}\0${why}`, [...(reasons.get(`${side}\0${why}`) ?? []), item]);
  return [
    '# Packages of an image, compared',
    '',
    'Do Plimsoll and [syft](https://github.com/anchore/syft) 1.18.1 find the same packages? Both read the same archive of `docker save`. The images are built on the test',
    'machine, from the applications of `tests/system/builds` and `tests/system/images`. Counted are package URLs without qualifiers, each once. The last column holds',
    'Plimsoll against what the package manager in the image lists itself. The table is written by `npm run test:packages`.',
    '',
    '| image | kinds | Plimsoll | syft | the same in both | only Plimsoll | only syft | its own package manager |',
    '|---|---|---|---|---|---|---|---|',
    ...rows.map(({ name, kinds, ours, syft, own, differences }) => {
      const only = (side: string) => differences.filter((one) => one.side === side).length;
      return `| ${name} | ${kinds} | ${ours} | ${syft} | ${ours - only('Plimsoll')} | ${only('Plimsoll')} | ${only('syft')} | ${own} |`;
    }),
    '',
    '## Every difference, and why',
    '',
    '| found by | what | why |',
    '|---|---|---|',
    ...[...reasons].map(([key, items]) => {
      const [side, why] = key.split('\0');
      return `| ${side?.startsWith('not ') ? `Plimsoll, ${side}` : `${side} only`} | ${listOf(items)} | ${why} |`;
    }),
    '',
    'Databases of 14 other systems, as modules of Go carry them: CentOS 5 to 8 and UBI 8 (Berkeley DB), Fedora 35 and Mariner 2 (SQLite). Of all their',
    "3,297 packages name, epoch, version, architecture, source, size and licence are those that rpm's own `rpm -qa` prints; SUSE's of NDB and Alpine's are",
    'compared with syft (`tests/system/package-databases.test.ts`). Programs of older Go and of other machines and one of cargo-auditable are compared with',
    'syft file by file (`tests/system/package-files.test.ts`). Not compared: whole images of Alpine, Red Hat and .NET, which no machine of the tests can have.',
    '',
  ].join('\n');
}

function listOf(items: readonly string[]): string {
  return [...new Set(items)]
    .sort()
    .map((item) => `\`${item}\``)
    .join(', ');
}
