import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { InstalledPackage, OperatingSystem, PackageKind } from '../../src/ecosystems/installed-package.ts';
import type { Advisory } from '../../src/vulnerabilities/advisory.ts';
import { type AdvisoryStore, openStore } from '../../src/vulnerabilities/advisory-store.ts';
import { writeStore } from '../../src/vulnerabilities/write-store.ts';

export function installed(
  kind: PackageKind,
  name: string,
  version: string,
  more: Partial<InstalledPackage> = {},
): InstalledPackage {
  return { kind, name, version, purl: `pkg:${kind}/${name}@${version}`, licences: [], path: `some/${name}`, ...more };
}

export function system(id: string, versionId?: string): OperatingSystem {
  return { id, idLike: [], ...(versionId !== undefined && { versionId }) };
}

/** Calls with a store of these advisories, written and opened as an update would. */
export function withStore<T>(advisories: readonly Advisory[], use: (store: AdvisoryStore) => T): T {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-store-'));
  const writer = writeStore(directory);
  for (const advisory of advisories) writer.add(advisory);
  writer.addEpss('CVE-2024-0001', 0.5);
  writer.addKnownExploited('CVE-2024-0002');
  writer.finish({ sources: [], withdrawn: 0, left: 0, damaged: 0 });
  const store = openStore(directory);
  try {
    if (store === undefined) throw new Error('there is no store');
    return use(store);
  } finally {
    store?.close();
    rmSync(directory, { recursive: true });
  }
}

/** An advisory of one package: affected from the beginning up to `fixed`. */
export function advisory(
  id: string,
  ecosystem: string,
  name: string,
  fixed: string | undefined,
  more: Partial<Advisory> = {},
): Advisory {
  return {
    id,
    aliases: [],
    upstream: [],
    summary: '',
    vectors: [],
    references: [],
    affected: [
      { ecosystem, name, ranges: [[{ introduced: '0' }, ...(fixed === undefined ? [] : [{ fixed }])]], versions: [] },
    ],
    ...more,
  };
}
