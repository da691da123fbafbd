import type { TextEdit } from '../core/fix.ts';
import type { SourceRange } from '../core/text.ts';
import type { Dockerfile } from './dockerfile.ts';

type Edited = Pick<Dockerfile, 'path'>;

/** Puts text directly behind a place. */
export function insertAfter({ path }: Edited, { end }: SourceRange, text: string): TextEdit {
  return { path, range: { start: end, end }, replacement: text };
}

/** Puts text directly before a place. */
export function insertBefore({ path }: Edited, { start }: SourceRange, text: string): TextEdit {
  return { path, range: { start, end: start }, replacement: text };
}

export function replace({ path }: Edited, range: SourceRange, text: string): TextEdit {
  return { path, range, replacement: text };
}
