import type { FetchInputs, InstallInputs, ProjectFiles } from '../install-inputs.ts';
import type { PackageCommand } from '../package-command.ts';

/** `go mod download` reads go.mod and go.sum alone. */
export function goInputs(
  { subcommand, command }: PackageCommand,
  files: ProjectFiles | undefined,
): InstallInputs | undefined {
  const next = subcommand && command.arguments[command.arguments.indexOf(subcommand) + 1]?.value;
  return subcommand?.value === 'mod' && next === 'download' ? moduleInputs(files) : undefined;
}

export function fetchGo(files: ProjectFiles | undefined): FetchInputs | undefined {
  const inputs = moduleInputs(files);
  return inputs && { ...inputs, command: 'go mod download' };
}

function moduleInputs(files: ProjectFiles | undefined): InstallInputs | undefined {
  if (files === undefined)
    return {
      files: ['go.mod', 'go.sum*'],
      fills: [],
      questions: [
        'Is this a Go module whose go.mod replaces nothing by a directory of the repository, and are no packages vendored?',
      ],
    };
  const text = files.read('go.mod');
  if (text === undefined) return undefined;
  const replaced = /=>\s*(\.{1,2}\/\S*|\/\S+)/.exec(text.replace(/\/\/.*$/gm, ''))?.[1];
  const reason =
    replaced !== undefined
      ? `go.mod takes a module from ${replaced}`
      : files.paths.includes('go.work')
        ? 'go.work joins modules of the repository'
        : files.paths.includes('vendor/modules.txt')
          ? 'the modules are vendored'
          : undefined;
  return {
    files: ['go.mod', 'go.sum'].filter((name) => files.paths.includes(name)),
    fills: [],
    questions: [],
    ...(reason !== undefined && { needsSources: reason }),
  };
}
