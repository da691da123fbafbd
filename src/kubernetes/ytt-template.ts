import type { Artifact } from '../core/artifact.ts';
import type { SourceRange } from '../core/text.ts';
import { parseIndented, splitDocuments } from './read-yaml.ts';

const known = new WeakMap<Artifact, boolean>();

/**
 * True for a template of ytt, which writes values and whole maps where a comment begins with `#@`: what looks empty is not. Behind that stands code
 * after a blank, or what a module of ytt's is asked: `#@overlay/match`.
 * https://carvel.dev/ytt/docs/latest/lang-ref-structures/
 */
export function isYttTemplate(artifact: Artifact): boolean {
  let found = known.get(artifact);
  if (found === undefined) {
    found =
      artifact.text.includes('#@') && [...splitDocuments(artifact.text)].some((range) => isTemplate(artifact, range));
    known.set(artifact, found);
  }
  return found;
}

const sign = /(?<=^|[ \t\n])#@(?=[ \t\r\n]|$|(?:assert|data|library|overlay|schema|template|yaml|ytt)\/)/g;

function isTemplate({ text }: Artifact, { start, end }: SourceRange): boolean {
  const document = text.slice(start, end);
  const signs = [...document.matchAll(sign)];
  if (signs.length === 0) return false;
  // In a text, such as the settings of another program, it begins no comment.
  const texts = scalarsOf(document);
  let next = 0;
  for (const { index } of signs) {
    while ((texts[next]?.end ?? Number.POSITIVE_INFINITY) <= index) next++;
    if (index < (texts[next]?.start ?? Number.POSITIVE_INFINITY)) return true;
  }
  return false;
}

/** The event type of js-yaml for a scalar (its EVENT_ID). */
const scalar = 4;

/** In their order; none of what cannot be read, which a template need not be. */
function scalarsOf(document: string): SourceRange[] {
  try {
    return parseIndented(document).events.flatMap((event) =>
      event.type === scalar && event.valueStart !== -1 ? [{ start: event.valueStart, end: event.valueEnd }] : [],
    );
  } catch {
    return [];
  }
}
