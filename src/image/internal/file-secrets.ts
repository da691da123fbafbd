import { byteSearch } from '../../core/byte-search.ts';
import { findTokens, isPlaceholder, type SecretMatch, tokenMarks } from '../../core/secret-text.ts';
import type { ImageSecret } from '../image-analysis.ts';
import { isSettingsFile, settingsSecrets } from './application-secrets.ts';
import { credentialsIn, isCredentialFile, type PlacedSecret } from './credential-files.ts';
import { isKeyFilePath, keyStoreKind } from './key-stores.ts';
import { type Mark, type MarkScan, markScan } from './mark-scan.ts';
import { isSample, isVendored } from './vendored-path.ts';

/** A secret in a file of a layer. */
export interface FileSecret extends Pick<ImageSecret, 'kind' | 'certainty' | 'line'> {
  readonly path: string;
}

/** What of a file is looked at. */
export const maximumSecretBytes = 4 * 2 ** 20;

/** So many of one file are told: a list of a thousand keys is one finding. */
const mostOfOneFile = 20;
/** Places in one file that are looked at more closely. */
const mostCandidates = 500;
/** Around a mark: the longest token has 7,000 bytes. */
const before = 128;
const behind = 8192;

/** How much must follow a mark, which words have too. What is not here says enough by itself. */
const marks: Readonly<Record<string, Omit<Mark, 'text'>>> = {
  AKIA: { run: 16, boundary: true },
  ASIA: { run: 16, boundary: true },
  npm_: { run: 36, boundary: true },
  'pypi-': { run: 50, boundary: true },
  rubygems_: { run: 48, boundary: true },
  xox: { run: 12, boundary: true },
  k_live_: { run: 16, boundary: false },
  k_test_: { run: 16, boundary: false },
  AIza: { run: 35, boundary: true },
  'SG.': { run: 16, boundary: true },
  _v1_: { run: 64, boundary: false },
  'hvs.': { run: 24, boundary: true },
  'hvb.': { run: 24, boundary: true },
  'hvr.': { run: 24, boundary: true },
  hf_: { run: 30, boundary: true },
  'sk-': { run: 24, boundary: true },
  'sk-ant-': { run: 20, boundary: true },
  eyJ: { run: 10, boundary: true },
};

/**
 * The secret half of a key of AWS, wherever its usual name stands before it, with a sign between them or as two arguments: in settings of any program,
 * scripts and code (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids).
 */
