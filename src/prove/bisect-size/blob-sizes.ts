import { spawn } from 'node:child_process';
import { UserError } from '../../core/errors.ts';
import type { Git } from '../replay/run-git.ts';

/**
 * Sizes of blobs in bytes, by their ids; one that is not there has none. One `git cat-file --batch-check` for all
 * (https://git-scm.com/docs/git-cat-file): their contents are not read.
 */
export async function blobSizes(git: Git, ids: Iterable<string>): Promise<ReadonlyMap<string, number>> {
  const asked = [...new Set(ids)].filter((id) => /^[0-9a-f]{40,64}$/.test(id));
  const sizes = new Map<string, number>();
  if (asked.length === 0) return sizes;
  const parameters = [
    '-C',
    git.directory,
    '--no-optional-locks',
    'cat-file',
    '--batch-check=%(objectname) %(objectsize)',
  ];
  const child = spawn('git', parameters, { env: git.environment, stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve());
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(asked.map((id) => `${id}\n`).join(''));
  let text = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) text += chunk;
  await ended;
  for (const line of text.split('\n')) {
    const [, id, size] = /^([0-9a-f]{40,64}) (\d{1,15})$/.exec(line) ?? [];
    if (id !== undefined) sizes.set(id, Number(size));
  }
  if (sizes.size === 0)
    throw new UserError('git told the size of no file: this clone is not whole', {
      remedy: 'Fetch the rest: git fetch --refetch in a partial clone.',
    });
  return sizes;
}
