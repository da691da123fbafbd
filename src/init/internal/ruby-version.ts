import { endOfLife } from '../../bases/end-of-life.ts';
import type { Place } from '../detector.ts';
import { supportedLines } from './versions.ts';

export interface RubyVersion {
  readonly version: string;
  readonly evidence: string;
  /** The end of its support, when that is past. */
  readonly old: string | undefined;
}

export function chooseRuby(place: Place, gemfile: string, lock: string | undefined): RubyVersion {
  const newest =
    supportedLines('Ruby', place.today)
      .filter((line) => !line.endsWith('.0'))
      .at(-1) ?? '3.4';
  const candidates: readonly (readonly [string | undefined, string])[] = [
    [place.choices.version, '--runtime-version'],
    [/^ruby\s*\(?['"](\d+\.\d+(?:\.\d+)?)['"]/m.exec(gemfile)?.[1], place.place('Gemfile', /^ruby\s/m)],
    [/^(?:ruby-)?(\d+\.\d+(?:\.\d+)?)/.exec(place.read('.ruby-version') ?? '')?.[1], '.ruby-version'],
    [/^RUBY VERSION\s+ruby (\d+\.\d+\.\d+)/m.exec(lock ?? '')?.[1], 'RUBY VERSION (Gemfile.lock)'],
    [/^ruby[ \t]+(\d\S*)/m.exec(place.read('.tool-versions') ?? '')?.[1], '.tool-versions'],
  ];
  const found = candidates.find(([version]) => version !== undefined);
  const version = found?.[0];
  if (version === undefined)
    return {
      version: newest,
      evidence: 'nothing in the project asks for a version: the newest settled one',
      old: undefined,
    };
  const ended = endOfLife('Ruby', version);
  return { version, evidence: found?.[1] ?? '', old: ended && ended.date < place.today ? ended.date : undefined };
}
