import { existsSync, lstatSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { UserError } from '../core/errors.ts';
import type { HistorySettings } from '../project/configuration.ts';
import { repositoryTop } from '../project/repository-top.ts';
import type { ParsedArguments } from './command.ts';

/**
 * The store that a command uses: `--store`, else that of `plimsoll.yaml`, else that of the project.
 *
 * What a repository says itself, in its files or by its links, names no place outside of it: whoever audits a pull request would write wherever it likes.
 * @throws UserError where it does
 */
export function storeFile(parsed: ParsedArguments, { store }: HistorySettings, root: string, cwd: string): string {
  const asked = parsed.value('store');
  if (asked !== undefined) return path.resolve(cwd, asked);
  const file = store?.file ?? path.join(root, '.plimsoll/history.db');
  const top = repositoryTop(root) ?? root;
  // SQLite takes up a journal that lies beside the file itself, whatever link names that.
  const outside = [file, `${file}-journal`, `${realPath(file)}-journal`].some((each) => !liesIn(top, each));
  if (outside)
    throw new UserError(`the history would be outside of the repository, in ${file}`, {
      where: store?.place ?? path.relative(cwd, file),
      remedy: 'Nothing was written. Name a file in the repository, or name this one on the command line: --store FILE.',
    });
  return file;
}

/** Wherever links lead. What is not there yet lies where its directory does. */
function liesIn(top: string, file: string): boolean {
  const relative = path.relative(realpathSync(top), realPath(file));
  return relative !== '' && relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

function realPath(file: string): string {
  if (existsSync(file)) return realpathSync(file);
  // A link that leads nowhere would be followed when the file is made.
  if (lstatSync(file, { throwIfNoEntry: false })) return path.sep;
  const above = path.dirname(file);
  return above === file ? file : path.join(realPath(above), path.basename(file));
}
