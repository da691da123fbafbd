import { createHmac, timingSafeEqual } from 'node:crypto';

/** A customer's id with its signature. */
export function sign(customer: string, secret: string): string {
  return `${customer}.${createHmac('sha256', secret).update(customer).digest('base64url')}`;
}

/** The customer that a token was signed for. */
export function verify(token: string, secret: string): string | undefined {
  const customer = token.slice(0, Math.max(0, token.lastIndexOf('.')));
  const expected = Buffer.from(sign(customer, secret));
  const given = Buffer.from(token);
  return expected.length === given.length && timingSafeEqual(expected, given) ? customer : undefined;
}
