import { createHash } from 'node:crypto';
import { htmlScript } from './html-script.ts';
import { htmlStyle } from './html-style.ts';
import { type Markup, markup } from './markup.ts';

/** What stands on a page. */
export interface HtmlPage {
  /** Of the window. */
  readonly title: string;
  readonly heading: string;
  /** What was looked at, in a line. */
  readonly looked: string;
  /** The one number, of 100. */
  readonly gauge: { readonly value: number; readonly of: string } | undefined;
  readonly body: Markup;
}

/**
 * A page that needs nothing else: style and script are in it and allowed by their hashes, and a content security policy forbids everything besides.
 * Light or dark as the reader has it, and made to be printed.
 */
export function htmlPage({ title, heading, looked, gauge, body }: HtmlPage): string {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${{ markup: htmlStyle }}</style>
</head>
<body>
<header class="banner"><div class="inner"><div class="what">
<p class="brand"><svg width="30" height="22" viewBox="0 0 30 22" aria-hidden="true"><g fill="none" stroke="currentColor" stroke-width="2.5"><circle cx="15" cy="11" r="8.5"/><path d="M0 11h30"/></g></svg> Plimsoll</p>
<h1>${heading}</h1><p class="looked">${looked}</p></div>
${gauge === undefined ? markup`` : markup`<div class="gauge"><b>${gauge.value}</b> <span>/ 100</span><small>${gauge.of}</small></div>`}</div></header>
<main><div class="inner">
${body}
</div></main>
<script>${{ markup: htmlScript }}</script>
</body>
</html>
`.markup;
}

function policy(): string {
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
  return `default-src 'none'; style-src ${hash(htmlStyle)}; script-src ${hash(htmlScript)}; base-uri 'none'; form-action 'none'`;
}
