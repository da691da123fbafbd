import { literalPattern } from './literal-pattern.ts';

/** Matches where a text takes the value of a variable, `$NAME` and `${NAME`, and no longer name that begins so. Names from files may hold any character. */
export function variableReference(name: string, flags = ''): RegExp {
  return new RegExp(`\\$\\{?${literalPattern(name)}(?!\\w)`, flags);
}
