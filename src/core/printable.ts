/**
 * Everything that a terminal acts on instead of showing it, or that hides or reorders other text: controls, format
 * characters (bidirectional overrides, zero-width space, tags), line and paragraph separators, lone surrogates. The two
 * joiners stay: emoji and several scripts need them, and they can do no harm between printable characters.
 */
const unprintable = String.raw`[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]`;

/** Made when it is needed: to look up its classes takes longer than the rest of this file. */
let unprintablePattern: RegExp | undefined;

/** Letters, punctuation, arrows and frames: nearly all text is of them, and asking this takes no tables of Unicode. */
const harmless = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u205e\u2190-\u23ff\u2500-\u27bf]*$/;

/**
 * What the agents of Azure Pipelines take for a command, wherever in a line of a log it stands, and GitHub's runner still knows of old
 * (https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands).
 */
const loggingCommand = /##(?=(?:vso)?\[)/gi;

const joiners = new Set(['\u200c', '\u200d']);
const named = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

/**
 * Text that came from a file, a name or a message, safe to write to a terminal or log: one line, without control characters, and no command to what runs a
 * pipeline and reads its log. What is taken out stays visible as an escape (`\x1b`, `\u{202e}`, `#\x23vso[`).
 */
export function printable(text: string): string {
  const inert = withoutCommands(text);
  if (harmless.test(inert)) return inert;
  unprintablePattern ??= new RegExp(unprintable, 'gu');
  return inert.replace(unprintablePattern, (character) => {
    if (joiners.has(character)) return character;
    const code = character.codePointAt(0) ?? 0;
    return named.get(character) ?? (code < 0x100 ? `\\x${hex(code)}` : `\\u{${hex(code)}}`);
  });
}

/** Text of which an agent of Azure Pipelines makes no command; `sign` is how the second one is written instead. */
export function withoutCommands(text: string, sign = '\\x23'): string {
  return text.includes('##') ? text.replace(loggingCommand, `#${sign}`) : text;
}

/** A source line as an excerpt: without indentation and line end, tabs as spaces, otherwise {@link printable}. */
export function printableExcerpt(line: string): string {
  return printable(line.replace(/[\t\r\n]/g, ' ').trim());
}

function hex(code: number): string {
  return code.toString(16).padStart(2, '0');
}
