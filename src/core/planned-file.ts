import { type KeepRegion, putRegions, takeRegions } from './keep-regions.ts';
import { digestOf, readSeal, seal } from './seal.ts';

/**
 * What happens to a file. `same`: it is as it would be written. `changed`: somebody changed it by hand and a new version would differ, so
 * that it is left alone. `kept`: changed by hand, and there is no newer version of it. `yours`: the user's, there already. `stale`: nothing
 * generates it any more.
 */
export type FileAction = 'create' | 'update' | 'same' | 'changed' | 'kept' | 'yours' | 'stale';

export interface PlannedFile {
  /** Below the directory that is written into. */
  readonly path: string;
  readonly action: FileAction;
  /** What is there. */
  readonly before: string | undefined;
  /** What would be, or is, written; undefined for `stale` and `yours`. */
  readonly after: string | undefined;
  /** Why it is left alone, where that is not plain from the action. */
  readonly reason?: string;
}

/**
 * What to do with a generated file that a user may have changed: by its seal a change by hand is told from an older version, and the
 * user's regions are put into the new one.
 * @param before what is there
 */
export function planSealedFile(
  { path, text }: { readonly path: string; readonly text: string },
  before: string | undefined,
  { known, force }: { readonly known?: string | undefined; readonly force: boolean },
): PlannedFile {
  if (before === undefined) return { path, action: 'create', before, after: seal(path, text) };
  const there = readSeal(before, known);
  const regions = takeRegions(there.text.replace(/\r\n/g, '\n'));
  const { text: merged, lost } = putRegions(seal(path, text), regions);
  const after = before.includes('\r\n') ? merged.replace(/\n/g, '\r\n') : merged;
  if (before === after) return { path, action: 'same', before, after };
  const reason = regions.broken ? 'a mark «plimsoll:keep» or «plimsoll:end» has no counterpart' : lostReason(lost);
  if (force || (there.intact && reason === undefined)) return { path, action: 'update', before, after };
  // The version that the user changed is the one that would be written again.
  if (reason === undefined && there.written === digestOf(text)) return { path, action: 'kept', before, after };
  return { path, action: 'changed', before, after, ...(reason !== undefined && { reason }) };
}

function lostReason(lost: readonly KeepRegion[]): string | undefined {
  const [first] = lost;
  if (!first) return undefined;
  return `the new version has no place for your region${first.name === '' ? '' : ` «${first.name}»`}`;
}
