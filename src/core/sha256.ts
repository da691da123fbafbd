import { createHash, hash } from 'node:crypto';

let hasHash = true;

/** Of what is there as a whole. In one call, where Node.js has it (20.12, 21.7), something short takes a tenth to a half of the time and leaves nothing to collect. */
export function sha256(content: string | Uint8Array, form: 'hex'): string;
export function sha256(content: string | Uint8Array, form: 'buffer'): Buffer;
export function sha256(content: string | Uint8Array, form: 'hex' | 'buffer'): string | Buffer {
  if (hasHash)
    try {
      return hash('sha256', content, form);
    } catch {
      hasHash = false;
    }
  const digest = createHash('sha256').update(content);
  return form === 'hex' ? digest.digest('hex') : digest.digest();
}
