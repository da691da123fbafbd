import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { command as fix } from '../../src/cli/commands/fix.ts';
import { command as init } from '../../src/cli/commands/init.ts';
import { command as replay } from '../../src/cli/commands/replay.ts';
import { changedFiles } from '../../src/project/changed-files.ts';
import { runCommand } from './run-command.ts';

let top = '';
let directory = '';
let proof = '';
beforeEach(() => {
  top = mkdtempSync(path.join(tmpdir(), 'plimsoll-git-'));
  directory = path.join(top, 'shop');
  proof = path.join(top, 'ran');
  mkdirSync(directory);
  git('init', '-q');
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'core.autocrlf=false', ...args], {
    cwd: directory,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  });

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    writeFileSync(path.join(directory, name), text);
  }
}

const fixable = 'FROM debian:12\nRUN apt-get update && apt-get install -y curl\nUSER 10001\n';

/** A repository that lacks a tree of its sparse index, and says that a program of its own brings it. */
function withMissingTree(): void {
  write({
    'package.json': '{ "name": "shop", "scripts": { "start": "node i.js" } }',
    'i.js': 'require("http").createServer().listen(3000);\n',
    'sub/deep/a.js': 'a();\n',
  });
  git('add', '.');
  git('commit', '-qm', 'a');
  git('sparse-checkout', 'init', '--cone', '--sparse-index');
  const tree = git('rev-parse', 'HEAD:sub').trim();
  rmSync(path.join(directory, '.git/objects', tree.slice(0, 2), tree.slice(2)));
  const script = path.join(directory, '.git/x.sh');
  writeFileSync(script, `#!/bin/sh\necho ran > '${proof}'\n`);
  chmodSync(script, 0o755);
  git('config', 'core.repositoryFormatVersion', '1');
  git('config', 'extensions.partialClone', 'origin');
  git('config', 'remote.origin.url', `ext::${script}`);
  git('config', 'remote.origin.promisor', 'true');
  git('config', 'protocol.ext.allow', 'always');
}

/** A filter that sees each changed file. */
function withFilter(name: string, key = 'clean'): void {
  write({ Dockerfile: fixable, 'b.Dockerfile': fixable });
  git('add', '.');
  git('commit', '-qm', 'a');
  git('config', `filter.${name}.${key}`, `echo ran > '${proof}'; cat`);
  write({ '.git/info/attributes': `* filter=${name}\n`, Dockerfile: fixable.replace('curl', 'wget') });
}

describe('a repository starts no program of its own', () => {
  test('init does not bring objects that are missing', async () => {
    withMissingTree();
    git('ls-files', '--cached', '--ignored', '--exclude-standard');
    expect(existsSync(proof), 'git alone runs it: the case means something').toBe(true);
    rmSync(proof);
    expect((await runCommand(init, directory, ['--dry-run'])).stdout).toContain('Node.js');
    expect(existsSync(proof)).toBe(false);
  });

  test.each([
    ['x', 'clean'],
    ['x', 'process'],
    ['a=b', 'clean'],
    ['Upper.dotted', 'clean'],
  ])('fix runs no filter «%s» (%s)', async (name, key) => {
    withFilter(name, key);
    try {
      git('status', '--porcelain');
    } catch {
      // It speaks no protocol of git's.
    }
    expect(existsSync(proof), 'git alone runs it: the case means something').toBe(true);
    rmSync(proof);
    const { stderr } = await runCommand(fix, directory, ['--write', '--rule', 'layers/package-cache-left']);
    expect(stderr).toContain('plimsoll: Dockerfile: the file has changes that are not committed');
    expect(readFileSync(path.join(directory, 'b.Dockerfile'), 'utf8')).toContain('rm -rf /var/lib/apt/lists/*');
    expect(existsSync(proof)).toBe(false);
  });

  test('replay does not bring objects that are missing, and runs no program for signatures', async () => {
    withMissingTree();
    write({ Dockerfile: fixable });
    const script = path.join(directory, '.git/x.sh');
    git('config', 'log.showSignature', 'true');
    git('config', 'gpg.program', script);
    rmSync(proof, { force: true });
    await expect(runCommand(replay, directory, ['--no-fixes'])).rejects.toThrow('this clone is not whole');
    expect(existsSync(proof)).toBe(false);
  });

  test('--since runs no filter', async () => {
    withFilter('x');
    expect([...(await changedFiles(directory, 'HEAD'))]).toEqual(['Dockerfile']);
    expect(existsSync(proof)).toBe(false);
  });
});
