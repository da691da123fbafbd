import { createHash } from 'node:crypto';
import { takeRegions } from './keep-regions.ts';

/** How a file's kind writes a comment of one line; undefined for kinds without comments (JSON). */
function commentIn(path: string): readonly [before: string, after: string] | undefined {
  const extension = /\.([a-z]+)$/.exec(path)?.[1] ?? '';
  if (extension === 'json') return undefined;
  if (extension === 'md' || extension === 'html') return ['<!-- ', ' -->'];
  if (extension === 'tmpl') return ['{{- /* ', ' */ -}}'];
  if (extension === 'lua' || extension === 'sql') return ['-- ', ''];
  if (/(?:^|\/)Jenkinsfile(?:\.\w+)?$/.test(path) || extension === 'groovy') return ['// ', ''];
  return ['# ', ''];
}

const sealLine = /^(?:# |\/\/ |<!-- |\{\{- \/\* |-- )plimsoll:digest ([0-9a-f]{24})(?: -->| \*\/ -\}\})?\r?\n?$/;

/**
 * A generated text with a last line that holds its digest, by which a later run tells whether somebody changed the file by hand. Kinds of
 * files without comments are given back as they are.
 */
export function seal(path: string, text: string): string {
  const comment = commentIn(path);
  if (!comment) return text;
  const whole = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  return `${whole}${comment[0]}plimsoll:digest ${digestOf(whole)}${comment[1]}\n`;
}

/** What the seal of a text says, if it has one. */
export interface Seal {
  /** The text without the line of the seal. */
  readonly text: string;
  /** The digest that is written; undefined where none is. */
  readonly written: string | undefined;
  /** True when nothing outside of the user's regions was changed. */
  readonly intact: boolean;
}

/** @param known the digest of a file that cannot hold one itself */
export function readSeal(text: string, known?: string): Seal {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const at = lines.findLastIndex((line) => sealLine.test(line));
  const rest = at === -1 ? text : [...lines.slice(0, at), ...lines.slice(at + 1)].join('');
  const written = at === -1 ? known : sealLine.exec(lines[at] ?? '')?.[1];
  return { text: rest, written, intact: written !== undefined && written === digestOf(rest) };
}

/** Of what is not the user's, whatever the line ends: git may change them. */
export function digestOf(text: string): string {
  const own = takeRegions(text.replace(/\r\n/g, '\n')).lines.join('');
  return createHash('sha256').update(own).digest('hex').slice(0, 24);
}

/** True where the digest of a file has to be kept elsewhere. */
export function isSealedElsewhere(path: string): boolean {
  return commentIn(path) === undefined;
}
