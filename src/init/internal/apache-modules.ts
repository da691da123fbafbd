import type { Place } from '../detector.ts';
import { join, placeIn } from '../repository.ts';

/** A module of Apache that a `.htaccess` needs and that the image has, but does not load. */
export interface ApacheModule {
  readonly name: string;
  readonly evidence: string;
}

/** By module the directives that it brings. Others are loaded as the image comes, or are not in it. https://httpd.apache.org/docs/2.4/mod/quickreference.html */
const directives: readonly (readonly [name: string, directive: RegExp])[] = [
  ['rewrite', /^[ \t]*Rewrite(?:Engine|Base|Cond|Rule|Options)\b/im],
  ['headers', /^[ \t]*(?:Request)?Header[ \t]/im],
  ['expires', /^[ \t]*Expires(?:Active|Default|ByType)\b/im],
];

const mostFiles = 100;

/**
 * Modules that the `.htaccess` files below the document root need. Without one of them Apache answers every request with 500, or, where the
 * directive stands in `<IfModule>`, leaves out what it does, such as to refuse a file of data.
 */
export function apacheModules({ repository, directory }: Place, documentRoot: string): readonly ApacheModule[] {
  const root = join(directory, documentRoot);
  const files = repository.files
    .filter((file) => (root === '' || file.startsWith(`${root}/`)) && /(?:^|\/)\.htaccess$/.test(file))
    .slice(0, mostFiles);
  return directives.flatMap(([name, directive]) => {
    for (const file of files) {
      const text = repository.read(file) ?? '';
      const at = text.search(directive);
      if (at !== -1) return [{ name, evidence: placeIn(file, text, at) }];
    }
    return [];
  });
}
