import type { FetchInputs, InstallInputs, ProjectFiles } from '../install-inputs.ts';
import type { PackageCommand } from '../package-command.ts';

/** Cargo fetches nothing for a package without a target, so that a stand-in for its main file has to be there. */
export function cargoInputs(_command: PackageCommand, _files: ProjectFiles | undefined): InstallInputs | undefined {
  return undefined;
}

/** `cargo fetch` for a package with the usual targets; workspaces and targets with a path of their own need their sources. */
export function fetchCargo({ frozen }: PackageCommand, files: ProjectFiles | undefined): FetchInputs | undefined {
  if (files === undefined) return undefined;
  const text = files.read('Cargo.toml');
  const main = ['src/main.rs', 'src/lib.rs'].find((path) => files.paths.includes(path));
  if (text === undefined || main === undefined || !files.paths.includes('Cargo.lock')) return undefined;
  const code = text.replace(/^\s*#.*$/gm, '');
  const reason = /^\s*\[workspace/m.test(code)
    ? 'it is a workspace'
    : /\bpath\s*=\s*"/.test(code)
      ? 'Cargo.toml names a path'
      : /^\s*\[\[|^\s*build\s*=/m.test(code)
        ? 'Cargo.toml names targets of its own'
        : undefined;
  const more = ['rust-toolchain.toml', 'rust-toolchain'].filter((name) => files.paths.includes(name));
  return {
    command: `mkdir -p src && touch ${main} && cargo fetch${frozen ? ' --locked' : ''}`,
    files: ['Cargo.toml', 'Cargo.lock', ...more],
    directories: files.paths.some((path) => /^\.cargo\/config(?:\.toml)?$/.test(path)) ? ['.cargo'] : [],
    fills: ['target'],
    questions: [],
    ...(reason !== undefined && { needsSources: reason }),
  };
}
