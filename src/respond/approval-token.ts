import { createHmac, timingSafeEqual } from 'node:crypto';

/** What a link says: which intent, and until when it may be confirmed (milliseconds since 1970). */
export interface ApprovalToken {
  readonly id: string;
  /** The intent's: the same alert, asked about again, has the same id, and a link of its own. */
  readonly serial: number;
  readonly expires: number;
}

const form = /^([0-9a-f]{20})\.([0-9a-z]{1,12})\.([0-9a-z]{1,12})\.([A-Za-z0-9_-]{43})$/;

/** A token that nobody makes who has not the key. That it is used once is kept in the journal. */
export function signedToken({ id, serial, expires }: ApprovalToken, key: Buffer): string {
  const text = `${id}.${serial.toString(36)}.${Math.floor(expires).toString(36)}`;
  return `${text}.${signature(text, key)}`;
}

/** The token of a link; undefined where its signature is wrong. Whether it has expired is the caller's to ask. */
export function readToken(text: string, key: Buffer): ApprovalToken | undefined {
  const [, id = '', serial = '', expires = '', given = ''] = form.exec(text) ?? [];
  if (id === '') return undefined;
  // As texts: the last character has bits that stand for nothing, and several spellings would be the same bytes.
  if (!timingSafeEqual(Buffer.from(given), Buffer.from(signature(`${id}.${serial}.${expires}`, key)))) return undefined;
  return { id, serial: Number.parseInt(serial, 36), expires: Number.parseInt(expires, 36) };
}

function signature(text: string, key: Buffer): string {
  return createHmac('sha256', key).update(`plimsoll-respond approval ${text}`).digest('base64url');
}
