import { nginxStatements } from './internal/nginx-statements.ts';

export interface NginxDirective {
  readonly words: readonly string[];
  readonly blocks: readonly string[];
}

/** The directives of a configuration of nginx, each as its words without quotes, with the names of the blocks it lies in, outermost first. */
export function nginxDirectives(text: string): readonly NginxDirective[] {
  return nginxStatements(text).map(({ words, blocks }) => ({ words: words.map((word) => word.text), blocks }));
}
