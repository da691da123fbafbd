import { createCipheriv, createHash, randomBytes } from 'node:crypto';
import { sha256 } from '../../core/sha256.ts';

/** Gives contents names of 128 bits that are compared and told to nobody: what is as long and has the same name is the same. */
export interface ContentNames {
  /** Of a content that is there as a whole. */
  of(content: Uint8Array): Uint8Array;
  /** Of a content of so many bytes, as they come. */
  begin(bytes: number): ContentNaming;
}

export interface ContentNaming {
  push(chunk: Uint8Array): void;
  end(): Uint8Array;
}

const keyBytes = 16;

/**
 * Large contents are most of an image. Over them GMAC (https://csrc.nist.gov/pubs/sp/800/38/d/final) is counted, under a key that nobody knows who makes
 * images: two contents of one name can be found by chance alone, once in 2^120 pairs of the largest files. That takes a tenth of the time of SHA-256, which small
 * contents are named by: GMAC takes longer to begin.
 */
const largeBytes = 16 * 1024;

/** A key for names that are compared in this process alone. */
export const processKey: () => Uint8Array = (() => {
  let key: Uint8Array | undefined;
  return () => {
    key ??= randomBytes(keyBytes);
    return key;
  };
})();

export function newKey(): Uint8Array {
  return randomBytes(keyBytes);
}

export function isKey(bytes: Uint8Array | undefined): bytes is Uint8Array {
  return bytes?.length === keyBytes;
}

/** Names by one key; those by another one cannot be compared with them. */
export function contentNames(key: Uint8Array): ContentNames {
  const large = (): ContentNaming => {
    // All that goes in is authenticated and nothing encrypted, so that the nonce, of which no two texts may be encrypted, is no matter.
    const cipher = createCipheriv('aes-128-gcm', key, Buffer.alloc(12));
    return {
      push(chunk) {
        cipher.setAAD(chunk);
      },
      end() {
        cipher.final();
        return cipher.getAuthTag();
      },
    };
  };
  const begin = (bytes: number): ContentNaming => {
    if (bytes >= largeBytes) return large();
    const digest = createHash('sha256');
    return { push: (chunk) => void digest.update(chunk), end: () => digest.digest() };
  };
  return {
    begin,
    of(content) {
      if (content.length < largeBytes) return sha256(content, 'buffer');
      const naming = large();
      naming.push(content);
      return naming.end();
    },
  };
}
