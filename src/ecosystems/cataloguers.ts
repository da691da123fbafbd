import { apkCataloguer } from './apk/installed.ts';
import { dpkgCataloguer } from './apt/installed.ts';
import { binaryCataloguer } from './binaries/installed.ts';
import { packageNoteCataloguer } from './binaries/package-note.ts';
import { cargoCataloguer } from './cargo/installed.ts';
import { composerCataloguer } from './composer/installed.ts';
import { gemCataloguer } from './gem/installed.ts';
import { goCataloguer } from './go/installed.ts';
import type { Cataloguer } from './installed-package.ts';
import { javaCataloguer } from './maven/installed.ts';
import { npmCataloguer } from './npm/installed.ts';
import { nugetCataloguer } from './nuget/installed.ts';
import { pythonCataloguer } from './pip/installed.ts';
import { rpmCataloguer } from './rpm/installed.ts';
import { unreadDatabases } from './unread-databases.ts';

/** Everything that can find installed packages, an ecosystem each. Several may want the same file. */
export const cataloguers: readonly Cataloguer[] = [
  dpkgCataloguer,
  apkCataloguer,
  rpmCataloguer,
  npmCataloguer,
  pythonCataloguer,
  gemCataloguer,
  composerCataloguer,
  nugetCataloguer,
  javaCataloguer,
  goCataloguer,
  cargoCataloguer,
  binaryCataloguer,
  packageNoteCataloguer,
  unreadDatabases,
];
