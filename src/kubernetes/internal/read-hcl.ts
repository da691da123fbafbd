import type { Artifact } from '../../core/artifact.ts';
import type { YamlEntry, YamlMap, YamlNode, YamlScalar } from '../yaml-node.ts';

/**
 * Reads as much of HCL as bake files need (https://docs.docker.com/build/bake/reference/): blocks, and attributes whose value is a
 * string, a number, a truth value, a list or an object. Any other expression is null. The result has the shape of the same file in
 * JSON: `target "x" { … }` is `{target: {x: {…}}}`. Tolerant and linear: what is not understood is passed over.
 */
export function readHcl(artifact: Artifact): YamlMap {
  const reader: Reader = {
    text: artifact.text,
    path: artifact.path,
    at: artifact.text.startsWith('\uFEFF') ? 1 : 0,
    depth: 0,
  };
  const body = readBody(reader);
  return map(reader, body, 0);
}

interface Reader {
  readonly text: string;
  readonly path: string;
  at: number;
  depth: number;
}

const maximumDepth = 64;
const name = /[A-Za-z_][\w-]*/y;
const number = /-?[0-9]+(?:\.[0-9]+)?/y;
const blank = /(?:[ \t\r\n,]+|#[^\n]*|\/\/[^\n]*)+/y;

function take(reader: Reader, form: RegExp): string | undefined {
  form.lastIndex = reader.at;
  const found = form.exec(reader.text)?.[0];
  if (found) reader.at += found.length;
  return found;
}

/** Passes over white space, commas and comments. */
function skip(reader: Reader): void {
  for (;;) {
    take(reader, blank);
    if (!reader.text.startsWith('/*', reader.at)) return;
    const end = reader.text.indexOf('*/', reader.at + 2);
    reader.at = end === -1 ? reader.text.length : end + 2;
  }
}

function scalar(reader: Reader, value: YamlScalar['value'], text: string, start: number, quoted: boolean): YamlScalar {
  const range = { start, end: reader.at };
  return { kind: 'scalar', value, text, style: quoted ? 'double-quoted' : 'plain', range, path: reader.path };
}

function map(reader: Reader, entries: readonly YamlEntry[], start: number): YamlMap {
  return { kind: 'map', entries, flow: true, range: { start, end: reader.at }, path: reader.path };
}

/** The attributes and blocks up to the closing brace or the end, which is passed. */
function readBody(reader: Reader): YamlEntry[] {
  const entries = new Map<string, YamlEntry>();
  for (;;) {
    skip(reader);
    if (reader.at >= reader.text.length) break;
    if (reader.text[reader.at] === '}') {
      reader.at++;
      break;
    }
    const start = reader.at;
    const key = readKey(reader);
    if (!key) {
      reader.at++;
      continue;
    }
    const value = readAfterKey(reader);
    if (value) addEntry(reader, entries, { key, value, range: { start, end: reader.at } });
  }
  return [...entries.values()];
}

/** Blocks of one type are gathered under it, as JSON has them. */
function addEntry(reader: Reader, entries: Map<string, YamlEntry>, added: YamlEntry): void {
  const known = entries.get(added.key.text);
  if (known?.value.kind === 'map' && added.value.kind === 'map') {
    const merged = [
      ...known.value.entries.filter((each) => !hasKey(added.value, each.key.text)),
      ...added.value.entries,
    ];
    entries.set(added.key.text, { ...known, value: map(reader, merged, known.range.start) });
  } else entries.set(added.key.text, added);
}

function hasKey(node: YamlNode, key: string): boolean {
  return node.kind === 'map' && node.entries.some((each) => each.key.text === key);
}

function readKey(reader: Reader): YamlScalar | undefined {
  const start = reader.at;
  if (reader.text[start] === '"') return readString(reader);
  const text = take(reader, name);
  return text === undefined ? undefined : scalar(reader, text, text, start, false);
}

/** What follows a key: `= value`, `: value`, or a block with its labels. */
function readAfterKey(reader: Reader): YamlNode | undefined {
  skipInline(reader);
  const char = reader.text[reader.at];
  if (char === '=' || char === ':') {
    reader.at++;
    skipInline(reader);
    return readValue(reader);
  }
  if (char === '{') return readBlock(reader);
  const start = reader.at;
  const label = readKey(reader);
  if (!label) return undefined;
  const inner = readAfterLabel(reader);
  return inner && map(reader, [{ key: label, value: inner, range: { start, end: reader.at } }], start);
}

function readAfterLabel(reader: Reader): YamlNode | undefined {
  skipInline(reader);
  return reader.text[reader.at] === '{' ? readBlock(reader) : undefined;
}

function skipInline(reader: Reader): void {
  while (reader.text[reader.at] === ' ' || reader.text[reader.at] === '\t') reader.at++;
}

function readBlock(reader: Reader): YamlNode {
  const start = reader.at++;
  if (reader.depth >= maximumDepth) return skipToEnd(reader, start);
  reader.depth++;
  const entries = readBody(reader);
  reader.depth--;
  return map(reader, entries, start);
}

function skipToEnd(reader: Reader, start: number): YamlNode {
  reader.at = reader.text.length;
  return scalar(reader, null, '', start, false);
}

function readValue(reader: Reader): YamlNode {
  const start = reader.at;
  const char = reader.text[start];
  const value =
    char === '"'
      ? readString(reader)
      : char === '['
        ? readList(reader)
        : char === '{'
          ? readBlock(reader)
          : (readHeredoc(reader) ?? readWord(reader));
  // An operator or a call behind it makes it an expression, which is not computed.
  if (endsHere(reader)) return value;
  skipExpression(reader);
  return scalar(reader, null, '', start, false);
}

function endsHere(reader: Reader): boolean {
  skipInline(reader);
  const char = reader.text[reader.at];
  return (
    char === undefined ||
    '\r\n,]}#'.includes(char) ||
    reader.text.startsWith('//', reader.at) ||
    reader.text.startsWith('/*', reader.at)
  );
}

function readWord(reader: Reader): YamlScalar {
  const start = reader.at;
  const digits = take(reader, number);
  if (digits !== undefined) return scalar(reader, Number(digits), digits, start, false);
  const word = take(reader, name);
  if (word === 'true' || word === 'false') return scalar(reader, word === 'true', word, start, false);
  if (word === undefined || word === 'null') return scalar(reader, null, '', start, false);
  // The name of a variable, as an expression of its own, is what its expansion in a string is.
  return scalar(reader, `\${${word}}`, `\${${word}}`, start, false);
}

function readList(reader: Reader): YamlNode {
  const start = reader.at++;
  if (reader.depth >= maximumDepth) return skipToEnd(reader, start);
  reader.depth++;
  const items: YamlNode[] = [];
  for (;;) {
    skip(reader);
    const char = reader.text[reader.at];
    if (char === undefined) break;
    if (char === ']') {
      reader.at++;
      break;
    }
    const before = reader.at;
    items.push(readValue(reader));
    if (reader.at === before) reader.at++;
  }
  reader.depth--;
  return { kind: 'sequence', items, flow: true, range: { start, end: reader.at }, path: reader.path };
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

/** A quoted string; `${…}` stays as written, quotes inside of it included. */
function readString(reader: Reader): YamlScalar {
  const { text } = reader;
  const start = reader.at++;
  let content = '';
  let depth = 0;
  while (reader.at < text.length) {
    const char = text[reader.at] ?? '';
    if (depth === 0 && (char === '"' || char === '\n')) break;
    if (char === '\\' && depth === 0) {
      const next = text[reader.at + 1] ?? '';
      content += escapes[next] ?? next;
      reader.at += 2;
      continue;
    }
    if (char === '$' && text[reader.at + 1] === '{') depth++;
    if (char === '}' && depth > 0) depth--;
    if (char === '\n') depth = 0;
    content += char;
    reader.at++;
  }
  if (text[reader.at] === '"') reader.at++;
  return scalar(reader, content, content, start, true);
}

const heredocStart = /<<-?([A-Za-z_]\w*)[ \t]*\r?\n/y;

function readHeredoc(reader: Reader): YamlScalar | undefined {
  const start = reader.at;
  heredocStart.lastIndex = start;
  const found = heredocStart.exec(reader.text);
  const word = found?.[1];
  if (!found || word === undefined) return undefined;
  const from = start + found[0].length;
  let line = from;
  for (;;) {
    const end = reader.text.indexOf('\n', line);
    const stop = end === -1 ? reader.text.length : end;
    if (reader.text.slice(line, stop).trim() === word || end === -1) {
      reader.at = stop;
      const content = reader.text.slice(from, line);
      return scalar(reader, content, content, start, false);
    }
    line = stop + 1;
  }
}

/** Passes over the rest of an expression: to the end of its line, or what closes the list around it, outside of brackets and strings. */
function skipExpression(reader: Reader): void {
  let depth = 0;
  while (reader.at < reader.text.length) {
    const char = reader.text[reader.at] ?? '';
    if (char === '"') {
      readString(reader);
      continue;
    }
    if ('([{'.includes(char)) depth++;
    else if (')]}'.includes(char)) {
      if (depth === 0) return;
      depth--;
    } else if (depth === 0 && (char === '\n' || char === ',')) return;
    reader.at++;
  }
}
