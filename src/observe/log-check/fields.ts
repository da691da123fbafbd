import { isTellingName } from '../../core/secret-text.ts';
import { type FieldRole, roleOf } from './field-roles.ts';

/** What a value is to an index that maps by the first value it sees. */
export const valueKinds = ['text', 'number in quotes', 'date', 'number', 'boolean', 'object'] as const;
export type ValueKind = (typeof valueKinds)[number];

export interface Field {
  /** `http.request.method`: the names joined by dots, as an index sees them. */
  readonly path: string;
  readonly role: FieldRole | undefined;
  /** The name says that its value is secret. */
  readonly telling: boolean;
  readonly children: Map<string, Field>;
  /** How often each kind of value was seen, in the order of {@link valueKinds}. */
  readonly counts: number[];
  /** The line of the first value of each kind. */
  readonly firstLines: number[];
  /** A leaf's times, whatever its kind; of an array each element counts. */
  seen: number;
}

export interface Fields {
  /** The field below a parent; undefined past the {@link mostFields}. */
  child(parent: Field | undefined, name: string): Field | undefined;
  readonly all: readonly Field[];
  /** Fields that were not kept. */
  readonly overflow: number;
}

/** Elasticsearch and OpenSearch refuse an index of more than 1,000 fields (`index.mapping.total_fields.limit`). */
export const mostFields = 2000;
const longestName = 200;

/** The fields of a log, as a tree; bounded, whatever a log invents for names. */
export function fieldTree(): Fields {
  const roots = new Map<string, Field>();
  const all: Field[] = [];
  let overflow = 0;
  return {
    all,
    get overflow() {
      return overflow;
    },
    child(parent, name) {
      const siblings = parent?.children ?? roots;
      const known = siblings.get(name);
      if (known) return known;
      if (all.length >= mostFields) {
        overflow += 1;
        return undefined;
      }
      const path = `${parent ? `${parent.path}.` : ''}${name.slice(0, longestName)}`;
      const field: Field = {
        path,
        role: roleOf(path),
        telling: isTellingName(name.slice(0, longestName)) || credentialHeader.test(name),
        children: new Map(),
        counts: valueKinds.map(() => 0),
        firstLines: valueKinds.map(() => 0),
        seen: 0,
      };
      siblings.set(name, field);
      all.push(field);
      return field;
    },
  };
}

const credentialHeader = /^(?:proxy-)?authorization$|^(?:set-)?cookie$|^x-(?:api-key|auth-token|amz-security-token)$/i;

/** Counts a value of a field. */
export function countValue(field: Field, kind: ValueKind, line: number): void {
  const at = valueKinds.indexOf(kind);
  field.counts[at] = (field.counts[at] ?? 0) + 1;
  if (field.firstLines[at] === 0) field.firstLines[at] = line;
}

const numeric = /^-?(?:0|[1-9]\d{0,17})(?:\.\d{1,17})?$/;
const date =
  /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?$|^\d{4}\/\d\d\/\d\d(?: \d\d:\d\d:\d\d)?$/;

/** Which kind a leaf is. Dates are what Elasticsearch's date detection takes for one. */
export function kindOfText(value: string): ValueKind {
  const first = value.charCodeAt(0);
  if (value.length > 40 || !((first >= 0x30 && first <= 0x39) || first === 0x2d)) return 'text';
  if (numeric.test(value)) return 'number in quotes';
  return date.test(value) ? 'date' : 'text';
}
