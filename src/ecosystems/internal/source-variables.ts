import type { SourceVariable, VariableReader } from '../source-facts.ts';
import type { SourceToken } from './source-lexer.ts';

/** What the environment reads of one source tell, whatever its language. */
export interface SourceVariables {
  readonly variables: SourceVariable[];
  readonly readers: VariableReader[];
  readonly sets: string[];
  readsOthers: boolean;
  setsOthers: boolean;
}

/** A walk over a source's tokens with what it has found so far. */
export interface VariableWalk {
  readonly tokens: readonly SourceToken[];
  readonly words: ReadonlyMap<string, readonly number[]>;
  readonly found: SourceVariables;
}

export function variableWalk(
  tokens: readonly SourceToken[],
  words: ReadonlyMap<string, readonly number[]>,
): VariableWalk {
  return { tokens, words, found: { variables: [], readers: [], sets: [], readsOthers: false, setsOthers: false } };
}

/** How a program bears that a variable is not set. */
export type Bearing = Pick<SourceVariable, 'optional' | 'required' | 'fallback'>;
export const optional: Bearing = { optional: true, required: false, fallback: undefined };
export const required: Bearing = { optional: false, required: true, fallback: undefined };
export const plain: Bearing = { optional: false, required: false, fallback: undefined };
