import { printable } from '../../core/printable.ts';

const htmlEntities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Safe as text and as a quoted attribute value of HTML, on one line. */
export function html(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => htmlEntities[character] ?? character);
}

/**
 * Safe as text and as a quoted attribute value of XML 1.0, on one line: characters that no XML document may hold
 * (https://www.w3.org/TR/xml/#charsets) show as escapes or as U+FFFD.
 */
export function xml(text: string): string {
  return html(text).replace(/[\ufffe\uffff]/g, '\ufffd');
}

/**
 * Text in the middle of a line of GitHub-flavoured Markdown, also in a table cell: nothing in it is markup, an element, a
 * mention or a reference to an issue.
 */
export function markdown(text: string): string {
  return unreferenced(
    printable(text)
      .replace(/[\\`*_[\]|~$]/g, '\\$&')
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;'),
  );
}

/** HTML text in a Markdown comment without mentions and references: GitHub looks for them in the text of each element. */
export function unreferenced(text: string): string {
  return text.replace(/@|#(?=\d)/g, '$&<!-- -->');
}

/** A code span whose content is exactly the text, whatever backticks it holds. Not for a table cell. */
export function markdownCode(text: string): string {
  const content = printable(text);
  const fence = '`'.repeat(longestRun(content) + 1);
  const pad = content === '' || content.startsWith('`') || content.endsWith('`') ? ' ' : '';
  return `${fence}${pad}${content}${pad}${fence}`;
}

/** A fenced code block whose fence is longer than any in the text. */
export function markdownBlock(text: string, language = ''): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${text}\n${fence}`;
}

function longestRun(text: string): number {
  let longest = 0;
  for (const run of text.match(/`+/g) ?? []) longest = Math.max(longest, run.length);
  return longest;
}
