import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../core/errors.ts';
import { isRunKind, type RunKind } from '../core/history.ts';
import { openStore, type Store } from '../history/open-store.ts';
import { type KnownSeries, type RunFilter, readSeries } from '../history/read-runs.ts';
import { type HistorySettings, noConfiguration } from '../project/configuration.ts';
import type { ParsedArguments, Terminal } from './command.ts';
import { configurationFile, historyFrom } from './configuration-file.ts';
import { projectName } from './git-source.ts';
import { storeFile } from './store-file.ts';

/** A store with the name of the project that is asked for. */
export interface AskedHistory {
  readonly store: Store;
  /** As messages show it. */
  readonly shown: string;
  readonly project: string;
}

/**
 * The history of the project in a directory: where `plimsoll audit DIRECTORY --record` keeps it.
 * @param directory as it was given; undefined for the one that Plimsoll runs in
 * @throws UserError where there is no history
 */
export async function openAskedHistory(
  parsed: ParsedArguments,
  terminal: Terminal,
  directory: string | undefined,
): Promise<AskedHistory> {
  const root = rootAbove(path.resolve(terminal.cwd, directory ?? '.'));
  const settings = await historySettings(parsed, root, terminal.cwd);
  const file = storeFile(parsed, settings, root, terminal.cwd);
  const project = parsed.value('project') ?? settings.project ?? projectName(root);
  const relative = path.relative(terminal.cwd, file);
  const shown = relative.startsWith('..') ? file : relative;
  return { store: await openStore(file, 'read'), shown, project };
}

/** Whether an argument of `history` or `trend` names a directory. */
export function isDirectory(argument: string, cwd: string): boolean {
  return statSync(path.resolve(cwd, argument), { throwIfNoEntry: false })?.isDirectory() === true;
}

/** Only what is said of the history is read: to know all rules takes longer than to tell of a year of runs. */
async function historySettings(parsed: ParsedArguments, root: string, cwd: string): Promise<HistorySettings> {
  const file = parsed.has('no-config') ? undefined : configurationFile(parsed, root, cwd);
  if (file === undefined) return noConfiguration.history;
  const { readHistoryConfiguration } = await import('../project/read-configuration.ts');
  return historyFrom(readHistoryConfiguration(file.shown, file.text), file.directory);
}

/** The directory itself, or the one above it, in the same repository, that has a history. */
function rootAbove(directory: string): string {
  for (let at = directory; ; at = path.dirname(at)) {
    if (existsSync(path.join(at, '.plimsoll/history.db'))) return at;
    if (existsSync(path.join(at, '.git')) || path.dirname(at) === at) return directory;
  }
}

/** What the flags ask for, of one project. */
export function filterFrom(parsed: ParsedArguments, project: string | undefined): RunFilter {
  return { project, kind: kindFrom(parsed), subject: parsed.value('subject'), branch: parsed.value('branch') };
}

function kindFrom(parsed: ParsedArguments): RunKind | undefined {
  const kind = parsed.value('kind');
  return kind !== undefined && isRunKind(kind) ? kind : undefined;
}

/**
 * The series that is asked for; where several are, audits of everything before others, and those of the newest runs.
 * @throws UserError where there is none
 */
export function chosenSeries({ store, shown, project }: AskedHistory, parsed: ParsedArguments): KnownSeries {
  const all = readSeries(store, filterFrom(parsed, project));
  const [first] = [
    ...all.filter(({ kind, subject }) => kind === 'audit' && subject === '.'),
    ...all.filter(({ kind }) => kind === 'audit'),
    ...all,
  ];
  if (first !== undefined) return first;
  const others = [...new Set(readSeries(store).map((each) => each.project))];
  throw new UserError(`there is no such run of «${project}» in this history`, {
    where: shown,
    remedy:
      others.length === 0
        ? 'It is empty: «plimsoll audit --record» records one.'
        : `It has runs of ${others.slice(0, 5).join(', ')}${others.length > 5 ? ` and ${others.length - 5} more` : ''}: «plimsoll history --all-projects», --project NAME.`,
  });
}
