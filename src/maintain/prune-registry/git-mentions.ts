import { UserError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import type { PruneRoots } from '../../core/registry-prune.ts';
import type { MentionCollector } from './mentions.ts';

/** A repository of git that can be asked. */
export interface GitSource {
  readonly directory: string;
  /** What git prints; undefined where it ends with an error. */
  ask(...parameters: readonly string[]): Promise<string | undefined>;
  /** A blob; undefined where there is none, or it is too large. */
  read(id: string): Promise<Buffer | undefined>;
}

const atOnce = 64;

/**
 * Collects the images that the files of a repository name at any of its refs: branches, those of remotes, tags, and HEAD.
 * @throws UserError where not all of it can be read
 */
export async function readGitMentions(
  git: GitSource,
  collector: MentionCollector,
  onProgress?: (step: string) => void,
): Promise<PruneRoots> {
  const before = collector.count();
  const blobs = await blobsOf(git, await commitsOf(git));
  const ids = [...blobs];
  let unread = 0;
  for (let at = 0; at < ids.length; at += atOnce) {
    onProgress?.(`reading ${git.directory}: ${at} of ${ids.length} files`);
    await Promise.all(
      ids.slice(at, at + atOnce).map(async ([id, path]) => {
        const bytes = await git.read(id);
        if (bytes === undefined) {
          await mustBeLarge(git, id, path);
          unread++;
          return;
        }
        // Nobody writes the name of an image into a binary file.
        if (bytes.subarray(0, 8000).includes(0)) return;
        collector.text(bytes.toString('utf8'), { kind: 'git', by: `${git.directory}: ${path}` });
      }),
    );
  }
  collector.endSource();
  const unknown = await partOf(git);
  return {
    kind: 'git',
    name: git.directory,
    read: ids.length - unread,
    unread,
    named: collector.count() - before,
    unknown,
  };
}

/** A clone may have one branch of many, which nothing in its files tells: https://git-scm.com/docs/git-clone#Documentation/git-clone.txt---single-branch */
async function partOf(git: GitSource): Promise<string[]> {
  const isShallow = (await git.ask('rev-parse', '--is-shallow-repository'))?.trim() === 'true';
  const fetched =
    (await git.ask('config', '--get-regexp', String.raw`^remote\..*\.fetch$`))?.split('\n').filter(Boolean) ?? [];
  const remotes = (await git.ask('remote'))?.split('\n').filter(Boolean) ?? [];
  const hasAll = remotes.every((remote) =>
    fetched.some((line) => line.startsWith(`remote.${remote}.fetch `) && /\+?refs\/(?:heads\/)?\*:/.test(line)),
  );
  if (hasAll && !isShallow) return [];
  return [
    `${git.directory} is a clone of ${hasAll ? 'limited depth (--depth)' : 'some branches only (--single-branch, --depth)'}: what branches and tags name that it does not have is not known.`,
  ];
}

async function commitsOf(git: GitSource): Promise<string[]> {
  const format = '%(objecttype) %(objectname) %(*objecttype) %(*objectname)';
  const refs = await git.ask('for-each-ref', `--format=${format}`);
  if (refs === undefined)
    throw new UserError('this is no git repository, or git cannot read it', {
      where: git.directory,
      remedy: 'Name a clone with --git; what is named in it is kept.',
    });
  const head = await git.ask('rev-parse', '--verify', '--quiet', 'HEAD^{commit}');
  const commits = refs.split('\n').flatMap((line) => {
    const [type, name, ofTag, tagged] = line.split(' ');
    const found = type === 'commit' ? name : ofTag === 'commit' ? tagged : undefined;
    return found === undefined ? [] : [found];
  });
  return [...new Set([...commits, ...(head === undefined ? [] : [head.trim()])])];
}

/** Each file once, however many refs have it, with a path of it. */
async function blobsOf(git: GitSource, commits: readonly string[]): Promise<Map<string, string>> {
  const blobs = new Map<string, string>();
  for (const commit of commits) {
    const tree = await git.ask('ls-tree', '-r', '-z', '--full-tree', commit);
    if (tree === undefined) throw incomplete(git, `the tree of ${commit}`);
    for (const entry of tree.split('\0')) {
      const [, id, path] = /^\d+ blob ([0-9a-f]+)\t([\s\S]+)$/.exec(entry) ?? [];
      if (id !== undefined && path !== undefined && !blobs.has(id)) blobs.set(id, path);
    }
  }
  return blobs;
}

/** Text that large nobody wrote. What is not there at all may name anything. */
async function mustBeLarge(git: GitSource, id: string, path: string): Promise<void> {
  if ((await git.ask('cat-file', '-s', id)) === undefined) throw incomplete(git, path);
}

function incomplete({ directory }: GitSource, what: string): UserError {
  return new UserError(`not all of this repository is here: ${printable(what)} cannot be read`, {
    where: directory,
    remedy: 'Nothing was deleted. Fetch it whole: a partial clone has no files.',
    exitCode: 3,
  });
}
