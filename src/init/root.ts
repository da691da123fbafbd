import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** A workspace as its tools write it down at its root. */
const workspaces: readonly {
  readonly member: string;
  readonly root: string;
  readonly says: RegExp;
  readonly locks: readonly string[];
}[] = [
  {
    member: 'package.json',
    root: 'package.json',
    says: /"workspaces"\s*:/,
    locks: ['package-lock.json', 'yarn.lock', 'bun.lock'],
  },
  { member: 'package.json', root: 'pnpm-workspace.yaml', says: /^packages:/m, locks: ['pnpm-lock.yaml'] },
  { member: 'Cargo.toml', root: 'Cargo.toml', says: /^\[workspace\]/m, locks: ['Cargo.lock'] },
  { member: 'pom.xml', root: 'pom.xml', says: /<modules>/, locks: [] },
  { member: 'build.gradle', root: 'settings.gradle', says: /include/, locks: [] },
  { member: 'build.gradle.kts', root: 'settings.gradle.kts', says: /include/, locks: [] },
  { member: 'pyproject.toml', root: 'pyproject.toml', says: /^\[tool\.uv\.workspace\]/m, locks: ['uv.lock'] },
];

/**
 * The directory that an application of the given one is built from: its own, or the root of the workspace that it is a member of,
 * not above the top of its git repository. `within` is the given directory relative to it.
 */
export function repositoryRoot(directory: string): { readonly root: string; readonly within: string } {
  for (const { member, root: file, says, locks } of workspaces) {
    if (!existsSync(path.join(directory, member)) || locks.some((lock) => existsSync(path.join(directory, lock))))
      continue;
    for (let at = directory; !existsSync(path.join(at, '.git')) && path.dirname(at) !== at; ) {
      at = path.dirname(at);
      if (says.test(readText(path.join(at, file))))
        return { root: at, within: path.relative(at, directory).split(path.sep).join('/') };
    }
  }
  return { root: directory, within: '' };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
