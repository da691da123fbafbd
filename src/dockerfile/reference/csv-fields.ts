/**
 * The fields of one line of comma-separated values, as `--mount` and `--device` of RUN write them; undefined when a quote
 * stands where none may be or nothing is there.
 */
export function csvFields(line: string): readonly string[] | undefined {
  if (line === '') return undefined;
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (line.charAt(at) !== '"') {
      const comma = line.indexOf(',', at);
      const field = comma === -1 ? line.slice(at) : line.slice(at, comma);
      if (field.includes('"')) return undefined;
      fields.push(field);
      if (comma === -1) return fields;
      at = comma + 1;
      continue;
    }
    const quoted = quotedField(line, at);
    if (quoted === undefined) return undefined;
    fields.push(quoted.value);
    if (quoted.end >= line.length) return fields;
    if (line.charAt(quoted.end) !== ',') return undefined;
    at = quoted.end + 1;
  }
}

/** The field whose opening quote stands at `start`; two quotes in it mean one. */
function quotedField(line: string, start: number): { value: string; end: number } | undefined {
  const pieces: string[] = [];
  for (let at = start + 1; ; ) {
    const quote = line.indexOf('"', at);
    if (quote === -1) return undefined;
    pieces.push(line.slice(at, quote));
    if (line.charAt(quote + 1) !== '"') return { value: pieces.join('"'), end: quote + 1 };
    at = quote + 2;
  }
}
