import { UserError } from '../../core/errors.ts';
import type { ImageReference } from '../../core/image-reference.ts';
import { printable } from '../../core/printable.ts';

/**
 * The path below the repository of a list's next part, which `Link` names; undefined where there is none.
 * @param path of the list: `tags/list`
 * @throws UserError where `Link` leads elsewhere
 */
export function nextPart(
  link: string | null,
  path: string,
  { registry, repository, text }: ImageReference,
): string | undefined {
  const address = /^<([^>]{1,4000})>\s*;.*rel="?next"?/.exec(link ?? '')?.[1];
  if (address === undefined) return undefined;
  const own = repository === '' ? `/v2/${path}` : `/v2/${repository}/${path}`;
  const url = URL.canParse(address, 'http://registry') ? new URL(address, 'http://registry') : undefined;
  // A registry behind a path of a proxy names itself below it. A digest's colon may be written as `%3A`.
  if (url?.pathname.replaceAll(/%3a/gi, ':').endsWith(own) !== true || url.search === '')
    throw new UserError(`${registry} goes on with a list at another place than it began.`, {
      where: printable(text),
      remedy: 'See what stands before the registry: a proxy may change its addresses.',
      exitCode: 3,
    });
  return `${path}${url.search}`;
}
