import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Where jobs of generated pipelines run: a clone, what a runner has beside it, and programs of the system's in front of all others. */
export interface Workplace {
  readonly root: string;
  /** The checkout. */
  readonly repository: string;
  /** Of jobs that run where nobody else does: where npm installs to. Shared, so that one package is installed once. */
  readonly prefix: string;
  /** The package, as `npm pack` makes it. */
  readonly archive: string;
}

export interface Ended {
  readonly code: number | null;
  readonly log: string;
}

/** Runs a script as a runner does, but that it does not wait on the thread: the server that answers is on it. */
export function runShell(
  { root, prefix, archive }: Workplace,
  shell: readonly string[],
  script: string,
  { cwd, variables }: { readonly cwd: string; readonly variables: Readonly<Record<string, string>> },
): Promise<Ended> {
  const env = {
    PATH: `${path.join(root, 'bin')}:${path.join(prefix, 'bin')}:${process.env.PATH}`,
    HOME: root,
    npm_config_prefix: prefix,
    npm_config_offline: 'true',
    npm_config_cache: path.join(root, 'npm'),
    PLIMSOLL_PACKAGE: archive,
    ...variables,
  };
  return new Promise((resolve, reject) => {
    const [program = 'sh', ...args] = shell;
    const child = spawn(program, [...args, script], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let log = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (log += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, log }));
  });
}

/** Puts a program before all others. */
export function putProgram({ root }: Workplace, name: string, text: string): void {
  const file = path.join(root, 'bin', name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
  chmodSync(file, 0o755);
}

export function gitIn(cwd: string, ...args: readonly string[]): string {
  return execFileSync(
    'git',
    ['-c', 'user.name=me', '-c', 'user.email=me@example.com', '-c', 'init.defaultBranch=main', ...args],
    { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
  ).trim();
}
