import { createHash, type Hash } from 'node:crypto';
import { UserError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';

const hexLengths: ReadonlyMap<string, number> = new Map([
  ['sha256', 64],
  ['sha384', 96],
  ['sha512', 128],
]);

/** A digest whose algorithm is known here (https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests): safe as part of a path. */
export function isDigest(text: unknown): text is string {
  if (typeof text !== 'string') return false;
  const [algorithm = '', hex = '', ...rest] = text.split(':');
  return rest.length === 0 && hexLengths.get(algorithm) === hex.length && /^[0-9a-f]+$/.test(hex);
}

/** What counts the digest of the same algorithm. */
export function hashLike(digest: string): Hash {
  return createHash(digest.slice(0, digest.indexOf(':')));
}

export function digestOf(bytes: Uint8Array, like = 'sha256:'): string {
  return `${like.slice(0, like.indexOf(':'))}:${hashLike(like).update(bytes).digest('hex')}`;
}

/** @throws UserError where bytes are not what a digest names */
export function verifyDigest(bytes: Uint8Array, digest: string, what: string, place: string): void {
  const actual = digestOf(bytes, digest);
  if (actual === digest) return;
  throw new UserError(`${what} is not what its digest names: it has ${actual}`, {
    where: `${printable(place)}, ${digest}`,
    remedy: 'Fetch or write the image again: it was damaged or exchanged.',
  });
}
