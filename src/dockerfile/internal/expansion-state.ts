import type { ExpandOptions, Variables } from '../expand.ts';

/** Where an expansion stands in the word that it reads. */
export interface Lexer {
  readonly source: string;
  readonly variables: Variables;
  readonly options: ExpandOptions;
  at: number;
  rawEscapes: boolean;
  readonly limit: number;
  depth: number;
  /** The word that is being read. Shared with nested expansions, which empty it, as BuildKit's is. */
  buffer: string;
  /** Made when there is a first name: most words have none. */
  used: Set<string> | undefined;
  unmatched: Set<string> | undefined;
  unknown: Set<string> | undefined;
}

/** Why a word cannot be expanded. Its message is one sentence for the user. */
export class ExpansionError extends Error {}

export type Found = { readonly state: 'known'; readonly value: string } | { readonly state: 'unknown' | 'unset' };

export function lookUp(lexer: Lexer, name: string): Found {
  if (!lexer.variables.has(name)) {
    lexer.unmatched = withName(lexer.unmatched, name);
    return { state: 'unset' };
  }
  lexer.used = withName(lexer.used, name);
  const value = lexer.variables.get(name);
  return value === undefined ? { state: 'unknown' } : { state: 'known', value };
}

function withName(names: Set<string> | undefined, name: string): Set<string> {
  return (names ?? new Set<string>()).add(name);
}

/** The expansion as it stands, when its variable has no value that is known; undefined when it expands to something. */
export function asWritten(
  lexer: Lexer,
  name: string,
  start: number,
  state: Found['state'],
  kept: () => string,
): string | undefined {
  const unset = lexer.options.unset ?? 'empty';
  if (state === 'known' || (state === 'unset' && unset === 'empty')) return undefined;
  lexer.unknown = withName(lexer.unknown, name);
  return state === 'unset' && unset === 'keep' ? kept() : lexer.source.slice(start, lexer.at);
}
