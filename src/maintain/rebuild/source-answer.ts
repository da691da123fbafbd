/** What a package source answered. */
export type SourceAnswer =
  | { readonly kind: 'content'; readonly bytes: Buffer }
  /** It has no such file. */
  | { readonly kind: 'absent' }
  /** It could not be asked, or answered something that is none. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** Asks for one file of a package source, of no more than this many bytes. Never rejects. */
export type AskSource = (url: string, maximumBytes: number) => Promise<SourceAnswer>;
