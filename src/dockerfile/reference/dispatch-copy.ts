import { expandWord } from '../expand.ts';
import { readHeredocHead } from '../find-heredocs.ts';
import { listWords } from './argument-faults.ts';
import { type Dispatch, reportUndefined } from './dispatch-step.ts';
import { fileModeFault } from './file-mode.ts';
import { type RemoteSource, remoteSource } from './git-source.ts';
import { imagePathFault } from './image-path.ts';
import { isDigest } from './image-reference.ts';
import { isFlagOn } from './instruction-flags.ts';
import { flagText } from './statement.ts';

/** COPY and ADD: what BuildKit refuses of their flags, sources and destination, as a sentence. */
export function dispatchCopy(dispatch: Dispatch): string | undefined {
  const { step } = dispatch;
  const { statement } = step;
  const words = listWords(statement);
  const flags = expandAll(
    dispatch,
    ['chown', 'chmod', 'checksum'].map((name) => flagText(statement, name)),
  );
  if (flags.error !== undefined) return flags.error;
  const paths = expandAll(
    dispatch,
    words.slice(0, -1).filter((source) => readHeredocHead(source) === undefined),
  );
  if (paths.error !== undefined) return paths.error;
  const destination = expandAll(dispatch, words.slice(-1));
  const error = destination.error ?? documentsError(dispatch);
  if (error !== undefined) return error;
  if (step.sources.some((source) => !source.dispatched))
    return `--from=${flagText(statement, 'from')} names a stage that comes later; a stage can only copy from earlier ones.`;
  const [, mode = '', checksum = ''] = flags.values;
  return (
    pathFault(destination.values[0] ?? '', dispatch) ??
    modeFault(mode) ??
    checksumFault(checksum, paths.values) ??
    firstFault(paths.values, (path) => sourceFault(path, checksum, dispatch))
  );
}

function expandAll(
  { expand }: Dispatch,
  words: readonly string[],
): { values: readonly string[]; error: string | undefined } {
  const values: string[] = [];
  for (const word of words) {
    const { value, error } = expand(word);
    if (error !== undefined) return { values, error };
    values.push(value);
  }
  return { values, error: undefined };
}

/** Variables in here-documents are expanded too, unless their delimiter is quoted; the escape character is a backslash. */
function documentsError(dispatch: Dispatch): string | undefined {
  const { step, state } = dispatch;
  if (step.statement.rest === undefined) return undefined;
  for (const { content, expand } of step.statement.instruction.heredocs) {
    if (!expand) continue;
    const { unmatched, error } = expandWord(content, state.variables, { escape: '\\', quotes: false });
    reportUndefined(dispatch, unmatched);
    if (error !== undefined) return error;
  }
  return undefined;
}

function firstFault(paths: readonly string[], faultOf: (path: string) => string | undefined): string | undefined {
  for (const path of paths) {
    const fault = faultOf(path);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function modeFault(mode: string): string | undefined {
  const fault = mode === '' ? undefined : fileModeFault(mode);
  return fault === undefined ? undefined : `--chmod=${mode} cannot be used: ${fault}.`;
}

function checksumFault(checksum: string, paths: readonly string[]): string | undefined {
  if (checksum === '') return undefined;
  if (paths.length !== 1) return '--checksum needs exactly one source.';
  return remoteSource(paths[0] ?? '') === undefined
    ? '--checksum needs an HTTP address or a git repository.'
    : undefined;
}

function pathFault(path: string, { state }: Dispatch): string | undefined {
  const fault = imagePathFault(path, state.system);
  return fault === undefined ? undefined : `This path cannot be used: ${fault}.`;
}

function sourceFault(source: string, checksum: string, dispatch: Dispatch): string | undefined {
  const { statement } = dispatch.step;
  const remote = remoteSource(source);
  if (remote === undefined) return pathFault(source, dispatch);
  if (remote.kind === 'git' && remote.fault !== undefined)
    return `This git repository cannot be read: ${remote.fault}.`;
  if (statement.name === 'COPY')
    return `COPY cannot take ${remote.kind === 'git' ? 'a git repository' : 'an address'} as its source; ADD can.`;
  if (remote.kind === 'http')
    return checksum === '' || isDigest(checksum)
      ? undefined
      : `--checksum=${checksum} is no digest; write it as sha256:… .`;
  return conflictFault(remote, checksum, isFlagOn(statement, 'keep-git-dir'));
}

function conflictFault(
  remote: Extract<RemoteSource, { kind: 'git' }>,
  checksum: string,
  keepGitDir: boolean | undefined,
): string | undefined {
  if (remote.keepGitDir !== undefined && keepGitDir !== undefined && remote.keepGitDir !== keepGitDir)
    return '--keep-git-dir says something else than the address.';
  const differs = checksum !== '' && remote.checksum !== undefined && remote.checksum !== checksum;
  return differs ? '--checksum says something else than the address.' : undefined;
}
