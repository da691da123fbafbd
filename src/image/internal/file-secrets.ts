import type { ImageSecret } from '../image-analysis.ts';

/** A secret in a file of a layer. */
export interface FileSecret extends Pick<ImageSecret, 'kind' | 'certainty' | 'line'> {
  readonly path: string;
}

/** What of a file is looked at. */
export const maximumSecretBytes = 4 * 2 ** 20;

/** Secrets in the content of a file, or in the start of it. */
export function findFileSecrets(_path: string, _content: Uint8Array): FileSecret[] {
  return [];
}
