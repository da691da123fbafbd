import { commandSecrets, mayHoldCommandSecret } from './command-secret-forms.ts';
import { findTokens, isKeyOfProgram, isSwitch, isTellingName, mayHoldToken } from './secret-text.ts';
import type { SourceRange } from './text.ts';

const mask = '•••';

/**
 * The line with every secret in it replaced by `•••`, for excerpts. It masks more than rules report: any literal under a
 * telling name. Linear in the line.
 * @param known ranges of the line that are known to be secret
 * @param around the lines before and after it, which may hold the name of a value
 */
export function maskSecrets(line: string, known: readonly SourceRange[] = [], around: readonly string[] = []): string {
  const ranges = [...known, ...tokenRanges(line), ...commandSecrets(line, around)];
  if (nameMarks.test(line)) ranges.push(...assignedSecrets(line));
  if (valueField.test(line) && [line, ...around].some(namesSecret)) ranges.push(...fieldValues(line));
  const data = line.includes('ata') && /\bSecret\b|stringData/.test(line) ? dataOfSecret.exec(line) : null;
  if (data) ranges.push({ start: data.index + data[0].length, end: line.length });
  return ranges.length === 0 ? line : replaceRanges(line, ranges);
}

/** The words of a command with the secrets in them masked, also those that are the word behind their option. */
export function maskWords(words: readonly string[]): readonly string[] {
  const line = JSON.stringify(words);
  const masked = maskSecrets(line);
  if (masked === line) return words;
  try {
    const read: unknown = JSON.parse(masked);
    if (Array.isArray(read) && read.every((word) => typeof word === 'string')) return read;
  } catch {}
  // What was masked ran over the end of a word.
  return words.map((word, at) => (at === 0 ? maskSecrets(word) : mask));
}

