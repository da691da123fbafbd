import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { exitCodes, UserError } from '../core/errors.ts';
import type { FileAction, PlannedFile } from '../core/planned-file.ts';
import { writeFiles } from '../fix/write-files.ts';
import { renderPatch } from '../report/patch.ts';

/** True where a run without `--check` would write the file, or would have to be told to. */
export function wouldChange({ action }: PlannedFile): boolean {
  return action === 'create' || action === 'update' || action === 'changed' || action === 'stale';
}

/**
 * Writes what is new and what is newer, all of it or nothing.
 * @throws UserError with exit code 3 where that fails
 */
export function writePlanned(out: string, files: readonly PlannedFile[]): void {
  const wanted = files.filter(({ action }) => action === 'create' || action === 'update');
  if (wanted.length === 0) return;
  try {
    mkdirSync(out, { recursive: true });
  } catch (cause) {
    throw new UserError('this directory cannot be made', { where: out, cause });
  }
  // One set: a base of which only a part is new would not fit together.
  const { failures } = writeFiles(out, [
    wanted.map(({ path: file, before, after = '' }) => ({
      path: file,
      before: before === undefined ? undefined : Buffer.from(before),
      after: Buffer.from(after),
    })),
  ]);
  const [first] = failures;
  if (first)
    throw new UserError(`${first.reason}; nothing was written`, {
      where: path.join(out, first.path),
      remedy: first.remedy,
      exitCode: exitCodes.system,
    });
}

/** What the files of these actions would become. */
export function patchOf(files: readonly PlannedFile[], prefix: string, actions: readonly FileAction[]): Uint8Array {
  const changed = files.flatMap(({ path: file, action, before, after }) => {
    if (after === undefined || !actions.includes(action)) return [];
    const place = {
      before: { start: 0, end: before?.length ?? 0 },
      after: { start: 0, end: after.length },
      fixes: [],
    };
    return [
      {
        path: file,
        before: before === undefined ? undefined : { path: file, text: before, encoding: 'utf-8' as const },
        after: { path: file, text: after, encoding: 'utf-8' as const },
        places: [place],
        secrets: { before: [], after: [] },
      },
    ];
  });
  return renderPatch({ files: changed }, { prefix });
}
