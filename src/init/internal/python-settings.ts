import type { Place } from '../detector.ts';
import { ownFiles } from './python-object.ts';

/** Settings of Django for production, where what is served takes those of developers unless told otherwise. */
export function productionSettings(place: Place): Readonly<Record<string, string>> {
  for (const file of ownFiles(place).filter((path) => /(?:^|\/)[aw]sgi\.py$/.test(path))) {
    const named = /DJANGO_SETTINGS_MODULE["'],\s*["']([\w.]+)\.(?:dev|develop|development|local)["']/.exec(
      place.read(file) ?? '',
    )?.[1];
    const path = named && `/${named.replaceAll('.', '/')}/`;
    const found =
      path && ownFiles(place).find((each) => /(?:^|\/)prod(?:uction)?\.py$/.test(each) && `/${each}`.includes(path));
    if (named && found) return { DJANGO_SETTINGS_MODULE: `${named}.${found.replace(/^.*\/|\.py$/g, '')}` };
  }
  return {};
}
