import { entryPath } from './internal/entry-path.ts';
import { tarReader } from './internal/tar-reader.ts';

/**
 * The contents of the files of a tar archive in memory that are wanted, by path. Names that lead out of it are those of files below it.
 * @throws Error where the bytes are no archive
 */
export function tarFiles(archive: Uint8Array, wanted: (path: string) => boolean): Map<string, Buffer> {
  const contents = new Map<string, Buffer>();
  let open: { readonly path: string; readonly parts: Buffer[] } | undefined;
  const tar = tarReader({
    entry({ kind, name }) {
      const { text } = entryPath(name);
      open = kind === 'file' && wanted(text) ? { path: text, parts: [] } : undefined;
      if (open) contents.set(text, Buffer.alloc(0));
    },
    content(bytes) {
      open?.parts.push(Buffer.from(bytes));
    },
    contentEnd() {
      if (open) contents.set(open.path, Buffer.concat(open.parts));
      open = undefined;
    },
  });
  tar.push(archive);
  tar.end();
  return contents;
}
