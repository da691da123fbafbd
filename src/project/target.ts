/** What a project is made of. Paths are absolute. */
export type Target =
  | { readonly kind: 'directory'; readonly path: string }
  /** Files and directories named one by one; artifact paths are relative to `root`. */
  | { readonly kind: 'paths'; readonly root: string; readonly paths: readonly string[] }
  /** Bytes that were given on standard input, taken for a Dockerfile or, when they look like one, a manifest. */
  | { readonly kind: 'bytes'; readonly name: string; readonly bytes: Uint8Array };

/** The directory that the paths of a target's artifacts are relative to; undefined where it was given as bytes. */
export function targetRoot(target: Target): string | undefined {
  switch (target.kind) {
    case 'directory':
      return target.path;
    case 'paths':
      return target.root;
    case 'bytes':
      return undefined;
  }
}
