import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a link says: which intent, and until when it may be confirmed (milliseconds since 1970). */
export interface ApprovalToken {
  readonly id: string;
  readonly expires: number;
}

const form = /^([0-9a-f]{20})\.([0-9a-z]{1,12})\.([A-Za-z0-9_-]{43})$/;

/** A token that nobody makes who has not the key. That it is used once is kept in the journal. */
export function signedToken({ id, expires }: ApprovalToken, key: Buffer): string {
  const text = `${id}.${Math.floor(expires).toString(36)}`;
  return `${text}.${signature(text, key).toString('base64url')}`;
}

/** The token of a link; undefined where its signature is wrong. Whether it has expired is the caller's to ask. */
export function readToken(text: string, key: Buffer): ApprovalToken | undefined {
  const [, id = '', expires = '', given = ''] = form.exec(text) ?? [];
  if (id === '') return undefined;
  const wanted = signature(`${id}.${expires}`, key);
  const has = Buffer.from(given, 'base64url');
  if (has.length !== wanted.length || !timingSafeEqual(has, wanted)) return undefined;
  return { id, expires: Number.parseInt(expires, 36) };
}

function signature(text: string, key: Buffer): Buffer {
  return createHmac('sha256', key).update(`plimsoll-respond approval ${text}`).digest();
}
