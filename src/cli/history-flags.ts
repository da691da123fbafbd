import { UserError } from '../core/errors.ts';
import type { Configuration } from '../project/configuration.ts';
import type { FlagDefinition, ParsedArguments } from './command.ts';

export const storeFlag: FlagDefinition = {
  name: 'store',
  value: 'FILE',
  group: 'History',
  description: 'The file with the history; default .plimsoll/history.db of the project',
};

/** Of commands whose runs can be recorded. */
export const recordFlags: readonly FlagDefinition[] = [
  {
    name: 'record',
    group: 'History',
    description: 'Keep this run in the history, and hold it against the budgets of plimsoll.yaml',
  },
  { name: 'no-record', group: 'History', description: 'Do not, though plimsoll.yaml says so' },
  storeFlag,
];

/** Of commands that read the history: which runs. */
export const historyFlags: readonly FlagDefinition[] = [
  storeFlag,
  {
    name: 'project',
    value: 'NAME',
    group: 'History',
    description:
      'Default that of this directory: history.project of plimsoll.yaml, else the git remote, else the directory',
  },
  {
    name: 'kind',
    value: 'KIND',
    choices: ['audit', 'image', 'prove'],
    group: 'History',
    description: 'Runs of this command',
  },
  { name: 'subject', value: 'TEXT', group: 'History', description: 'What they looked at: «.», «shop/web»' },
  { name: 'branch', value: 'NAME', group: 'History', description: 'Runs of this branch' },
];

/** Whether a run is to be recorded: as the flags say, else as `plimsoll.yaml` does. */
export function isRecorded(
  parsed: ParsedArguments,
  { history, budgets }: Pick<Configuration, 'history' | 'budgets'>,
): boolean {
  if (parsed.has('no-record') || parsed.positionals.includes('-')) return false;
  return parsed.has('record') || history.record || budgets !== undefined;
}

/** @throws UserError for a run that cannot be recorded, or a store for one that is not to be */
export function refuseUnrecordable(parsed: ParsedArguments): void {
  if (parsed.has('record') && parsed.has('no-record'))
    throw new UserError('--record and --no-record contradict each other');
  const asked = parsed.has('record') ? 'record' : parsed.has('store') ? 'store' : undefined;
  if (asked === undefined) return;
  if (parsed.has('cluster') || parsed.has('cluster-role'))
    throw new UserError(`--${asked} has no effect beside --cluster: the history is of repositories and images`);
  if (parsed.positionals.includes('-'))
    throw new UserError(`--${asked} has no effect with standard input: nobody knows what it is compared with`, {
      remedy: 'Name the file or directory.',
    });
}