/** The data of a Secret that stands on one line: all of it is secret, whatever its keys. */
const dataOfSecret = /\b(?:stringData|data)\\?["']?[ \t]{0,4}:[ \t]{0,4}\{/;

/** The text with tokens of published forms and passwords in URLs masked, for sentences that quote an artifact. */
export function maskTokens(text: string): string {
  if (harmless.has(text)) return text;
  const ranges = tokenRanges(text);
  if (ranges.length > 0) return replaceRanges(text, ranges);
  if (harmless.size < mostKept && text.length < longestKept) harmless.add(text);
  return text;
}

/** Sentences that hold no token: rules say the same ones of file after file. */
const harmless = new Set<string>();
const mostKept = 1000;
const longestKept = 200;

/** True when masking the text line by line would hide something. */
export function holdsSecret(text: string): boolean {
  if (!mayHoldSecret(text) || secretless.has(text)) return false;
  const lines = text.split('\n');
  const holds = lines.some((line, at) => maskSecrets(line, [], [lines[at - 1] ?? '', lines[at + 1] ?? '']) !== line);
  if (!holds && secretless.size < mostKept && text.length < longestKept) secretless.add(text);
  return holds;
}

/** Texts that may hold a secret and hold none: fixes write the same ones into manifest after manifest. */
const secretless = new Set<string>();

/** Cheap, and false for nearly every text of no secret: asked for all of a text before its lines are gone through. */
export function mayHoldSecret(text: string): boolean {
  return nameMarks.test(text) || mayHoldToken(text) || mayHoldCommandSecret(text) || text.includes('stringData');
}

/** A URL's only login, of no known form: a token. Bounded, and behind the rare `://`. */
const loneLogin = /:\/\/([^\s/:@'"<>${}]{12,300})(?=(?::[^\s/@'"<>${}]{0,40})?@)/g;

/** A key or a signature in the query of an address, under a name that tells it there alone. */
const queryKey =
  /[?&](?:key|sig|signature|auth|X-Amz-(?:Signature|Credential|Security-Token))=([^\s&#"'<>${}]{8,2000})/gi;

function tokenRanges(text: string): SourceRange[] {
  const ranges = findTokens(text).map(({ kind, range }) => {
    if (kind === 'private key') return { start: range.start, end: endOfPrivateKey(text, range.end) };
    return kind === 'password in a URL'
      ? range
      : { start: range.start, end: endOf(/[^A-Za-z0-9_.=+/-]/g, text, range.end) };
  });
  if (!text.includes('://')) return ranges;
  for (const { index, 1: login = '' } of text.matchAll(loneLogin))
    ranges.push({ start: index + 3, end: index + 3 + login.length });
  for (const { 0: whole, index, 1: key = '' } of text.matchAll(queryKey))
    ranges.push({ start: index + whole.length - key.length, end: index + whole.length });
  return ranges;
}

/** Where a private key that begins before `from` ends: behind its last line, or with the text. */
export function endOfPrivateKey(text: string, from: number): number {
  const end = text.indexOf('-----END', from);
  return end === -1 ? text.length : endOf(/[\n"']/g, text, end);
}

function endOf(stop: RegExp, text: string, from: number): number {
  stop.lastIndex = from;
  return stop.exec(text)?.index ?? text.length;
}

/** Every telling name has one of these in it. */
const nameMarks = /pass|pwd|secret|token|key|credential|pepper|cookie/i;

const assignment = /([A-Za-z][A-Za-z0-9_.-]{0,80})\\?["']?[ \t]{0,4}(?:=|:(?=[\s"'\\]))[ \t]{0,4}/g;

/** What stands behind `NAME=` or `NAME:`; the quote that ends it may be missing, and be doubled within a text of YAML that has the same around it. */
const assigned = /\\"([^"\\\n]+)|"((?:[^"\\\n]|\\.)+)|'(?:'(?=[^\s'][^'\n]*''))?([^'\n]+)|([^\s"',;][^\s"']*)/y;
const assignedInFlow =
  /\\"([^"\\\n]+)|"((?:[^"\\\n]|\\.)+)|'(?:'(?=[^\s'][^'\n]*''))?([^'\n]+)|([^\s"',;][^"',}\]\n]*)/y;

const assignedOnLine = /\\"([^"\\\n]+)|"((?:[^"\\\n]|\\.)+)|'(?:'(?=[^\s'][^'\n]*''))?([^'\n]+)|([^\s"',;{[][^\n]*)/y;

/** A variable, to be filled in from elsewhere; one with a default holds that. */
const reference = /^(?:\$(?:\w+|\{\w+\}?|\(.*|\{\{.*)|\{\{.*)$/;

function assignedSecrets(line: string): SourceRange[] {
  const ranges: SourceRange[] = [];
  let done = 0;
  for (const match of line.matchAll(assignment)) {
    const [whole, name = ''] = match;
    const isTelling = isTellingName(name);
    if (match.index < done || !(isTelling || /key/i.test(name))) continue;
    const range = valueAt(line, match.index + whole.length, formOf(line, match.index, whole));
    if (!isTelling && !(range && isKeyOfProgram(name, line.slice(range.start, range.end)))) continue;
    // `NPM_TOKEN = NPM_TOKEN`, as HCL names a variable.
    if (range === undefined || line.slice(range.start, range.end) === name) continue;
    ranges.push(range);
    done = range.end;
  }
  const legacy = /^\s*ENV\s+([A-Za-z0-9_]{1,100})\s+([^\s=].*)$/i.exec(line);
  if (legacy && isTellingName(legacy[1] ?? ''))
    ranges.push({ start: line.length - (legacy[2] ?? '').length, end: line.length });
  return ranges;
}

/** A key that begins its line has all of the rest of it as its value; one within a line may be in a flow mapping. */
function formOf(line: string, at: number, name: string): RegExp {
  if (!name.trimEnd().endsWith(':')) return assigned;
  const first = /^[\s"'-]{0,200}/.exec(line)?.[0].length ?? 0;
  return first === at && /[^\s{[]/.test(line.charAt(at + name.length)) ? assignedOnLine : assignedInFlow;
}

function valueAt(line: string, start: number, pattern: RegExp): SourceRange | undefined {
  pattern.lastIndex = start;
  const match = pattern.exec(line);
  const value = (match?.[1] ?? match?.[2] ?? match?.[3] ?? match?.[4] ?? '').trimEnd();
  if (match === null || value === '' || reference.test(value) || isSwitch(value)) return undefined;
  // A block scalar, or a list or map that opens here.
  if (/^(?:[|>][+-]?\d?|[[{]+)$/.test(value)) return undefined;
  const from = start + match[0].indexOf(value);
  return { start: from, end: from + value.length };
}

const nameField = /\b(?:name|key)\\?["']?[ \t]{0,4}:[ \t]{0,4}\\?["']?([A-Za-z][A-Za-z0-9_.-]{0,100})/g;
const valueField = /\bvalue\\?["']?[ \t]{0,4}:/;
const valueFields = /\bvalue\\?["']?[ \t]{0,4}:[ \t]{0,4}/g;

/** A list's item names a secret: `- name: DB_PASSWORD`. */
function namesSecret(line: string): boolean {
  return nameMarks.test(line) && [...line.matchAll(nameField)].some(([, name = '']) => isTellingName(name));
}

function fieldValues(line: string): SourceRange[] {
  return [...line.matchAll(valueFields)].flatMap(
    (match) => valueAt(line, match.index + match[0].length, formOf(line, match.index, match[0])) ?? [],
  );
}

function replaceRanges(line: string, ranges: readonly SourceRange[]): string {
  let result = '';
  let at = 0;
  for (const range of [...ranges].sort((a, b) => a.start - b.start || b.end - a.end)) {
    if (range.start >= at) result += `${line.slice(at, range.start)}${mask}`;
    at = Math.max(at, range.end);
  }
  return result + line.slice(at);
}
