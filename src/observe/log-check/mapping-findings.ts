import { type Field, type Fields, mostFields, type ValueKind, valueKinds } from './fields.ts';
import type { LogFinding } from './log-report.ts';

/** What an index with dynamic mapping trips over: it takes a field's type from the first value, and refuses documents of another. */
export function mappingFindings(fields: Fields): LogFinding[] {
  const conflicts = fields.all.flatMap((field) => conflictOf(field, fields) ?? []);
  const found: LogFinding[] = conflicts.slice(0, 20);
  const quoted = fields.all.filter(isQuotedNumber);
  const [first] = quoted;
  if (first)
    found.push({
      kind: 'number-as-string',
      severity: 'note',
      message: `numbers are written in quotes (${listed(quoted)}): they are stored as words, and cannot be summed or compared`,
      remedy: 'Write them without quotes, or map the field.',
      count: quoted.length,
      lines: [first.firstLines[valueKinds.indexOf('number in quotes')] ?? 0],
    });
  if (fields.all.length > 1000)
    found.push({
      kind: 'many-fields',
      severity: 'error',
      message: `more than 1,000 fields${fields.overflow > 0 ? ` (not counted past ${mostFields})` : ''}: identifiers are used as names, and the index refuses new ones (index.mapping.total_fields.limit)`,
      remedy: 'Put what varies into a value: {"id": …, "value": …} in place of {"<id>": …}.',
      count: fields.all.length,
      lines: [],
    });
  return found;
}

function listed(fields: readonly Field[]): string {
  return (
    fields
      .slice(0, 4)
      .map(({ path }) => path)
      .join(', ') + (fields.length > 4 ? ', …' : '')
  );
}

/** Which kinds an index tells apart; a date is a text, unless date detection saw it first. */
const groups: Readonly<Record<ValueKind, string>> = {
  text: 'text',
  'number in quotes': 'text',
  date: 'text',
  number: 'number',
  boolean: 'boolean',
  object: 'object',
};

function conflictOf(field: Field, fields: Fields): LogFinding | undefined {
  const kinds = kindsOf(field, fields);
  if (new Set(kinds.map(({ kind }) => groups[kind])).size < 2) return datesAndTexts(field, kinds);
  const scalarsCoerce = kinds.every(({ kind }) => kind === 'number' || kind === 'number in quotes');
  const said = kinds.map(({ kind, count, line }) => `${kind} in ${count} (first in line ${line})`).join(', ');
  return {
    kind: scalarsCoerce ? 'number-as-string' : 'type-change',
    severity: scalarsCoerce ? 'warning' : 'error',
    message: `field ${field.path} changes its type: ${said}; ${scalarsCoerce ? 'a search for one form misses the other where no mapping says number' : 'the index keeps the first and refuses the others'}`,
    remedy: 'Write one type, or give the two meanings two names.',
    count: Math.min(...kinds.map(({ count }) => count)),
    lines: kinds
      .map(({ line }) => line)
      .sort((one, other) => one - other)
      .slice(0, 3),
  };
}

interface KindSeen {
  readonly kind: ValueKind;
  readonly count: number;
  readonly line: number;
}

/** A field `a` and another `a.b` written with a dot make `a` an object, too. */
function kindsOf(field: Field, fields: Fields): KindSeen[] {
  const kinds = valueKinds.flatMap((kind, at): KindSeen[] => {
    const count = field.counts[at] ?? 0;
    return count === 0 ? [] : [{ kind, count, line: field.firstLines[at] ?? 0 }];
  });
  if (kinds.length === 0 || kinds.some(({ kind }) => kind === 'object')) return kinds;
  const dotted = dottedBelow(fields).get(field.path);
  return dotted && !field.children.has(dotted.path)
    ? [...kinds, { kind: 'object', count: dotted.seen, line: Math.max(...dotted.firstLines) }]
    : kinds;
}

const known = new WeakMap<Fields, { readonly size: number; readonly map: ReadonlyMap<string, Field> }>();

/** For each prefix of a dotted name a field that makes it an object. */
function dottedBelow(fields: Fields): ReadonlyMap<string, Field> {
  const before = known.get(fields);
  if (before?.size === fields.all.length) return before.map;
  const map = new Map<string, Field>();
  for (const field of fields.all) {
    if (field.seen === 0) continue;
    for (let dot = field.path.indexOf('.'); dot !== -1; dot = field.path.indexOf('.', dot + 1)) {
      const prefix = field.path.slice(0, dot);
      if (!map.has(prefix)) map.set(prefix, field);
    }
  }
  known.set(fields, { size: fields.all.length, map });
  return map;
}

/** Date detection maps the first value as a date and refuses the text that comes later. */
function datesAndTexts(field: Field, kinds: readonly KindSeen[]): LogFinding | undefined {
  const date = kinds.find(({ kind }) => kind === 'date');
  const text = kinds.find(({ kind }) => kind === 'text');
  if (!date || !text || date.line > text.line) return undefined;
  return {
    kind: 'type-change',
    severity: 'warning',
    message: `field ${field.path} holds dates first and other text from line ${text.line} on: date detection takes it for a date and refuses the text`,
    remedy: 'Map it as keyword, or turn date_detection off, as the generated index template does.',
    count: text.count,
    lines: [date.line, text.line],
  };
}

/** Identifiers that look like numbers are none. */
const identifier =
  /(?:^|[_.-])(?:id|uid|gid|pid|zip|code|version|phone|key|port|number|no|ref|sku|hash|span|trace)s?$|Id$|ID$/;

function isQuotedNumber({ counts, path }: Field): boolean {
  const quoted = counts[valueKinds.indexOf('number in quotes')] ?? 0;
  return quoted >= 2 && counts.reduce((total, each) => total + each, 0) === quoted && !identifier.test(path);
}
