import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { FieldType, ObjectType, ValueType } from './value-type.ts';

/**
 * The API of Kubernetes as the file schemas/kubernetes.txt holds it (scripts/kubernetes-schema.mjs makes it from what Kubernetes
 * publishes). A line each:
 *
 *     versions 1.30 1.31 …
 *     kinds apps/v1 Deployment=apps/v1.Deployment …
 *     core/v1.EnvVar name! value valueFrom:@core/v1.EnvVarSource
 *
 * A field is its name, `!` where it must be there, its type behind a colon (none: a text), `>3` for the position of the first
 * release that has it, `<5` for the first one that has it no longer. Types: `s` text, `i` and `l` whole numbers of 32 and 64
 * bits, `n` number, `b` true or false, `q` quantity, `x` whole number or text, `t` time, `y` base64, `*` anything, `(A|B)` one of
 * these, `[]T` list of T, `[key,key]T` list whose items these keys tell apart, `{}T` map of T, `@name` the type of that name.
 */
export interface KubernetesSchema {
  /** Releases that it covers, oldest first: `1.30`. */
  readonly versions: readonly string[];
  /** `apps/v1` and all others. */
  readonly apiVersions: ReadonlySet<string>;
  /** The kinds of an API version. */
  kindsOf(apiVersion: string): ReadonlyMap<string, KindType>;
  /** A kind of an API version; undefined when no covered release has it. */
  kind(apiVersion: string, kind: string): KindType | undefined;
}

export interface KindType extends Omit<FieldType, 'type' | 'required'> {
  readonly type: ObjectType;
}

let loaded: KubernetesSchema | undefined;

/** The schema that the package ships. Read on the first call, once; types are taken apart when an object needs them. */
export function kubernetesSchema(): KubernetesSchema {
  // Two folders up, from dist/cli as from src/kubernetes/schema's own place in the bundle.
  loaded ??= readSchema(readFileSync(schemaFile(), 'utf8'));
  return loaded;
}

function schemaFile(): string {
  const here = import.meta.dirname;
  const up = here.endsWith(path.join('src', 'kubernetes', 'schema')) ? '../../..' : '../..';
  return path.join(here, up, 'schemas/kubernetes.txt');
}

/** Reads a text of that format. */
export function readSchema(text: string): KubernetesSchema {
  const lines = new Map<string, string>();
  const kindLines = new Map<string, string>();
  let versions: readonly string[] = [];
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ');
    const name = space === -1 ? line : line.slice(0, space);
    const rest = space === -1 ? '' : line.slice(space + 1);
    if (name === 'versions') versions = rest.split(' ');
    else if (name === 'kinds') kindLines.set(rest.slice(0, rest.indexOf(' ')), rest.slice(rest.indexOf(' ') + 1));
    else if (name !== '') lines.set(name, rest);
  }
  const types = new Map<string, ObjectType>();
  const typeNamed = (name: string): ValueType => {
    const known = types.get(name);
    if (known) return known;
    const line = lines.get(name);
    if (line === undefined) return { kind: 'any' };
    const type = objectType(name, line, typeNamed);
    types.set(name, type);
    return type;
  };
  const kinds = new Map<string, ReadonlyMap<string, KindType>>();
  const kindsOf = (apiVersion: string) => {
    let found = kinds.get(apiVersion);
    if (!found) {
      found = readKinds(kindLines.get(apiVersion) ?? '', typeNamed);
      kinds.set(apiVersion, found);
    }
    return found;
  };
  return {
    versions,
    apiVersions: new Set(kindLines.keys()),
    kindsOf,
    kind: (apiVersion, kind) => (kindLines.has(apiVersion) ? kindsOf(apiVersion).get(kind) : undefined),
  };
}

type TypeNamed = (name: string) => ValueType;

function readKinds(line: string, typeNamed: TypeNamed): ReadonlyMap<string, KindType> {
  const kinds = new Map<string, KindType>();
  for (const entry of line.split(' ')) {
    const [, kind, name, span] = /^([^=]+)=([^<>]+)(.*)$/.exec(entry) ?? [];
    const type = name === undefined ? undefined : typeNamed(name);
    if (kind === undefined || type?.kind !== 'object') continue;
    kinds.set(kind, { type, ...readSpan(span ?? '') });
  }
  return kinds;
}

function objectType(name: string, line: string, typeNamed: TypeNamed): ObjectType {
  let fields: ReadonlyMap<string, FieldType> | undefined;
  return {
    kind: 'object',
    name,
    // Types without a field: what they may hold is said nowhere.
    open: line === '',
    get fields() {
      fields ??= new Map(line === '' ? [] : line.split(' ').map((field) => readField(field, typeNamed)));
      return fields;
    },
  };
}

function readField(field: string, typeNamed: TypeNamed): [string, FieldType] {
  const [, name = field, required, code = 's', span = ''] = /^([^!:<>]+)(!?)(?::([^<>]+))?(.*)$/.exec(field) ?? [];
  let type: ValueType | undefined;
  return [
    name,
    {
      get type() {
        type ??= readType(code, typeNamed);
        return type;
      },
      required: required === '!',
      ...readSpan(span),
    },
  ];
}

function readSpan(span: string): Pick<FieldType, 'first' | 'removed'> {
  const [, first, removed] = /^(?:>(\d+))?(?:<(\d+))?$/.exec(span) ?? [];
  return { first: Number(first ?? 0), removed: removed === undefined ? undefined : Number(removed) };
}

const scalars: Readonly<Record<string, ValueType>> = {
  s: { kind: 'string' },
  i: { kind: 'integer', bits: 32 },
  l: { kind: 'integer', bits: 64 },
  n: { kind: 'number' },
  b: { kind: 'boolean' },
  q: { kind: 'quantity' },
  x: { kind: 'integer-or-string' },
  t: { kind: 'time' },
  y: { kind: 'bytes' },
};

function readType(code: string, typeNamed: TypeNamed): ValueType {
  const scalar = scalars[code];
  if (scalar) return scalar;
  switch (code[0]) {
    case '@':
      return typeNamed(code.slice(1));
    case '(':
      return { kind: 'one-of', values: code.slice(1, -1).split('|') };
    case '{':
      return { kind: 'map', value: readType(code.slice(2), typeNamed) };
    case '[': {
      const end = code.indexOf(']');
      const keys = end === 1 ? [] : code.slice(1, end).split(',');
      return { kind: 'list', keys, item: readType(code.slice(end + 1), typeNamed) };
    }
    default:
      return { kind: 'any' };
  }
}
