import { expandToken, type Variables } from './expand.ts';
import type { ArgInstruction } from './instruction.ts';
import type { EscapeCharacter } from './syntax.ts';

/** ARG names that BuildKit sets for FROM and, where a stage declares them, in it. Their values are the build's. */
export const platformArguments = [
  'BUILDPLATFORM',
  'BUILDOS',
  'BUILDOSVERSION',
  'BUILDARCH',
  'BUILDVARIANT',
  'TARGETPLATFORM',
  'TARGETOS',
  'TARGETOSVERSION',
  'TARGETARCH',
  'TARGETVARIANT',
  'TARGETSTAGE',
] as const;

/**
 * What FROM can use: the platform's variables and the defaults of the ARGs before the first FROM. One that has no
 * default is not set; one whose default cannot be known is there without a value.
 */
export function globalVariables(globalArgs: readonly ArgInstruction[], escapeCharacter: EscapeCharacter): Variables {
  const variables = new Map<string, string | undefined>();
  for (const name of platformArguments) variables.set(name, undefined);
  for (const { pairs } of globalArgs)
    for (const { key, value } of pairs) {
      if (value === undefined) continue;
      const expansion = expandToken(value, variables, { escape: escapeCharacter, unset: 'default' });
      const isKnown = expansion.error === undefined && expansion.unknown.size === 0;
      variables.set(key.value, isKnown ? expansion.value : undefined);
    }
  return variables;
}
