import type { FetchInputs, InstallInputs, ProjectFiles } from '../install-inputs.ts';
import type { PackageCommand } from '../package-command.ts';

/** Cargo fetches nothing for a package without a target, so that a stand-in for its main file has to be there. */
export function cargoInputs(_command: PackageCommand, _files: ProjectFiles | undefined): InstallInputs | undefined {
  return undefined;
}

/**
 * `cargo fetch` for a package or a workspace whose targets are the usual ones: each needs a file to be there, empty or not. Targets with a path of
 * their own need their sources.
 */
export function fetchCargo({ frozen }: PackageCommand, files: ProjectFiles | undefined): FetchInputs | undefined {
  if (files === undefined) return undefined;
  const root = files.read('Cargo.toml');
  if (root === undefined || !files.paths.includes('Cargo.lock')) return undefined;
  const members = cargoMembers(files, root);
  const packages = [...(isPackage(root) ? [''] : []), ...(members ?? [])];
  const targets = packages.map((directory) =>
    ['src/main.rs', 'src/lib.rs'].map((name) => directory + name).filter((path) => files.paths.includes(path)),
  );
  const configuration = ['.cargo/config.toml', '.cargo/config'].find((path) => files.paths.includes(path));
  const reason =
    configuration !== undefined &&
    /^[ \t]*(?:\[source|directory\s*=|local-registry\s*=)/m.test(files.read(configuration) ?? '')
      ? 'packages come from a directory of the project'
      : members === undefined
        ? 'where the members of its workspace lie is not plain'
        : targets.some((found) => found.length === 0)
          ? 'a package has no src/main.rs and no src/lib.rs'
          : packages.some((directory) => hasOwnTargets(files.read(`${directory}Cargo.toml`) ?? ''))
            ? 'Cargo.toml names targets of its own'
            : undefined;
  const more = ['rust-toolchain.toml', 'rust-toolchain'].filter((name) => files.paths.includes(name));
  const made = packages.map((directory) => `${directory}src`).join(' ');
  return {
    command: `mkdir -p ${made} && touch ${targets.map(([first]) => first).join(' ')} && cargo fetch${frozen ? ' --locked' : ''}`,
    files: ['Cargo.toml', 'Cargo.lock', ...more, ...(members ?? []).map((directory) => `${directory}Cargo.toml`)],
    directories: configuration === undefined ? [] : ['.cargo'],
    fills: ['target'],
    questions: [],
    ...(reason !== undefined && { needsSources: reason }),
  };
}

function withoutComments(text: string): string {
  return text.replace(/^[ \t]*#.*$/gm, '');
}

function isPackage(text: string): boolean {
  return /^[ \t]*\[package\]/m.test(text);
}

/** A target or a build script that a stand-in cannot take the place of. */
function hasOwnTargets(text: string): boolean {
  const code = withoutComments(text);
  return /^[ \t]*\[\[|^[ \t]*build\s*=/m.test(code) || /^[ \t]*\[lib\][^[]*^[ \t]*path\s*=/m.test(code);
}

/**
 * The directories of a workspace's members and of all that they depend on by a path, each with a slash at its end. Undefined where one of them
 * has no manifest, lies outside, or is named in a way that is not plain.
 */
function cargoMembers(files: ProjectFiles, root: string): readonly string[] | undefined {
  const code = withoutComments(root);
  const written = /^[ \t]*members\s*=\s*\[([^\]]*)\]/m.exec(code)?.[1] ?? '';
  if (/^[ \t]*exclude\s*=/m.test(code) && written.includes('*')) return undefined;
  const found = new Set<string>();
  for (const [, member = ''] of written.matchAll(/["']([^"']+)["']/g)) {
    const directories = expandMember(files, member);
    if (directories === undefined) return undefined;
    for (const directory of directories) found.add(directory);
  }
  const queue = ['', ...found];
  for (const directory of queue) {
    const text = directory === '' ? code : withoutComments(files.read(`${directory}Cargo.toml`) ?? '');
    for (const [, path = ''] of text.matchAll(/[{,\s]path\s*=\s*["']([^"']+)["']/g)) {
      if (path.endsWith('.rs')) continue;
      const other = resolveBelow(directory, path);
      if (other === undefined || !files.paths.includes(`${other}Cargo.toml`)) return undefined;
      if (other === '' || found.has(other)) continue;
      found.add(other);
      queue.push(other);
    }
  }
  return [...found].sort();
}

function expandMember({ paths }: ProjectFiles, member: string): readonly string[] | undefined {
  const plain = member.replace(/^\.\//, '').replace(/\/$/, '');
  const [directory, rest] = plain.split('/*');
  if (plain.includes('..') || (plain.includes('*') && rest !== '') || directory?.includes('*')) return undefined;
  const pattern = plain.endsWith('/*')
    ? (path: string) => path.startsWith(`${directory}/`) && /^[^/]+\/Cargo\.toml$/.test(path.slice(plain.length - 1))
    : (path: string) => path === `${plain}/Cargo.toml`;
  const found = paths.filter(pattern).map((path) => path.slice(0, -'Cargo.toml'.length));
  return found.length === 0 ? undefined : found;
}

function resolveBelow(directory: string, path: string): string | undefined {
  const parts = directory.split('/').filter(Boolean);
  for (const part of path.split('/')) {
    if (part === '..') {
      if (parts.pop() === undefined) return undefined;
    } else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.length === 0 ? '' : `${parts.join('/')}/`;
}
