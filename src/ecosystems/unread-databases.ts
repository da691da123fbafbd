import type { Cataloguer } from './installed-package.ts';
import { baseName } from './internal/installed-text.ts';

/** A package manager whose packages are not listed, by a file that is there once wherever it keeps its database. */
interface UnreadDatabase {
  readonly file: RegExp;
  readonly whose: string;
}

const databases: readonly UnreadDatabase[] = [
  { file: /^var\/lib\/pacman\/local\/ALPM_DB_VERSION$/, whose: 'pacman' },
  { file: /^(?:usr|var)\/lib\/opkg\/status$/, whose: 'opkg' },
  { file: /^nix\/var\/nix\/db\/db\.sqlite$/, whose: 'Nix' },
  { file: /^var\/lib\/portage\/world$/, whose: 'Portage' },
  { file: /(?:^|\/)conda-meta\/history$/, whose: 'conda' },
];

const names = new Set(['ALPM_DB_VERSION', 'status', 'db.sqlite', 'world', 'history']);

/** Lists nothing: says of which package managers the packages are missing in the list. */
export const unreadDatabases: Cataloguer = {
  name: 'unread',
  wants: ({ path }) => (names.has(baseName(path)) && databaseAt(path) ? 'whole' : undefined),
  whole: () => [],
  gap: ({ path }) => {
    const whose = databaseAt(path)?.whose;
    return whose === undefined ? undefined : `packages that ${whose} installed are not listed`;
  },
};

function databaseAt(path: string): UnreadDatabase | undefined {
  return databases.find(({ file }) => file.test(path));
}
