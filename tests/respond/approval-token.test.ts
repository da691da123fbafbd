import { expect, it } from 'vitest';
import { readToken, signedToken } from '../../src/respond/approval-token.ts';

const key = Buffer.from('the key of the test, long enough');
const link = { id: '0123456789abcdef0123', serial: 7, expires: 1_795_782_971_812 };
const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

it('a link is read as it was signed', () => {
  expect(readToken(signedToken(link, key), key)).toEqual(link);
});

it('a link is good in one spelling only, whatever its last character', () => {
  // Of 32 bytes in base64url the last character has two bits that stand for nothing.
  for (let serial = 0; serial < 40; serial++) {
    const token = signedToken({ ...link, serial }, key);
    const accepted = [...digits].filter((last) => readToken(token.slice(0, -1) + last, key) !== undefined);
    expect(accepted).toEqual([token.at(-1)]);
  }
});
