import { findTokens, isPlaceholder, secretInVariable } from '../../core/secret-text.ts';
import type { ImageConfiguration } from '../image.ts';
import type { ImageSecret } from '../image-analysis.ts';

/** What of a step's command is looked at. */
const maximumCommand = 64 * 1024;

/** `NAME=value` as arguments of builds and exports of shells write it; quotes are left on. */
const assignment =
  /(?<![A-Za-z0-9_])([A-Za-z_][A-Za-z0-9_]{1,80})=("[^"\n]{1,400}"|'[^'\n]{1,400}'|[^\s"'|;&]{1,400})/g;

/** `--password VALUE`, `--api-key=VALUE`. */
const option = /(?<=[\s"'])--([a-z][a-z0-9-]{2,60})[= ](["']?[^\s"'|;&-][^\s"'|;&]{0,400}["']?)/gi;

/** How programs are given a login; the group `secret` is the password. Bounded repetition only. */
const logins: readonly RegExp[] = [
  /\b(?:curl|wget|https?|lftp)\s[^|;&\n]{0,400}?(?:-u|--user|--proxy-user)[= ]?["']?[^\s:"'$/]{1,100}:(?<secret>[^\s"'$][^\s"']{0,300})/g,
  /\bsshpass\s{1,3}-p\s?["']?(?<secret>[^\s"'$][^\s"']{0,300})/g,
  /\b(?:mysql|mariadb)[a-z-]{0,10}\s[^|;&\n]{0,200}?\s-p["']?(?<secret>[^\s"'$][^\s"']{0,300})/g,
  /\bredis-cli\s[^|;&\n]{0,200}?-a\s["']?(?<secret>[^\s"'$][^\s"']{0,300})/g,
  /\bauthorization:\s{0,3}(?:bearer|basic|token)\s{1,3}(?<secret>[^\s"'$]{8,2000})/gi,
];

/** Secrets in variables, labels and the commands of steps and containers. Everybody who can pull the image reads them. */
export function configurationSecrets(configuration: ImageConfiguration): ImageSecret[] {
  const { environment, labels, history, command, entrypoint, healthcheck } = configuration;
  const commands = { CMD: command, ENTRYPOINT: entrypoint, HEALTHCHECK: healthcheck };
  // The steps whose command is looked at as the one of the container.
  const told = new Set(
    Object.entries(commands).flatMap(([keyword, words]) =>
      words === undefined ? [] : history.findLastIndex(({ createdBy }) => keywordOf(createdBy) === keyword),
    ),
  );
  return [
    ...environment.flatMap((text) => {
      const equals = text.indexOf('=');
      const name = text.slice(0, Math.max(equals, 0));
      return variableSecret(name, text.slice(equals + 1), `env ${name}`);
    }),
    ...[...labels].flatMap(([name, value]) => variableSecret(name, value, `label ${name}`)),
    ...Object.entries(commands).flatMap(([keyword, words = []]) =>
      commandSecrets(words.join(' ').slice(0, maximumCommand), keyword),
    ),
    ...history.flatMap(({ createdBy }, at) =>
      told.has(at) ? [] : commandSecrets(createdBy.slice(0, maximumCommand), `history ${at}`),
    ),
  ];
}

/** The instruction that a step of the history is, as both builders note it. */
function keywordOf(command: string): string | undefined {
  return /^(?:\/bin\/sh -c #\(nop\)\s{1,9})?([A-Z]{3,11})\s/.exec(command)?.[1];
}

function variableSecret(name: string, value: string, place: string): ImageSecret[] {
  const found = secretInVariable(name, value.slice(0, maximumCommand));
  return found ? [{ kind: found.kind, certainty: found.certainty, place, hidden: false }] : [];
}

function commandSecrets(command: string, place: string): ImageSecret[] {
  const kinds = new Map<string, ImageSecret>();
  const add = (kind: string, certainty: ImageSecret['certainty']) => {
    if (!kinds.has(kind)) kinds.set(kind, { kind, certainty, place, hidden: false });
  };
  const addNamed = (name: string, value: string) => {
    const found = secretInVariable(name, value.replace(/^(["'])(.*)\1$/s, '$2'));
    if (found) add(found.kind, found.certainty);
  };
  for (const { kind, certainty } of findTokens(command)) add(kind, certainty);
  // A variable's own step: its value is in the environment too, and is found there.
  if (keywordOf(command) === 'ENV') return [...kinds.values()];
  for (const [, name = '', value = ''] of command.matchAll(assignment)) addNamed(name, value);
  for (const [, name = '', value = ''] of command.matchAll(option)) addNamed(name.replaceAll('-', '_'), value);
  for (const login of logins)
    for (const { groups } of command.matchAll(login))
      if (!isPlaceholder(groups?.secret ?? '')) add('password in a command', 'likely');
  return [...kinds.values()];
}
