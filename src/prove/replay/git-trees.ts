import { UserError } from '../../core/errors.ts';
import type { GitObjects } from './git-objects.ts';

/** What an entry of a tree is: the file modes that git knows, and no others. */
export type TreeEntryKind = 'file' | 'executable' | 'symlink' | 'directory' | 'submodule';

export interface TreeEntry {
  readonly name: string;
  readonly kind: TreeEntryKind;
  /** The id of the blob or tree; of a submodule's commit. */
  readonly id: string;
}

/** Trees that were read, with the targets of the symbolic links in them. */
export interface Trees {
  /** In git's order. Empty for a tree that was not read. */
  entries(id: string): readonly TreeEntry[];
  /** Where a symbolic link points, by its blob. */
  target(id: string): string;
}

export interface TreeReading extends Trees {
  /**
   * Reads trees with all below them; what was read before is not read again.
   * @throws UserError where objects are missing or there are more entries than the limit.
   */
  load(roots: readonly string[]): Promise<void>;
}

/** Different trees and links hold at most this many entries together: a few hundred megabytes. */
const mostEntries = 4_000_000;

export function readTrees(objects: GitObjects, limit = mostEntries): TreeReading {
  const trees = new Map<string, readonly TreeEntry[]>();
  const targets = new Map<string, string>();
  let entries = 0;
  const load = async (id: string): Promise<void> => {
    if (trees.has(id)) return;
    // Marked before it is there: many parents ask for the same.
    trees.set(id, []);
    const bytes = await objects.read(id);
    if (bytes === undefined) throw missing(id);
    const read = parseTree(bytes, id.length / 2);
    trees.set(id, read);
    entries += read.length;
    if (entries > limit)
      throw new UserError(`the history holds more than ${limit.toLocaleString('en')} entries of directories`, {
        remedy: 'Ask for fewer commits with --last.',
      });
    const below = read.filter(({ kind }) => kind === 'directory').map((each) => load(each.id));
    const links = read.filter(({ kind, id: link }) => kind === 'symlink' && !targets.has(link));
    await Promise.all([...below, ...links.map((link) => loadTarget(link.id))]);
  };
  const loadTarget = async (id: string) => {
    targets.set(id, '');
    const bytes = await objects.read(id);
    if (bytes === undefined) throw missing(id);
    targets.set(id, bytes.toString('utf8'));
  };
  return {
    async load(roots) {
      for (const root of roots) await load(root);
    },
    entries: (id) => trees.get(id) ?? [],
    target: (id) => targets.get(id) ?? '',
  };
}

const kinds: Readonly<Record<string, TreeEntryKind>> = {
  '40000': 'directory',
  '100755': 'executable',
  '120000': 'symlink',
  '160000': 'submodule',
};

/** `<mode> <name>`, a zero byte and the id's bytes, for each entry. https://git-scm.com/book/en/v2/Git-Internals-Git-Objects */
function parseTree(bytes: Buffer, idLength: number): readonly TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(32, at);
    const end = bytes.indexOf(0, space);
    if (space === -1 || end === -1) break;
    entries.push({
      name: bytes.toString('utf8', space + 1, end),
      kind: kinds[bytes.toString('latin1', at, space)] ?? 'file',
      id: bytes.toString('hex', end + 1, end + 1 + idLength),
    });
    at = end + 1 + idLength;
  }
  return entries;
}

function missing(id: string): UserError {
  return new UserError(`git has no object ${id.slice(0, 12)}: this clone is not whole`, {
    remedy: 'Fetch the rest: git fetch --refetch in a partial clone, git fsck says what else is wrong.',
  });
}
