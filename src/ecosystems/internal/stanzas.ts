/** `Name: value` lines of one stanza, in order; continuation lines are left out. */
export type Stanza = readonly (readonly [name: string, value: string])[];

/** More fields than any control file has. */
const maximumFields = 10_000;

/**
 * Stanzas divided by empty lines, as dpkg's database and Python's metadata have them
 * (https://manpages.debian.org/bookworm/dpkg-dev/deb822.5.en.html). One at a time, in time linear in the text.
 */
export function* stanzas(text: string): Generator<Stanza> {
  let fields: [string, string][] = [];
  for (const line of lines(text)) {
    if (line.trim() === '') {
      if (fields.length > 0) yield fields;
      fields = [];
      continue;
    }
    const colon = line.indexOf(':');
    if (colon <= 0 || line[0] === ' ' || line[0] === '\t' || fields.length >= maximumFields) continue;
    fields.push([line.slice(0, colon), line.slice(colon + 1).trim()]);
  }
  if (fields.length > 0) yield fields;
}

/** The same with continuation lines, each put behind its field after a line break: lists of files, sources of apt. Comments (`#`) are left out. */
export function* foldedStanzas(text: string): Generator<Stanza> {
  let fields: [string, string][] = [];
  for (const line of lines(text)) {
    if (line.startsWith('#')) continue;
    if (line.trim() === '') {
      if (fields.length > 0) yield fields;
      fields = [];
      continue;
    }
    const last = fields.at(-1);
    const colon = line.indexOf(':');
    if (line[0] === ' ' || line[0] === '\t') {
      if (last) last[1] += `\n${line.trim()}`;
    } else if (colon > 0 && fields.length < maximumFields)
      fields.push([line.slice(0, colon), line.slice(colon + 1).trim()]);
  }
  if (fields.length > 0) yield fields;
}

/** The lines of a text without their ends, one at a time. */
export function* lines(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    yield text.slice(start, text[end - 1] === '\r' && end > start ? end - 1 : end);
    start = end + 1;
  }
}

/** The first value of a field, by its name in lower case. */
export function fieldOf(stanza: Stanza, name: string): string | undefined {
  return stanza.find(([field]) => field.toLowerCase() === name)?.[1];
}
