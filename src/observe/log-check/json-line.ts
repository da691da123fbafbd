import { isJsonObject, type JsonObject } from '../../core/json-object.ts';
import { findTokens, isPlaceholder, secretInVariable } from '../../core/secret-text.ts';
import { isLevelName } from './field-roles.ts';
import { countValue, type Field, type Fields, kindOfText } from './fields.ts';
import type { LogTallies } from './log-tallies.ts';
import { hasNoZone, timeFormOf } from './time-form.ts';

/** Past it Elasticsearch and OpenSearch refuse a document (`index.mapping.depth.limit`). */
const deepest = 20;

export interface JsonReader {
  /** Takes an object that a line held. `text` is the line; empty for formats that have no quoted names. */
  read(value: JsonObject, text: string, line: number): void;
}

/** Walks the objects of a log and counts their fields, the kinds of their values and what breaks an index. */
export function jsonReader(fields: Fields, tallies: LogTallies): JsonReader {
  let names = 0;
  let line = 0;
  let suspicious = false;

  function walkObject(parent: Field | undefined, object: JsonObject, depth: number): void {
    if (depth > deepest) {
      tallies.add('deep-nesting', line);
      return;
    }
    for (const name in object) {
      names += 1;
      const field = fields.child(parent, name);
      if (field === undefined) continue;
      if (name === '' || name.startsWith('.') || name.endsWith('.') || name.includes('..'))
        tallies.add('bad-name', line, field.path);
      else if (name.includes('.')) tallies.add('dotted-name', line, field.path);
      walkValue(field, object[name], depth);
    }
  }

  function walkValue(field: Field, value: unknown, depth: number): void {
    if (typeof value === 'string') {
      field.seen += 1;
      countValue(field, kindOfText(value), line);
      if (field.telling || suspicious) lookForSecret(field, value);
    } else if (typeof value === 'number') {
      field.seen += 1;
      countValue(field, 'number', line);
      if (!Number.isSafeInteger(value) && Number.isInteger(value)) tallies.add('large-number', line, field.path);
    } else if (typeof value === 'boolean') {
      field.seen += 1;
      countValue(field, 'boolean', line);
    } else if (Array.isArray(value)) {
      // An array has the type of its elements; in one of arrays they are flattened.
      if (depth > deepest) tallies.add('deep-nesting', line);
      else for (const element of value) walkValue(field, element, depth + 1);
    } else if (isJsonObject(value)) {
      countValue(field, 'object', line);
      if (field.role === 'timestamp') field.seen += 1;
      walkObject(field, value, depth + 1);
    }
    if (field.role !== undefined && value !== null) readRole(field, value);
  }

  function readRole(field: Field, value: unknown): void {
    if (field.role === 'timestamp') {
      const form = isJsonObject(value) ? 'unknown form' : timeFormOf(value);
      tallies.times.set(form, (tallies.times.get(form) ?? 0) + 1);
      if (hasNoZone(form)) tallies.add('timestamp-without-zone', line, field.path);
    } else if (field.role === 'level') {
      if (typeof value === 'number') tallies.add('level-number', line, field.path);
      else if (typeof value === 'string' && !isLevelName(value)) tallies.add('unknown-level', line);
    }
  }

  function lookForSecret(field: Field, value: string): void {
    if (value === '' || /redact|mask|filter|\*{3}|•{2}/i.test(value)) return;
    const match = field.telling
      ? (secretInVariable(lastName(field), value) ?? headerSecret(field, value))
      : findTokens(value)[0];
    if (match) tallies.add('secret', line, `${match.kind} in field ${field.path}`);
  }

  return {
    read(object, text, number) {
      names = 0;
      line = number;
      suspicious = text !== '' && findTokens(text).length > 0;
      walkObject(undefined, object, 1);
      if (text !== '' && colons(text) !== names) {
        const repeated = repeatedName(text);
        if (repeated !== undefined) tallies.add('duplicate-key', number, repeated.slice(0, 100));
      }
    },
  };
}

function lastName({ path }: Field): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

/** `Bearer …` and cookies: any value is a login. */
function headerSecret(field: Field, value: string): { readonly kind: string } | undefined {
  const name = lastName(field).toLowerCase();
  if (/authorization$/.test(name) && /^(?:bearer|basic|token|digest) \S{6}/i.test(value))
    return { kind: 'credentials of a request' };
  return /cookie$|^x-/.test(name) && value.length >= 16 && !isPlaceholder(value)
    ? { kind: 'credentials of a request' }
    : undefined;
}

/** How many names the text seems to have: quotes with a colon behind. Exact for what serializers write, so that only odd lines are scanned. */
function colons(text: string): number {
  let count = 0;
  for (let at = text.indexOf('":'); at !== -1; at = text.indexOf('":', at + 2)) count += 1;
  return count;
}

/** The first name that an object of a valid JSON text has twice: `JSON.parse` keeps the last and says nothing. */
export function repeatedName(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '{') open.push(new Set());
    else if (character === '[') open.push(undefined);
    else if (character === '}' || character === ']') open.pop();
    else if (character === '"') {
      const end = endOfString(text, at);
      const names = open.at(-1);
      if (names !== undefined && /^\s{0,20}:/.test(text.slice(end + 1, end + 22))) {
        const name = text.slice(at + 1, end);
        if (names.has(name)) return name;
        names.add(name);
      }
      at = end;
    }
  }
  return undefined;
}

function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
