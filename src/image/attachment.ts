/** One document that somebody attached to an image: a signature, a list of packages, an attestation. Not read yet. */
export interface Attachment {
  /** Of the document's bytes. */
  readonly digest: string;
  /** Of the manifest that holds it. */
  readonly manifest: string;
  readonly mediaType: string;
  /** What the manifest says that it is; empty where it does not say. */
  readonly artifactType: string;
  /** What the manifest says that the document states, where that is one of in-toto. */
  readonly predicateType: string | undefined;
  readonly bytes: number;
  /** Where it is named: in the image's index, by the registry as what refers to the image, under a tag of cosign. */
  readonly foundBy: 'index' | 'referrers' | 'tag';
  /** @throws UserError where it is too large, is not there or is not what its digest names */
  read(): Promise<Uint8Array>;
}

/** What is attached to an image, as far as its source tells. */
export interface Attachments {
  readonly found: readonly Attachment[];
  /** What was not found out, and why. */
  readonly gaps: readonly string[];
}
