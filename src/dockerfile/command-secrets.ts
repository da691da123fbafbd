import type { CommandLine, CommandWord } from '../core/command-line.ts';
import { isPlaceholder, secretInVariable } from '../core/secret-text.ts';
import type { SourceRange } from '../core/text.ts';

/** A secret that a command is given as a literal. `value` is there to be judged, never to be kept or shown. */
export interface CommandSecret {
  readonly kind: string;
  readonly range: SourceRange;
  readonly value: string;
}

/** Options that take a secret in every program that has them; `--disabled-password` and the like are none. */
const secretOption =
  /^--?(?:(?:db|database|root|admin|user|http|https|ftp|proxy|client|registry|mysql|postgres|redis|sa|auth|access|api|session|github|gitlab|npm|deploy|private|gpg|repo|license|license-)[-_]?)?(?:password|passwd|requirepass|masterauth|token|secret|api-?key|access-?key|secret-?key)$/;

/** Asked of every option of every command. */
function takesSecret(option: string): boolean {
  return option.length >= '-token'.length && secretOption.test(option.toLowerCase());
}

/** Short options of particular programs; `attached`: the value stands in the same word. */
const shortOptions: Readonly<Record<string, { readonly option: string; readonly attached: boolean }>> = {
  sshpass: { option: '-p', attached: true },
  mysql: { option: '-p', attached: true },
  mysqladmin: { option: '-p', attached: true },
  mysqldump: { option: '-p', attached: true },
  mysqlimport: { option: '-p', attached: true },
  docker: { option: '-p', attached: false },
  podman: { option: '-p', attached: false },
  'redis-cli': { option: '-a', attached: false },
};

const header =
  /^(?:(?:proxy-)?authorization|private-token|job-token|x-api-key|x-auth-token|x-vault-token|x-jfrog-art-api)\s{0,3}:\s{0,3}(?:(?:bearer|basic|token)\s{1,3})?(\S+)$/i;

/** The secrets among a command's literal arguments: by option, header and `user:password`. Tokens of known form are not looked for. */
export function secretsInCommand(command: CommandLine): readonly CommandSecret[] {
  const found: CommandSecret[] = [];
  const words = command.arguments;
  words.forEach((word, at) => {
    if (!word.value.startsWith('-')) return;
    const next = words[at + 1];
    const secret = inOption(word, next) ?? inShortOption(command, word, next) ?? inTransfer(command, word, next);
    if (secret) found.push(secret);
  });
  if (command.name === 'aws') found.push(...inAwsConfiguration(words));
  for (const { name, value } of command.assignments) found.push(...inAssignment(name, value));
  return found;
}

/** `TOKEN=…` as the shell assigns or exports it. */
export function inAssignment(name: string, value: CommandWord | undefined): readonly CommandSecret[] {
  if (!value?.literal) return [];
  const secret = secretInVariable(name, value.value);
  return secret ? [{ kind: secret.kind, range: value.range, value: value.value }] : [];
}

function inOption(word: CommandWord, next: CommandWord | undefined): CommandSecret | undefined {
  const equals = word.value.indexOf('=');
  if (word.literal && equals > 0 && takesSecret(word.value.slice(0, equals)))
    return literalSecret(word.value.slice(0, equals), word.value.slice(equals + 1), word.range);
  if (next?.literal && takesSecret(word.value) && !next.value.startsWith('-'))
    return literalSecret(word.value, next.value, next.range);
  return undefined;
}

function literalSecret(option: string, value: string, range: SourceRange): CommandSecret | undefined {
  const name = option
    .replace(/^-+/, '')
    .replace(/requirepass|masterauth/i, 'password')
    .replace(/-/g, '_');
  const secret = secretInVariable(name, value);
  return secret && { kind: secret.kind, range, value };
}

function inShortOption(
  command: CommandLine,
  word: CommandWord,
  next: CommandWord | undefined,
): CommandSecret | undefined {
  const known = Object.hasOwn(shortOptions, command.name) ? shortOptions[command.name] : undefined;
  if (known === undefined || !word.value.startsWith(known.option)) return undefined;
  if ((command.name === 'docker' || command.name === 'podman') && command.arguments[0]?.value !== 'login')
    return undefined;
  const attached = word.value.slice(known.option.length);
  // `-P` of mysql is a port, and `-p` alone asks at the terminal.
  if (known.attached && attached !== '') return password(word, attached);
  return attached === '' && next && !next.value.startsWith('-') && (!known.attached || command.name === 'sshpass')
    ? password(next, next.value)
    : undefined;
}

function password(word: CommandWord, value: string): CommandSecret | undefined {
  return word.literal && !isPlaceholder(value) ? { kind: 'password', range: word.range, value } : undefined;
}

/** `curl -u user:password`, `-H 'Authorization: …'`, and the same of wget and HTTPie. */
function inTransfer(
  { name }: CommandLine,
  word: CommandWord,
  next: CommandWord | undefined,
): CommandSecret | undefined {
  if (name !== 'curl' && name !== 'wget' && name !== 'http') return undefined;
  const option = /^(?:-u|-U|-H|--user|--proxy-user|--header)(?:=|$)|^-[uUH](?=.)/.exec(word.value)?.[0];
  if (option === undefined) return undefined;
  const attached = word.value.slice(option.length);
  const holder = attached === '' ? next : word;
  if (holder === undefined || !holder.literal) return undefined;
  const value = attached === '' ? holder.value : attached;
  if (/^(?:-H|--header)/.test(option)) {
    const secret = header.exec(value)?.[1];
    return secret !== undefined && secret.length >= 8 && !isPlaceholder(secret)
      ? { kind: 'credential in a header', range: holder.range, value: secret }
      : undefined;
  }
  if (name === 'wget') return undefined;
  const [, login] = /^[^:\s]{1,200}:(\S{3,300})$/.exec(value) ?? [];
  return login !== undefined && !isPlaceholder(login)
    ? { kind: 'login for curl', range: holder.range, value: login }
    : undefined;
}

function inAwsConfiguration(words: readonly CommandWord[]): readonly CommandSecret[] {
  const at = words.findIndex(({ value }) => /^(?:[^\s]*\.)?(?:aws_secret_access_key|aws_session_token)$/.test(value));
  const value = words[at + 1];
  return at > 0 && value?.literal && !isPlaceholder(value.value)
    ? [{ kind: 'AWS secret key', range: value.range, value: value.value }]
    : [];
}
