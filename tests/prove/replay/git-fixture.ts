import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
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

/** The same as a bare repository, made by one process: for tests that want many. */
export async function importHistory(changes: readonly Change[]): Promise<Pick<Repository, 'directory' | 'remove'>> {
  const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-replay-'));
  execFileSync('git', ['init', '-q', '--bare', '-b', 'main', directory]);
  const child = spawn('git', ['-C', directory, 'fast-import', '--quiet'], { stdio: ['pipe', 'ignore', 'inherit'] });
  child.stdin.end(changes.map(importedCommit).join(''));
  const [status] = await once(child, 'close');
  if (status !== 0) throw new Error(`git fast-import: exit ${status}`);
  return { directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

/** https://git-scm.com/docs/git-fast-import#_input_format */
function importedCommit(change: Change, at: number): string {
  const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const files = Object.entries(change).map(([name, content]) => {
    if (content === undefined) return `D ${name}\n`;
    if (typeof content === 'string') return `M 100644 inline ${name}\n${data(content)}`;
    return 'link' in content
      ? `M 120000 inline ${name}\n${data(content.link)}`
      : `M 100755 inline ${name}\n${data(content.run)}`;
  });
  return `commit refs/heads/main\ncommitter a <a@example.com> ${1_000_000_000 + at} +0000\n${data(`change ${at}`)}${files.join('')}\n`;
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
