/** What a value of a Kubernetes object has to be. */
export type ValueType =
  | { readonly kind: 'string' | 'number' | 'boolean' | 'quantity' | 'integer-or-string' | 'time' | 'bytes' | 'any' }
  | { readonly kind: 'integer'; readonly bits: 32 | 64 }
  | { readonly kind: 'one-of'; readonly values: readonly string[] }
  /** `keys`: the fields that together tell items apart; empty for lists whose items may be alike. */
  | { readonly kind: 'list'; readonly keys: readonly string[]; readonly item: ValueType }
  | { readonly kind: 'map'; readonly value: ValueType }
  | ObjectType;

export interface ObjectType {
  readonly kind: 'object';
  /** `core/v1.Container`; of a custom resource the path of the field. */
  readonly name: string;
  /** True where fields that are not listed are kept, whatever they are. */
  readonly open: boolean;
  /** By name. Read when they are first asked for. */
  readonly fields: ReadonlyMap<string, FieldType>;
}

export interface FieldType {
  readonly type: ValueType;
  readonly required: boolean;
  /** The first release with it, as a position in the list of releases; 0 where the first covered one has it. */
  readonly first: number;
  /** The first release without it any more; undefined where the last covered one has it. */
  readonly removed: number | undefined;
}

/** In words, with their article, for messages: «a whole number». */
export function describeType(type: ValueType): string {
  switch (type.kind) {
    case 'string':
      return 'a text';
    case 'integer':
      return 'a whole number';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'true or false';
    case 'quantity':
      return 'an amount such as 500m or 1Gi';
    case 'integer-or-string':
      return 'a whole number or a text';
    case 'time':
      return 'a time such as 2026-01-31T08:00:00Z';
    case 'bytes':
      return 'a text in base64';
    case 'one-of':
      return `one of ${type.values.filter((value) => value !== '').join(', ')}`;
    case 'list':
      return type.item.kind === 'object' || type.item.kind === 'map' ? 'a list of maps' : 'a list';
    case 'map':
    case 'object':
      return 'a map';
    case 'any':
      return 'anything';
  }
}
