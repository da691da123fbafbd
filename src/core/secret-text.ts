import type { SourceRange } from './text.ts';

/** A secret found in a text: what it is and where. Its value is never kept. */
export interface SecretMatch {
  /** `GitHub token`, `private key`, `password in a URL` … */
  readonly kind: string;
  /** The secret itself, without the name or quotes around it. */
  readonly range: SourceRange;
  /** `certain`: of a published form that nothing else has; `likely`: a literal under a telling name that looks random or is a password. */
  readonly certainty: 'certain' | 'likely';
}

interface TokenForm {
  readonly kind: string;
  /** Bounded repetition only: every form takes time linear in the text. The group `secret` is what is masked; else the whole match. */
  readonly pattern: RegExp;
  /** A text that holds none of these holds no such secret: asked first, because most texts hold none. */
  readonly marks: readonly string[];
}

/** Forms that the issuers publish, so that secret scanners can tell them. */
const tokenForms: readonly TokenForm[] = [
  // The documentation's own end in EXAMPLE.
  {
    kind: 'AWS access key id',
    pattern: /\b(?:AKIA|ASIA)(?![A-Z2-7]{9}EXAMPLE\b)[A-Z2-7]{16}\b/g,
    marks: ['AKIA', 'ASIA'],
  },
  {
    kind: 'GitHub token',
    pattern: /\b(?:gh[opsur]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{60,255})\b/g,
    marks: ['ghp_', 'gho_', 'ghs_', 'ghu_', 'ghr_', 'github_pat_'],
  },
  {
    kind: 'GitLab token',
    pattern: /\bgl(?:pat|dt|rt|ptt|ft|soat|cbt)-[A-Za-z0-9_-]{20,100}/g,
    marks: ['glpat-', 'gldt-', 'glrt-', 'glptt-', 'glft-', 'glsoat-', 'glcbt-'],
  },
  { kind: 'npm token', pattern: /\bnpm_[A-Za-z0-9]{36}\b/g, marks: ['npm_'] },
  { kind: 'PyPI token', pattern: /\bpypi-[A-Za-z0-9_-]{50,255}/g, marks: ['pypi-'] },
  { kind: 'RubyGems key', pattern: /\brubygems_[a-f0-9]{48}\b/g, marks: ['rubygems_'] },
  { kind: 'Docker token', pattern: /\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{20,60}/g, marks: ['dckr_'] },
  { kind: 'Slack token', pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{10,250}/g, marks: ['xox'] },
  {
    kind: 'Slack webhook',
    pattern: /https:\/\/hooks\.slack\.com\/services\/(?<secret>T[A-Z0-9]{6,14}\/B[A-Z0-9]{6,14}\/[A-Za-z0-9]{16,30})/g,
    marks: ['hooks.slack.com'],
  },
  { kind: 'Stripe key', pattern: /\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,250}/g, marks: ['k_live_', 'k_test_'] },
  { kind: 'Google API key', pattern: /\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/g, marks: ['AIza'] },
  { kind: 'SendGrid key', pattern: /\bSG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}/g, marks: ['SG.'] },
  { kind: 'DigitalOcean token', pattern: /\bdo[opr]_v1_[a-f0-9]{64}\b/g, marks: ['_v1_'] },
  { kind: 'Vault token', pattern: /\bhv[sbr]\.[A-Za-z0-9_-]{24,300}/g, marks: ['hvs.', 'hvb.', 'hvr.'] },
  { kind: 'Hugging Face token', pattern: /\bhf_[A-Za-z0-9]{30,50}\b/g, marks: ['hf_'] },
  { kind: 'OpenAI key', pattern: /\bsk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{20,200}/g, marks: ['sk-'] },
  { kind: 'Anthropic key', pattern: /\bsk-ant-[a-z0-9]{2,10}-[A-Za-z0-9_-]{20,200}/g, marks: ['sk-ant-'] },
  { kind: 'Azure storage key', pattern: /AccountKey=(?<secret>[A-Za-z0-9+/]{86}==)/g, marks: ['AccountKey='] },
  {
    kind: 'JSON web token',
    pattern: /\beyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,1000}/g,
    marks: ['eyJ'],
  },
  {
    kind: 'private key',
    pattern: /-----BEGIN (?:[A-Z]{2,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----/g,
    marks: ['PRIVATE KEY'],
  },
  {
    kind: 'password in a URL',
    pattern: /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@'"<>${}]{0,100}:(?<secret>[^\s/:@'"<>${}]{3,200})@[A-Za-z0-9[]/gi,
    marks: ['://'],
  },
];

/** All marks at once: nearly every text is asked, and nearly none has one. */
const anyMark = new RegExp(tokenForms.flatMap(({ marks }) => marks.map((mark) => mark.replace('.', '\\.'))).join('|'));

// Patterns below read small letters: one that reads both takes V8 twice to three times as long to compile, which short runs feel.

/** A name that says that its value is secret: the words stand alone or are joined by `_`, `-` or what was a case change. */
const tellingName =
  /(?:^|[_.-])(?:pass(?:word|wd|phrase)?|pwd|secret|token|api_?key|private_?key|access_?key|auth_?key|credentials?)(?:$|[_.-]?(?:\d+|key|value|id)?$)/;

/**
 * Names that look telling but hold a place, a switch or something public. The «credentials» of Confluent's images are names of files:
 * https://github.com/confluentinc/kafka-images/blob/master/kafka/include/etc/confluent/docker/configure
 */
const harmlessName =
  /(?:_file|_ssl_key(?:store)?_credentials|_ssl_truststore_credentials|_path|_dir|_url|_uri|_name|_host|_user|_type|_length|_size|_ttl|_expiry|_expires|_timeout|_header|_prefix|public_?key|_key_id|_enabled|_algorithm|pwd)$/;

/** Names of programs' own for a secret, which the words do not tell. */
const knownNames =
  /^(?:pgpassword|sshpass|secret_key_base|rails_master_key|devise_pepper|meili_master_key|(?:rabbitmq_)?erlang_cookie|release_cookie)$/;

/** True for a variable's name that says that its value is secret, in snake, kebab or camel case. */
export function isTellingName(name: string): boolean {
  let telling = judged.get(name);
  if (telling === undefined) {
    telling = judgeName(name);
    if (judged.size < mostJudged && name.length < longestJudged) judged.set(name, telling);
  }
  return telling;
}

/** Every key of every manifest is asked, and there are few different ones. */
const judged = new Map<string, boolean>();
const mostJudged = 5000;
const longestJudged = 100;

function judgeName(name: string): boolean {
  const snake = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
  if (/^(?:old)?pwd$/.test(name.toLowerCase())) return false;
  if (knownNames.test(snake)) return true;
  return tellingName.test(snake) && !(harmlessName.test(snake) && !/^(?:.*_)?db_?pwd$/.test(snake));
}

/** True for what a telling name may switch on or off, as `automountServiceAccountToken` does: never secret, with or without a comment behind. */
export function isSwitch(value: string): boolean {
  return /^(?:true|false|null|~)(?:\s+#[^\n]*)?$/i.test(value);
}

/**
 * True for a literal that cannot be a real secret: empty, a switch, a variable, a place-holder such as `changeme` or `<token>`.
 * Weak real passwords (`root`, `postgres`) are secrets; what only says «put yours here» is none.
 */
export function isPlaceholder(value: string): boolean {
  const text = value
    .trim()
    .replace(/^_+|_+$/g, '')
    .toLowerCase();
  if (text.length < 3 || /^(?:true|false|null|none|nil|yes|no|on|off|undefined|\d{1,4})$/.test(text)) return true;
  if (/[<>{}]|^\$+\w+$|^\*+$|^x+$|^\.{3}$/.test(text) || text.replaceAll('$$', '').includes('$')) return true;
  return /^(?:(?:my|your|the|some|a|an|insert|put|set|enter|add|dummy|fake|sample|example|placeholder|replace|change|update|redacted|todo|fixme|tbd|not|build|unset|empty|unused|invalid)(?:[-_ .]|me|this|it|here|in|at|$).{0,60}|changeit|do(?:[-_ ]not|n'?t)[-_ ]use(?![a-z0-9]).{0,40}|.{0,40}(?:[-_ ]here|placeholder|goes[-_ ]here))$/.test(
    text,
  );
}

/** Shannon entropy in bits a character. */
export function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

const urlPassword = 'password in a URL';

/** Names that are reserved for documentation and tests, which no server has: https://www.rfc-editor.org/rfc/rfc2606 */
const reservedHost = /^(?:[a-z0-9-]{1,63}\.){0,10}(?:example(?:\.(?:com|net|org))?|invalid)(?![a-z0-9.-])/i;

/** `user:password`, which says what to put there, behind the scheme of an address. */
const genericLogin =
  /\/\/(?:(?:[\w.-]{0,40}[_.-]|db|my|your)?user(?:name)?|login):(?:(?:[a-z]{1,20}[_.-]){0,3}(?:db|my|your)?pass(?:word|wd)?|pwd|secret)$/i;
const mayHoldLogin = /:\/\/[^\s/]{0,400}@/;

/** True when a text has a mark of a published form in it. */
export function mayHoldToken(text: string): boolean {
  return anyMark.test(text);
}

/** Texts of which each published form has one in it: what has none holds no such secret. */
export function tokenMarks(): readonly string[] {
  return [...new Set(tokenForms.flatMap(({ marks }) => marks))];
}

/** Secrets of a published form, in order. Time is linear in the text. */
export function findTokens(text: string): SecretMatch[] {
  const found: SecretMatch[] = [];
  if (!mayHoldToken(text)) return found;
  for (const { kind, pattern, marks } of tokenForms) {
    if (!marks.some((mark) => text.includes(mark)) || (kind === urlPassword && !mayHoldLogin.test(text))) continue;
    for (const match of text.matchAll(pattern)) {
      const secret = match.groups?.secret ?? match[0];
      const start = match.index + match[0].lastIndexOf(secret);
      const end = start + secret.length;
      const isUrl = kind === urlPassword;
      const isGeneric = isUrl && genericLogin.test(text.slice(match.index, end));
      // Behind the password stands `@`.
      if (isUrl && (isPlaceholder(secret) || (isGeneric && reservedHost.test(text.slice(end + 1, end + 300)))))
        continue;
      const certainty = isGeneric ? 'likely' : 'certain';
      found.push({ kind, range: { start, end }, certainty });
    }
  }
  return found.sort((a, b) => a.range.start - b.range.start);
}

/** True for `API_KEY=API_KEY_VAL` and the like: the variable's own name with a word before or behind it. */
function isOwnName(name: string, value: string): boolean {
  const [own, text] = [name, value].map((each) => each.toLowerCase().replace(/[^a-z0-9]+/g, '_'));
  if (own === undefined || text === undefined) return false;
  const words = own.includes('_') ? /^_?[a-z_]{0,20}_?$/ : /^_?(?:val|value|here|placeholder|example|string|text)_?$/;
  const rest = text.startsWith(own) ? text.slice(own.length) : text.endsWith(own) ? text.slice(0, -own.length) : 'x0';
  return (rest === '' ? own.includes('_') : /^_|_$/.test(rest)) && words.test(rest);
}

/** Names of which every value is a secret, whatever it looks like. */
const strongName = /(?:^|[_.-])(?:pass(?:word|wd|phrase)|jwt_?secret|secret_key|api_?(?:token|key)|private_?key)\d*$/i;

/** A pass phrase, or a key that is broken over lines: not a sentence that tells what to put there. */
function mayHaveSpaces(name: string, text: string): boolean {
  return (
    strongName.test(name.replace(/([a-z0-9])([A-Z])/g, '$1_$2')) &&
    !/[.:!?]$|\b(?:the|your|this|here|must|should|please|enter|set|of|for|is|with|from|to|at|least|required|optional)\b/i.test(
      text,
    )
  );
}

/**
 * True for what is filled in when a program is installed, or names the place in a store where the secret lies: `%DB_PASSWORD%`, `__DB_PASSWORD__`,
 * `[from vault]`, `vault:…`, `DB_PASSWORD`.
 */
export function isFilledIn(value: string): boolean {
  return filledIn.test(value);
}

const filledIn =
  /^(?:%\w{3,60}%|__\w{1,60}__|@{1,2}\w{1,60}@{1,2}|\[.{0,100}\]|[A-Z]{2,30}(?:_[A-Z]{2,30}){1,6}|ENC\(.*|(?:vault|secretref|op|akvs?|env|ref\+\w{1,30})[:.].*|ssm:\/.*|arn:aws:.*)$/;

/** What reads a value, where a line of code is taken for a connection string: `os.environ["PW"]`, `read_password()`. */
const readsValue = /^[A-Za-z_][\w.]{0,100}(?:\(.*\)|\[.*\])$/;

const connectionPart =
  /^\s*(?:server|data source|addr(?:ess)?|host|port|user(?: ?id|name)?|uid|initial catalog|database(?:name)?)\s*=/i;
const passwordPart = /^\s*(?:password|pwd)\s*=\s*/i;
/** A part ends with `;`, which stands in quotes for itself. */
const connectionParts = /(?:[^;=]{0,100}=[ \t]{0,10}(?:"[^"]{0,300}"|'[^']{0,300}')(?=[ \t]{0,10}(?:;|$)))|[^;]+/g;
const longestConnection = 2000;

/**
 * What stands behind `Password=` of a connection string such as `Server=db;User Id=shop;Password=…`, whatever its variable is called.
 * https://learn.microsoft.com/en-us/dotnet/framework/data/adonet/connection-string-syntax
 */
function connectionPassword(value: string): SecretMatch | undefined {
  if (value.length > longestConnection || !/(?:password|pwd)\s*=/i.test(value)) return undefined;
  if (!value.includes(';')) return otherPassword(value);
  const parts = [...value.matchAll(connectionParts)];
  if (!parts.some(([part]) => connectionPart.test(part))) return otherPassword(value);
  for (const { 0: part, index } of parts) {
    const name = passwordPart.exec(part)?.[0].length;
    const secret = name === undefined ? undefined : inConnection(index + name, part.slice(name).trimEnd());
    if (secret) return secret;
  }
  return otherPassword(value);
}

/** Forms without semicolons, whose last group is the password. */
const otherConnections: readonly RegExp[] = [
  // Drivers of Java take the login from the query: https://jdbc.postgresql.org/documentation/use/#connection-parameters
  /^\s*jdbc:[a-z0-9:+-]{2,60}:\/\/[^\s?]{0,500}\?(?:[^\s&]{0,300}&){0,30}?password=([^\s&"'#]{1,200})/i,
  // https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE
  /^\s*(?=(?:\S{1,200}\s{1,5}){0,12}(?:host|hostaddr|dbname)=\S)(?=(?:\S{1,200}\s{1,5}){0,12}(?:user|dbname|port|sslmode)=\S)(?:[a-z_]{2,40}=\S{1,200}\s{1,5}){1,12}?password=('[^']{1,200}'|[^\s'"]{1,200})(?=\s|$)/,
  // https://stackexchange.github.io/StackExchange.Redis/Configuration
  /^\s*[\w.-]{1,200}:\d{2,5}(?:,[^\s,]{1,200}){0,20}?,\s{0,3}password=([^\s,"']{1,200})(?=,|\s|$)/i,
];

function otherPassword(value: string): SecretMatch | undefined {
  for (const pattern of otherConnections) {
    const { 0: whole = '', 1: secret = '' } = pattern.exec(value) ?? [];
    const found = inConnection(whole.length - secret.length, secret);
    if (found) return found;
  }
  return undefined;
}

function inConnection(start: number, secret: string): SecretMatch | undefined {
  const bare = secret.replace(/^(["'])(.*)\1$/, '$2');
  if (secret === '' || isPlaceholder(bare) || isFilledIn(bare) || readsValue.test(secret)) return undefined;
  return { kind: 'password in a connection string', range: { start, end: start + secret.length }, certainty: 'likely' };
}

/** Names for keys that programs encrypt and sign with. Other names that end in KEY are those of caches, tables, packages and of what is public. */
const keyName =
  /(?:^|[_.-])(?:app|application|vault|enc|encrypt|encryption|cipher|crypto|aes|fernet|hmac|jwt|master|session|cookie|csrf|signing|signature)_?key(?:_\d+)?$/;

/** Names beside which a number of 40 digits is the fingerprint of a public key; Datadog's own keys are as long. */
const namesFingerprint = /sign|[gp]pg|pgp/;

/** Enough random bits for a key, in hexadecimal digits or base 64, which no name, no path and no reference to a key is. */
function isRandomKey(name: string, value: string): boolean {
  const text = value.trim().replace(/^base64:/, '');
  if (/^[0-9a-f]{32,200}$/i.test(text))
    return !(text.length === 40 && namesFingerprint.test(name)) && entropy(text) >= 3;
  return (
    /^[A-Za-z0-9+/_-]{20,200}={0,2}$/.test(text) &&
    /[0-9]/.test(text) &&
    /[a-z]/.test(text) &&
    /[A-Z]/.test(text) &&
    entropy(text) >= 3.5 &&
    !isNameOrPath(text)
  );
}

const referenceToKey = /^(?:alias|projects|arn|kv|secrets?|keys?|config)[/:]/;

/** Random letters change between small, capital and digit at every second one, and base 64 has few signs among them. */
const longestPiece = 3;
const shortestRun = 12;

/** Words and what joins them: `kv/Team42/payments`, `MyShopSession_v2_Cookie`, `shopSessionCookieName2024`. */
function isNameOrPath(text: string): boolean {
  if (referenceToKey.test(text) || text.split(/[/_-]/).every((run) => run.length < shortestRun)) return true;
  const pieces = text.match(/[A-Z]?[a-z]+|[A-Z]+|[0-9]+/g) ?? [];
  return pieces.join('').length / pieces.length >= longestPiece;
}

/** True for a random value under a name for keys that programs encrypt and sign with: `FERNET_KEY`. */
export function isKeyOfProgram(name: string, value: string): boolean {
  if (!/key/i.test(name)) return false;
  const snake = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
  return keyName.test(snake) && isRandomKey(snake, value);
}

/** Whether the literal `value` of a variable is a secret: by its form, or by the variable's name and what the value looks like. */
export function secretInVariable(name: string, value: string): SecretMatch | undefined {
  const [token] = findTokens(value);
  const inside = token ?? connectionPassword(value);
  if (inside) return inside;
  if (!isTellingName(name) && !isKeyOfProgram(name, value)) return undefined;
  if (isPlaceholder(value) || isOwnName(name, value)) return undefined;
  const text = value.trim();
  // As AWS' documentation ends its keys.
  if (/EXAMPLE(?:KEY)?$/.test(text)) return undefined;
  if (/^[./~]|^https?:\/\//.test(value) || (/\s/.test(text) && !mayHaveSpaces(name, text))) return undefined;
  const password = /pass|pwd/i.test(name);
  if (!password && (value.length < 8 || entropy(value) < 2.5)) return undefined;
  return { kind: password ? 'password' : 'secret value', range: { start: 0, end: value.length }, certainty: 'likely' };
}
