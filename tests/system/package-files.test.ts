import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { catalogue, fixture } from '../ecosystems/installed/catalogue.ts';
import { comparable, syftIsMissing, syftPackagesByFolder } from './package-lists.ts';

/** No image of these can be built everywhere: each file as it would lie in one. */
const files: readonly (readonly [folder: string, file: string, content: Uint8Array])[] = [
  ['berkeley', 'var/lib/rpm/Packages', fixture('Packages')],
  ['ndb', 'usr/lib/sysimage/rpm/Packages.db', fixture('Packages.db')],
  ['sqlite', 'var/lib/rpm/rpmdb.sqlite', fixture('rpmdb.sqlite')],
  ['rust', 'usr/local/bin/rust-program', fixture('rust-auditable')],
  ['go-of-today', 'usr/local/bin/program', fixture('go-1.26.8')],
  ['go-1.16', 'usr/local/bin/program', fixture('go-1.16.15')],
  ['go-of-mips', 'usr/local/bin/program', fixture('go-1.17.13-mips')],
  ['dotnet', 'app/quay.deps.json', readFileSync(path.join(import.meta.dirname, 'images/quay.deps.json'))],
  [
    'apk',
    'lib/apk/db/installed',
    Buffer.from(
      'P:musl\nV:1.2.5-r0\nA:x86_64\nL:MIT\no:musl\n\nP:libcrypto3\nV:3.3.2-r0\nA:x86_64\nL:Apache-2.0\no:openssl\n\n',
    ),
  ],
];

it('databases and programs of every format hold what syft finds in them', (context) => {
  if (syftIsMissing) return context.skip('syft is missing: scripts/system-parts syft');
  const root = mkdtempSync(path.join(tmpdir(), 'plimsoll-package-files-'));
  try {
    for (const [folder, file, content] of files) {
      mkdirSync(path.join(root, folder, path.dirname(file)), { recursive: true });
      writeFileSync(path.join(root, folder, file), content);
      chmodSync(path.join(root, folder, file), 0o755);
    }
    const theirs = syftPackagesByFolder(root);
    // Whose packages they are stands in no file here: namespaces are left out.
    const bare = (purl: string) => purl.replace(/^(apk|rpm)\/[^/@]*\//, '$1/');
    // A program's own projects are no packages.
    const isProject = (purl: string) => /^nuget\/quay\b/.test(purl);
    for (const [folder, file, content] of files) {
      const ours = catalogue(file, content).map(({ purl }) => bare(comparable(purl)));
      expect([folder, ours.length > 0, ...ours.sort()]).toEqual([
        folder,
        true,
        ...[...(theirs.get(folder) ?? [])]
          .filter((purl) => !isProject(purl))
          .map(bare)
          .sort(),
      ]);
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}, 120_000);
