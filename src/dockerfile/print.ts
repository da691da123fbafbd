import type { DockerfileSyntax } from './syntax.ts';

/** The text of a Dockerfile, from its items alone. Equal to the text that was parsed, whatever that was. */
export function printSyntax(syntax: DockerfileSyntax): string {
  return syntax.items.map((item) => syntax.text.slice(item.range.start, item.range.end)).join('');
}