const awsSecret =
  /(?:secret_access_key|secretAccessKey)(?:["']?\s{0,5}(?:=>|[:=])\s{0,5}["']?|["'`]\s{0,5},\s{0,5}["'`])(?<secret>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/gi;
const awsSecretKind = 'AWS secret key';
const awsMarks = ['ecret_access_key', 'ECRET_ACCESS_KEY', 'ecretAccessKey'];

let scan: MarkScan | undefined;

function scanner(): MarkScan {
  scan ??= markScan(
    [...tokenMarks(), ...awsMarks].map((text) => ({ text, ...(marks[text] ?? { run: 0, boundary: false }) })),
  );
  return scan;
}

const keyMark: Mark = { text: 'PRIVATE KEY', run: 0, boundary: false };
const searchKey = byteSearch(Buffer.from(keyMark.text));

/** Of what others published, which is most text of an image, keys alone count: that one mark is found in a tenth of the time. */
const scanForKeys: MarkScan = (content, found) => {
  for (let at = searchKey(content); at !== -1 && found(at, keyMark); ) at = searchKey(content, at + 1);
};

/** True for what may be text, by its first bytes: what is compressed, compiled or drawn has a zero among them. */
function mayBeText(start: Uint8Array): boolean {
  return !start.subarray(0, 1024).includes(0);
}

/** True where a file that begins like this is looked at for secrets. */
export function mayHoldSecrets(path: string, start: Uint8Array): boolean {
  return mayBeText(start) || isKeyFilePath(path);
}

/** True for a text of which only the start is looked at. What others published is read less closely anyway. */
export function isReadInPart(path: string, bytes: number, start: Uint8Array): boolean {
  return bytes > maximumSecretBytes && mayBeText(start) && !isVendored(path);
}

/** Secrets in the content of a file, or in the start of it. */
export function findFileSecrets(path: string, content: Uint8Array): FileSecret[] {
  const stored = isVendored(path) || isSample(path) ? undefined : keyStoreKind(path, content);
  if (stored !== undefined) return [{ kind: stored, certainty: 'likely', path }];
  if (!mayBeText(content)) return [];
  const vendored = isVendored(path);
  const placed = new Map<number, PlacedSecret>();
  if (!vendored && isCredentialFile(path))
    for (const secret of credentialsIn(path, textOf(content))) placed.set(secret.at, secret);
  if (!vendored && isSettingsFile(path))
    for (const secret of settingsSecrets(path, textOf(content))) placed.set(secret.at, secret);
  let candidates = 0;
  const scanFor = vendored ? scanForKeys : scanner();
  scanFor(content, (at, mark) => {
    if (mark.text === '://' && !hasLogin(content, at + 3)) return true;
    const start = Math.max(0, at - before);
    const text = textOf(content.subarray(start, at + behind));
    for (const match of awsMarks.includes(mark.text) ? awsSecrets(text) : findTokens(text)) {
      const offset = start + match.range.start;
      if (placed.has(offset) || !isReal(match, text, path, vendored)) continue;
      placed.set(offset, { kind: match.kind, certainty: certaintyOf(match, path, vendored), at: offset });
    }
    return ++candidates < mostCandidates && placed.size < mostOfOneFile;
  });
  return [...placed.values()]
    .sort((one, other) => one.at - other.at)
    .slice(0, mostOfOneFile)
    .map(({ kind, certainty, at }) => ({ kind, certainty, path, line: lineAt(content, at) }));
}

function awsSecrets(text: string): SecretMatch[] {
  return [...text.matchAll(awsSecret)].map((match) => {
    const end = match.index + match[0].length;
    return { kind: awsSecretKind, range: { start: end - 40, end }, certainty: 'certain' };
  });
}

/** `user:password@` behind the slashes. */
function hasLogin(content: Uint8Array, from: number): boolean {
  let colon = false;
  for (let at = from; at < Math.min(content.length, from + 320); at++) {
    const byte = content[at] ?? 0;
    if (byte === 0x3a) colon = true;
    else if (byte === 0x40) return colon;
    else if (byte <= 0x20 || byte === 0x2f || byte === 0x22 || byte === 0x27 || byte === 0x3c || byte === 0x60)
      return false;
  }
  return false;
}

const usualPasswords =
  /^(?:pass(?:wd|word|w0rd)?|p[ws]d?|secret|token|user(?:name)?|test|foo|bar|baz|abc|key|x{2,}|\*+|\.{3}|hunter2)\d{0,3}$/i;
/** The tokens of jwt.io, which every example has. */
const sampleToken = /\.eyJzdWIiOiIxMjM0NTY3ODkw|\.eyJsb2dnZWRJbkFzIjoi/;

/** False for examples, place-holders, and keys of packages. */
function isReal({ kind, range }: SecretMatch, text: string, path: string, vendored: boolean): boolean {
  const value = text.slice(range.start, range.end);
  if (kind === 'private key')
    return hasKeyBody(text, range.end) && !(vendored && (isSample(path) || isSourceTree(path) || !isKeyFile(path)));
  if (vendored) return false;
  if (kind === awsSecretKind && !isRandom(value)) return false;
  if (kind === 'password in a URL')
    return (
      !isSample(path) &&
      !usualPasswords.test(value) &&
      !/^@(?:[\w-]+\.)*example\b/i.test(text.slice(range.end, range.end + 80)) &&
      !isOwnMachine(
        value,
        text.slice(Math.max(0, range.start - 120), range.start),
        text.slice(range.end, range.end + 20),
      )
    );
  // The forms that people write in place of one: all the same letter, in the order of the alphabet, `EXAMPLE`.
  const body = value.slice(-24);
  return (
    !/example|1234567890|abcdefgh/i.test(value) &&
    new Set(body).size >= 8 &&
    !isPlaceholder(body) &&
    !sampleToken.test(value)
  );
}

/** Has all that forty characters made at random have (one in a thousand has no digit): names, words and checksums are as long. */
function isRandom(value: string): boolean {
  return /\d/.test(value) && /[a-z]/.test(value) && /[A-Z]/.test(value) && !isPlaceholder(value);
}

/** `postgres://shop:shop@localhost`: the name again as the password, of what runs on the developer's machine. */
function isOwnMachine(password: string, before: string, behind: string): boolean {
  return before.endsWith(`/${password}:`) && /^@(?:localhost|127\.0\.0\.1)\b/.test(behind);
}

function certaintyOf({ kind, certainty }: SecretMatch, path: string, vendored: boolean): 'certain' | 'likely' {
  // Keys of Google's browser APIs are meant to be seen; who reads a token of JSON, only its issuer knows.
  if (kind === 'password in a URL' || kind === 'JSON web token' || kind === 'Google API key') return 'likely';
  return vendored || isSample(path) ? 'likely' : certainty;
}

/** Sources of a language's own libraries: keys in them are of their tests (`/usr/local/go/src/crypto/x509/platform_root_key.pem`). */
function isSourceTree(path: string): boolean {
  return /^usr\/(?:local\/|lib\/)go(?:-[\d.]+)?\/|(?:^|\/)(?:go\/pkg\/mod|registry\/src)\//.test(path);
}

function isKeyFile(path: string): boolean {
  return /\.(?:pem|key|p8|asc)$|(?:^|\/)id_[a-z0-9]{2,10}$/i.test(path);
}

/** Base64 follows the first line, also where code writes line breaks as `\n`; programs that look for keys have the line alone. */
function hasKeyBody(text: string, end: number): boolean {
  const body = text.slice(end, end + 1600);
  const headers =
    /^(?:(?:\s|\\[rn])*(?:Proc-Type|DEK-Info|Version|Comment|Hash):[^\n\\]{0,200})*/.exec(body)?.[0].length ?? 0;
  return /^(?:[\s"'+]|\\[rn]){1,60}(?:[A-Za-z0-9+/=]{16,}(?:[\s"'+]|\\[rn])*){2,}/.test(body.slice(headers));
}

/** Every byte one character: offsets in the text are those in the bytes. */
function textOf(content: Uint8Array): string {
  return Buffer.from(content.buffer, content.byteOffset, content.length).toString('latin1');
}

function lineAt(content: Uint8Array, end: number): number {
  let line = 1;
  for (let at = content.indexOf(0x0a); at >= 0 && at < end; at = content.indexOf(0x0a, at + 1)) line++;
  return line;
}
