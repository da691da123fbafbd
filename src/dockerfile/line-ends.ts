import type { Dockerfile } from './dockerfile.ts';

/** How the lines of a file end: as its first one does. */
export function lineEnd({ text }: Pick<Dockerfile, 'text'>): '\n' | '\r\n' {
  const at = text.indexOf('\n');
  return at > 0 && text[at - 1] === '\r' ? '\r\n' : '\n';
}
