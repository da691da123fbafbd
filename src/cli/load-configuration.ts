import path from 'node:path';
import type { PeerSettings } from '../audit/peer-settings.ts';
import { type Configuration, noConfiguration } from '../project/configuration.ts';
import { type Target, targetRoot } from '../project/target.ts';
import { rules } from '../rules/generated.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { configurationFile, findUpwards, historyFrom, readText } from './configuration-file.ts';

const hadolintNames = ['.hadolint.yaml', '.hadolint.yml'];

/**
 * The configuration that holds for a target: the file that `--config` names, else the first `plimsoll.yaml` from the target's
 * directory upwards to the repository's top. A `.hadolint.yaml` is read in addition, and what Plimsoll's own file says wins.
 * @throws UserError when a file cannot be read or understood.
 */
export async function loadConfiguration(
  parsed: ParsedArguments,
  target: Target,
  terminal: Terminal,
): Promise<{ readonly configuration: Configuration; readonly peerSettings: PeerSettings }> {
  if (parsed.has('no-config')) return { configuration: noConfiguration, peerSettings: new Map() };
  const root = targetRoot(target) ?? terminal.cwd;
  const file = configurationFile(parsed, root, terminal.cwd);
  const hadolintFile = findUpwards(root, hadolintNames);
  let configuration = noConfiguration;
  if (file !== undefined) {
    const { readConfiguration } = await import('../project/read-configuration.ts');
    const known = new Map(rules.map(({ id, definition }) => [id, definition.options ?? {}]));
    const read = readConfiguration(file.shown, file.text, known);
    const history = historyFrom(read.history, file.directory);
    configuration = relativeTo({ ...read, history }, file.directory, root);
  }
  if (hadolintFile === undefined) return { configuration, peerSettings: new Map() };
  const { withHadolintConfiguration } = await import('../audit/hadolint-configuration.ts');
  const shown = path.relative(terminal.cwd, hadolintFile) || hadolintFile;
  const { faults, ...read } = withHadolintConfiguration(configuration, shown, readText(hadolintFile, shown));
  if (!parsed.has('quiet')) for (const fault of faults) terminal.stderr.write(`plimsoll: ${fault}\n`);
  return read;
}

/** Patterns in a configuration file are relative to the file; artifact paths are relative to the project's root. */
function relativeTo(configuration: Configuration, directory: string, root: string): Configuration {
  const prefix = path.relative(directory, root).split(path.sep).join('/');
  if (prefix === '') return configuration;
  const move = (pattern: string) =>
    pattern.startsWith(`${prefix}/`) ? `/${pattern.slice(prefix.length + 1)}` : pattern;
  return {
    ...configuration,
    exclude: configuration.exclude.map(move),
    overrides: configuration.overrides.map((override) => ({ ...override, paths: override.paths.map(move) })),
    prove: {
      ...configuration.prove,
      builds: configuration.prove.builds.map((build) => ({ ...build, paths: build.paths.map(move) })),
    },
    budgets: configuration.budgets && {
      ...configuration.budgets,
      exceptions: configuration.budgets.exceptions.map((exception) => ({
        ...exception,
        path: exception.path && move(exception.path),
      })),
    },
  };
}
