import { nginxStatements } from './internal/nginx-statements.ts';

/** The directives of a configuration of nginx, each as its words without quotes. */
export function nginxDirectives(text: string): readonly { readonly words: readonly string[] }[] {
  return nginxStatements(text).map(({ words }) => ({ words: words.map((word) => word.text) }));
}
