import { findTokens, isTellingName } from '../core/secret-text.ts';

/** Variables by name; undefined for one that is set, to what is not known here. */
export type ComposeVariables = ReadonlyMap<string, string | undefined>;

/** What a name of an image, a part of one and a tag are made of. */
const nameLike = /^[\w.:/@-]{0,512}$/;

/** More than what tells a finding: whoever writes the Compose file has the name of an image asked for, with the value in it. */
const secretWord =
  /^(?:pass\w*|pwd|pw|secrets?|tokens?|\w*keys?|auth|salt|pepper|jwt|cred\w*|cert\w*|login|user(?:name)?|session|cookie|otp|pin|sign\w*|hash|license)$/;

/**
 * The variables of a `.env` file, which Compose puts into the file beside it. Only what can name an image is taken up: no value of a variable with a secret's name, none
 * that looks like a secret or holds more than a name can.
 * https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax
 */
export function readComposeVariables(text: string): ComposeVariables {
  const variables = new Map<string, string | undefined>();
  let open: string | undefined;
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    if (open !== undefined) {
      // A value in quotes goes on: what looks like a variable there is none.
      if (line.includes(open)) open = undefined;
      continue;
    }
    const [, name, written = ''] = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*[=:]\s*(.*)/s.exec(line) ?? [];
    if (name === undefined) continue;
    const quote = /^["']/.exec(written)?.[0];
    const value = quote === undefined ? bare(written) : quoted(written, quote);
    if (quote !== undefined && value === undefined) open = quote;
    variables.set(name, value !== undefined && isName(name, value) ? value : undefined);
  }
  return variables;
}

/** A comment behind it has a space before it. */
function bare(written: string): string {
  return written.replace(/(?:^|\s)#.*/s, '').trimEnd();
}

/** Undefined where the quote is not closed on its line. */
function quoted(written: string, quote: string): string | undefined {
  const end = written.indexOf(quote, 1);
  return end === -1 ? undefined : written.slice(1, end);
}

function isName(name: string, value: string): boolean {
  return nameLike.test(value) && !mayBeSecret(name) && findTokens(value).length === 0;
}

function mayBeSecret(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[_.-]+/);
  return isTellingName(name) || words.some((word) => secretWord.test(word));
}
