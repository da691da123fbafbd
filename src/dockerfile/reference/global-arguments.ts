import { expandWord } from '../expand.ts';
import { platformArguments } from '../global-variables.ts';
import { splitQuotedWords } from '../parse-words.ts';
import type { EscapeCharacter } from '../syntax.ts';
import type { Outcome } from './outcome.ts';
import type { Statement } from './statement.ts';

/** One name of an ARG with the default that it gives, as written. */
export interface Declaration {
  readonly name: string;
  readonly value: string | undefined;
}

export function declarationsOf(statement: Statement): readonly Declaration[] {
  return splitQuotedWords(statement.text, statement.escapeCharacter).map(({ word }) => {
    const sign = word.indexOf('=');
    return sign === -1 ? { name: word, value: undefined } : { name: word.slice(0, sign), value: word.slice(sign + 1) };
  });
}

const platform: Readonly<Record<string, string>> = {
  BUILDPLATFORM: 'linux/amd64',
  BUILDOS: 'linux',
  BUILDARCH: 'amd64',
  TARGETPLATFORM: 'linux/amd64',
  TARGETOS: 'linux',
  TARGETARCH: 'amd64',
};

/** What BuildKit sets when it builds for the platform it runs on and is told nothing else. */
export function platformValues(target: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const name of platformArguments) values.set(name, name === 'TARGETSTAGE' ? target : (platform[name] ?? ''));
  return values;
}

/** The variables that FROM can use, for a build without build arguments. Reports the defaults that cannot be expanded. */
export function expandGlobals(
  statements: readonly Statement[],
  target: string,
  escapeCharacter: EscapeCharacter,
  outcome: Outcome,
): Map<string, string> {
  const values = platformValues(target === '' ? 'default' : target);
  for (const statement of statements)
    for (const { name, value } of declarationsOf(statement)) {
      if (value === undefined) continue;
      const expansion = expandWord(value, values, { escape: escapeCharacter });
      if (expansion.error === undefined) values.set(name, expansion.value);
      else outcome.reject(expansion.error, statement.instruction);
    }
  return values;
}
