import { findTokens, secretInVariable } from '../../core/secret-text.ts';
import type { ImageConfiguration } from '../image.ts';
import type { ImageSecret } from '../image-analysis.ts';

/** What of a step's command is looked at. */
const maximumCommand = 64 * 1024;

/** `NAME=value` as arguments of builds and exports of shells write it; quotes are left on. */
const assignment =
  /(?<![A-Za-z0-9_])([A-Za-z_][A-Za-z0-9_]{1,80})=("[^"\n]{1,400}"|'[^'\n]{1,400}'|[^\s"'|;&]{1,400})/g;

/** Secrets in variables, labels and the commands of steps. Everybody who can pull the image reads them. */
export function configurationSecrets({ environment, labels, history }: ImageConfiguration): ImageSecret[] {
  return [
    ...environment.flatMap((text) => {
      const equals = text.indexOf('=');
      const name = text.slice(0, Math.max(equals, 0));
      return variableSecret(name, text.slice(equals + 1), `env ${name}`);
    }),
    ...[...labels].flatMap(([name, value]) => variableSecret(name, value, `label ${name}`)),
    ...history.flatMap(({ createdBy }, at) => commandSecrets(createdBy.slice(0, maximumCommand), `history ${at}`)),
  ];
}

function variableSecret(name: string, value: string, place: string): ImageSecret[] {
  const found = secretInVariable(name, value.slice(0, maximumCommand));
  return found ? [{ kind: found.kind, certainty: found.certainty, place, hidden: false }] : [];
}

function commandSecrets(command: string, place: string): ImageSecret[] {
  const kinds = new Map<string, ImageSecret>();
  for (const { kind, certainty } of findTokens(command)) kinds.set(kind, { kind, certainty, place, hidden: false });
  // A variable's own step: its value is in the environment too, and is found there.
  if (!/^(?:\/bin\/sh -c #\(nop\)\s+)?ENV\s/.test(command))
    for (const [, name = '', value = ''] of command.matchAll(assignment)) {
      const found = secretInVariable(name, value.replace(/^(["'])(.*)\1$/s, '$2'));
      if (found && !kinds.has(found.kind))
        kinds.set(found.kind, { kind: found.kind, certainty: found.certainty, place, hidden: false });
    }
  return [...kinds.values()];
}
