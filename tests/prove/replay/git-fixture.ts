import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What a commit of a test does: files with their text, a link as `{ link }`, an executable as `{ run }`, undefined for what goes. */
export type Change = Readonly<Record<string, string | { link: string } | { run: string } | undefined>>;

export interface Repository {
  readonly directory: string;
  /** Gives the commit's id. */
  commit(change: Change, message?: string): string;
  git(...parameters: string[]): string;
  remove(): void;
}

/** A repository in a directory of its own, without any setting of this machine. */
export function makeRepository(): Repository {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-replay-'));
  const git = (...parameters: string[]) =>
    execFileSync('git', ['-C', directory, ...parameters], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_CONFIG_SYSTEM: '/dev/null',
        GIT_AUTHOR_NAME: 'a',
        GIT_AUTHOR_EMAIL: 'a@example.com',
        GIT_COMMITTER_NAME: 'a',
        GIT_COMMITTER_EMAIL: 'a@example.com',
      },
    });
  git('init', '-q', '-b', 'main');
  return {
    directory,
    git,
    commit(change, message = 'change') {
      for (const [name, content] of Object.entries(change)) writeChange(path.join(directory, name), content);
      git('add', '-A');
      git('commit', '-q', '--allow-empty', '-m', message);
      return git('rev-parse', 'HEAD').trim();
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function writeChange(place: string, content: Change[string]): void {
  rmSync(place, { recursive: true, force: true });
  if (content === undefined) return;
  mkdirSync(path.dirname(place), { recursive: true });
  if (typeof content === 'string') writeFileSync(place, content);
  else if ('link' in content) symlinkSync(content.link, place);
  else {
    writeFileSync(place, content.run);
    chmodSync(place, 0o755);
  }
}
