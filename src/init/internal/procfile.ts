import type { Place } from '../detector.ts';
import { splitCommand } from './shell-words.ts';

/** What a Procfile starts for `web`, as words; undefined when there is none. `$PORT` stands as written. */
export function procfileCommand(
  place: Place,
): { readonly line: string; readonly words: readonly string[] | undefined; readonly evidence: string } | undefined {
  const text = place.read('Procfile');
  const match = text === undefined ? undefined : /^(?:web|server|app)[ \t]*:[ \t]*(.+)$/m.exec(text);
  const line = match?.[1]?.trim();
  if (match === undefined || match === null || line === undefined) return undefined;
  return { line, words: splitCommand(line), evidence: `Procfile (${place.place('Procfile', match.index)})` };
}
