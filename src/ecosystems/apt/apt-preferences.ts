import { fieldOf, foldedStanzas } from '../internal/stanzas.ts';
import type { AptRelease } from './release-file.ts';

/** One paragraph of apt's preferences (https://manpages.debian.org/bookworm/apt/apt_preferences.5.en.html). */
interface AptPin {
  /** Names, globs; `*` for all. */
  readonly packages: readonly RegExp[];
  readonly isGeneral: boolean;
  readonly priority: number;
  readonly matches: (version: string, release: AptRelease | undefined, host: string) => boolean;
}

export interface AptPreferences {
  readonly pins: readonly AptPin[];
  readonly problems: readonly string[];
}

/** Where a version can be had. */
export interface AptOrigin {
  readonly release: AptRelease | undefined;
  /** Of its archive's address. */
  readonly host: string;
}

export function isAptPreferenceFile(path: string): boolean {
  return path === 'etc/apt/preferences' || /^etc\/apt\/preferences\.d\/[\w-]+(?:\.pref)?$/.test(path);
}

/** Reads the files by which apt prefers versions, by their paths. What is not understood is named. */
export function readAptPreferences(files: ReadonlyMap<string, string>): AptPreferences {
  const pins: AptPin[] = [];
  const problems: string[] = [];
  for (const [path, text] of [...files].filter(([path]) => isAptPreferenceFile(path)).sort())
    for (const stanza of foldedStanzas(text)) {
      const names = (fieldOf(stanza, 'package') ?? '').split(/\s+/).filter(Boolean);
      const written = fieldOf(stanza, 'pin') ?? '';
      const priority = Number(fieldOf(stanza, 'pin-priority') ?? 'none');
      const matches = matcherOf(written);
      if (names.length === 0 || matches === undefined || !Number.isSafeInteger(priority) || names.some(isUnknownName)) {
        problems.push(`${path}: «Package: ${names.join(' ')}», «Pin: ${written}» is not understood`);
        continue;
      }
      const isGeneral = names.length === 1 && names[0] === '*';
      pins.push({ packages: names.map(nameMatcher), isGeneral, priority, matches });
    }
  return { pins, problems };
}

/** Regular expressions between slashes, and packages by their source, are left to apt. */
function isUnknownName(name: string): boolean {
  return name.startsWith('/') || name.startsWith('src:') || name.includes('[');
}

function nameMatcher(name: string): RegExp {
  return glob(name.replace(/:(?:any|native|[a-z0-9-]+)$/, ''));
}

function glob(text: string): RegExp {
  const escaped = text.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/\*{1,99}/g, '.*').replaceAll('?', '.')}$`, 'i');
}

function matcherOf(pin: string): AptPin['matches'] | undefined {
  const [, kind, rest = ''] = /^(release|version|origin)\s+(.*)$/s.exec(pin.trim()) ?? [];
  if (rest.length > 500) return undefined;
  if (kind === 'version') {
    const wanted = glob(rest.trim());
    return (version) => wanted.test(version);
  }
  if (kind === 'origin') {
    const host = rest.trim().replace(/^"|"$/g, '');
    return (_, __, of) => host === of;
  }
  if (kind !== 'release') return undefined;
  const wanted = rest.split(',').map((part) => /^\s*([aclnov])\s*=\s*(.*?)\s*$/.exec(part));
  // A word alone is a suite or a codename, or the number of a release.
  const alone = rest.trim();
  if (/^[a-z0-9._/-]+$/i.test(alone)) {
    const word = glob(alone);
    return (_, release) =>
      release !== undefined &&
      (word.test(release.suite) || word.test(release.codename) || (/^\d/.test(alone) && word.test(release.version)));
  }
  const tests: ((release: AptRelease) => boolean)[] = [];
  for (const part of wanted) {
    const [, letter, value = ''] = part ?? [];
    const test = glob(value.replace(/^"|"$/g, ''));
    if (letter === 'a') tests.push(({ suite }) => test.test(suite));
    else if (letter === 'n') tests.push(({ codename }) => test.test(codename));
    else if (letter === 'o') tests.push(({ origin }) => test.test(origin));
    else if (letter === 'l') tests.push(({ label }) => test.test(label));
    else if (letter === 'v') tests.push(({ version }) => test.test(version));
    else return undefined;
  }
  return (_, release) => release !== undefined && tests.every((test) => test(release));
}

/**
 * The priority of one version at one place, as apt gives it without a target release: by the first pin for the package's name, else by the first for all,
 * else 500, 100 or 1 as the archive says. 0 and less: never.
 */
export function aptPriority(
  { pins }: AptPreferences,
  name: string,
  version: string,
  { release, host }: AptOrigin,
): number {
  const fits = (pin: AptPin) => pin.matches(version, release, host);
  const own = pins.find((pin) => !pin.isGeneral && pin.packages.some((test) => test.test(name)) && fits(pin));
  const general = own ?? pins.find((pin) => pin.isGeneral && fits(pin));
  if (general) return general.priority;
  if (!release?.notAutomatic) return 500;
  return release.butAutomaticUpgrades ? 100 : 1;
}
