import type { CommentHost } from './comment-host.ts';

/** What was done. */
export type PutAction = 'created' | 'updated' | 'unchanged' | 'nothing to say';

/**
 * Writes the one comment of a request: the one that is there is changed, never a second one written. Where two runs at once have written two, the
 * oldest stays.
 * @param marker what every version of it contains and no other comment of this account
 * @param isNews false where there is nothing to say: then a comment that is there is brought up to date and none is made
 */
export async function putComment(host: CommentHost, marker: string, text: string, isNews: boolean): Promise<PutAction> {
  const [first, ...others] = await host.own(marker);
  for (const { id } of others) await host.remove(id);
  if (!first) {
    if (!isNews) return 'nothing to say';
    await host.create(text);
    return 'created';
  }
  if (first.text.trim() === text.trim()) return 'unchanged';
  await host.update(first.id, text);
  return 'updated';
}
