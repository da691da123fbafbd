/** A small page, without scripts, that shows an intent and asks for a word. All values are escaped here. */
export function approvalPage({
  title,
  facts,
  form,
}: {
  readonly title: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** Whether it can still be confirmed. */
  readonly form: boolean;
}): string {
  const rows = facts.map(([name, value]) => `<tr><th scope="row">${escaped(name)}</th><td>${escaped(value)}</td></tr>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>${escaped(title)}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 42rem; margin: 3rem auto; padding: 0 1rem; color: #1c2430; background: #fff }
table { border-collapse: collapse; margin: 1rem 0 }
th, td { text-align: left; vertical-align: top; padding: .25rem 1rem .25rem 0; overflow-wrap: anywhere }
button { font: inherit; padding: .5rem 1.25rem; margin-right: 1rem }
label { display: block; margin: 1rem 0 }
@media (prefers-color-scheme: dark) { body { color: #e6e9ee; background: #14181f } }
</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<table>${rows.join('')}</table>
${form ? formHtml : ''}
</main>
</body>
</html>
`;
}

/** To open the link does nothing, so that a mail program that looks at links confirms nothing. */
const formHtml = `<form method="post">
<label>Your name, for the record <input name="by" maxlength="80" autocomplete="name"></label>
<button name="word" value="approve">Do it</button>
<button name="word" value="refuse">Do not</button>
</form>`;

/** Of every page: nothing is loaded, framed, kept or told on. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
