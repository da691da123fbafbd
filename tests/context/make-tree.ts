import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A file's content, the number of bytes that it shall have, or `-> target` for a symbolic link. A path that ends with a slash is a directory. */
export type Tree = Readonly<Record<string, string | number>>;

/** Makes a directory with these files, gone when the test is over. Gives its absolute path. */
export function makeTree(tree: Tree): string {
  const root = mkdtempSync(join(tmpdir(), 'plimsoll-tree-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(tree)) {
    const place = join(root, path);
    mkdirSync(path.endsWith('/') ? place : dirname(place), { recursive: true });
    if (path.endsWith('/')) continue;
    if (typeof content === 'string' && content.startsWith('-> ')) symlinkSync(content.slice(3), place);
    else writeFileSync(place, typeof content === 'number' ? 'x'.repeat(content) : content);
  }
  return root;
}
