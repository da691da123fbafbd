import { html } from './escape.ts';

/** HTML that is safe to send as it is: made by {@link markup} alone. */
export interface Markup {
  readonly markup: string;
}

type Part = string | number | undefined | Markup | readonly Markup[];

/**
 * A template of HTML in which every interpolated text is escaped, so that forgetting to escape is not possible. Markup and
 * lists of it go in as they are; undefined is nothing. Attribute values must be quoted in the template.
 */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  let text = strings[0] ?? '';
  for (const [index, part] of parts.entries()) text += textOf(part) + (strings[index + 1] ?? '');
  return { markup: text };
}

/** A source line with its spaces, to stand in a `pre`: tabs as two spaces. */
export function sourceText(text: string): string {
  return text.replace(/\t/g, '  ').replace(/[\r\n]/g, '');
}

function textOf(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'number') return String(part);
  if (typeof part === 'string') return html(part);
  return 'markup' in part ? part.markup : part.map((one) => one.markup).join('');
}
