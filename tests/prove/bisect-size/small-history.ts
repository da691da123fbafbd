import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Files by path that a commit writes; null takes one away. */
export type CommitFiles = Readonly<Record<string, string | Uint8Array | null>>;

/** A repository with these commits, by the first lines of their messages. */
export function smallHistory(commits: Readonly<Record<string, CommitFiles>>): {
  readonly directory: string;
  remove(): void;
} {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-history-'));
  const git = (...args: string[]) =>
    execFileSync(
      'git',
      ['-C', directory, '-c', 'user.name=T', '-c', 'user.email=t@example.org', '-c', 'commit.gpgsign=false', ...args],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
  git('init', '--quiet', '--initial-branch=main');
  for (const [subject, files] of Object.entries(commits)) {
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(directory, name);
      if (content === null) rmSync(file);
      else {
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, content);
      }
    }
    git('add', '--all', '--force');
    git('commit', '--quiet', '--allow-empty', '-m', subject);
  }
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}
