import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../core/errors.ts';
import type { HistorySettings } from '../project/configuration.ts';
import type { ParsedArguments } from './command.ts';

const names = ['plimsoll.yaml', 'plimsoll.yml', '.plimsoll.yaml'];

export interface ConfigurationFile {
  /** As messages show it. */
  readonly shown: string;
  readonly text: string;
  /** Absolute: what is written in it is relative to this. */
  readonly directory: string;
}

/**
 * The file that `--config` names, else the first `plimsoll.yaml` from a directory upwards to the repository's top; undefined where there is none.
 * @throws UserError when it cannot be read
 */
export function configurationFile(parsed: ParsedArguments, root: string, cwd: string): ConfigurationFile | undefined {
  const named = parsed.value('config');
  const file = named === undefined ? findUpwards(root, names) : path.resolve(cwd, named);
  if (file === undefined) return undefined;
  const shown = path.relative(cwd, file) || file;
  return { shown, text: readText(file, shown), directory: path.dirname(file) };
}

/** Looks in the directory and those above it, up to the top of the git repository. */
export function findUpwards(directory: string, candidates: readonly string[]): string | undefined {
  for (let at = directory; ; at = path.dirname(at)) {
    const found = candidates.map((name) => path.join(at, name)).find((file) => existsSync(file));
    if (found !== undefined) return found;
    if (existsSync(path.join(at, '.git')) || path.dirname(at) === at) return undefined;
  }
}

/** With an absolute path of the store. */
export function historyFrom(settings: HistorySettings, directory: string): HistorySettings {
  const { store } = settings;
  return store === undefined
    ? settings
    : { ...settings, store: { ...store, file: path.resolve(directory, store.file) } };
}

/** @throws UserError when the file cannot be read */
export function readText(file: string, shown: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new UserError('the configuration cannot be read', { where: shown, cause });
  }
}
