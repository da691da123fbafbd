import { groupBy } from '../core/group-by.ts';
import { baseChange } from '../project/image-base.ts';
import { type Remedy, type RemedyWay, remediesOf, remedyVersion, remedyWays } from '../project/image-remedies.ts';
import { updateCommand } from '../project/update-command.ts';
import { compareSeverities } from '../vulnerabilities/severity-words.ts';
import type { Vulnerability } from '../vulnerabilities/vulnerability.ts';
import type { ImageView } from './image-view.ts';
import { plural } from './internal/wording.ts';

type Inspected = Pick<ImageView, 'image'>;

/** What mends vulnerabilities: the base image first, then the worst; undefined where nobody looked for any. */
export function remedyRows({ image }: Inspected): readonly Remedy[] | undefined {
  return image.vulnerabilities && remediesOf(image.vulnerabilities, image);
}

/** What is mended in one way. */
export interface RemedyGroup {
  readonly way: RemedyWay;
  readonly title: string;
  /** How it is done; undefined where nothing more can be said. */
  readonly how: string | undefined;
  readonly remedies: readonly Remedy[];
}

/** Remedies by their way, that which mends most at once first; ways that mend nothing are left out. */
export function remedyGroups(view: Inspected): RemedyGroup[] {
  const byWay = groupBy(remedyRows(view) ?? [], ({ way }) => way);
  return remedyWays.flatMap((way) => {
    const remedies = byWay.get(way);
    if (!remedies) return [];
    const start = way === 'base' && view.image.base.other ? 'By another base image' : titles[way];
    const title = `${start}: ${plural(count(remedies), 'vulnerability', 'vulnerabilities')}`;
    return [{ way, title, how: how(way, remedies, view), remedies }];
  });
}

const titles: Readonly<Record<RemedyWay, string>> = {
  base: 'With the base image',
  system: 'By updates of system packages',
  application: 'By updates of dependencies',
  nothing: 'By nothing yet',
};

function how(way: RemedyWay, remedies: readonly Remedy[], { image }: Inspected): string | undefined {
  switch (way) {
    case 'base':
      return image.base.other
        ? `Build on ${image.base.other.name}.`
        : 'Its newest version may mend them: --compare-base IMAGE tells.';
    case 'system':
      return updateCommand(remedies, image) ?? 'The image holds no package manager: update where they are installed.';
    case 'application':
    case 'nothing':
      return undefined;
  }
}

/** The first cells of a row: worst, count, package, has, mended in. */
export function remedyCells(remedy: Remedy): string[] {
  const { worst, vulnerabilities, version } = remedy;
  return [worst, String(vulnerabilities.length), packageText(remedy), version, remedyVersion(remedy) ?? ''];
}

/** `lodash through express, webpack and 2 more`; the name alone where it is direct, or nobody knows. */
function packageText({ name, broughtBy }: Remedy): string {
  const others = broughtBy.filter((each) => each !== name);
  if (others.length === 0) return name;
  const more = others.length > 2 ? ` and ${others.length - 2} more` : '';
  return `${name} through ${others.slice(0, 2).join(', ')}${more}`;
}

/** Each once, as bad as it is anywhere: one vulnerability may be in several packages. */
function distinct(some: readonly Remedy[]): readonly Vulnerability[] {
  const byId = new Map<string, Vulnerability>();
  for (const each of some.flatMap(({ vulnerabilities }) => vulnerabilities)) {
    const known = byId.get(each.id);
    if (!known || compareSeverities(each.severity, known.severity) < 0) byId.set(each.id, each);
  }
  return [...byId.values()];
}

function count(some: readonly Remedy[]): number {
  return distinct(some).length;
}

/** `31 known vulnerabilities (2 critical, 9 high): 20 go away with a newer base image, 3 with 2 updates of system packages; nothing mends 8 yet`. */
export function vulnerabilitySentence(view: ImageView): string {
  const remedies = remedyRows(view);
  if (remedies === undefined) return view.advisories;
  const found = distinct(remedies);
  const all = found.length;
  if (all === 0) return [`No known vulnerabilities.`, changeSentence(view), view.advisories].filter(Boolean).join(' ');
  const bySeverity = groupBy(found, ({ severity }) => severity);
  const severities = [...bySeverity]
    .sort(([one], [other]) => compareSeverities(one, other))
    .map(([name, group]) => `${group.length} ${name}`);
  const parts = remedyGroups(view).map(({ way, remedies: group }) => wayText(way, group, view));
  const text = `${plural(all, 'known vulnerability', 'known vulnerabilities')} (${severities.join(', ')}): ${parts.join(', ')}.`;
  return [text, changeSentence(view), view.advisories].filter(Boolean).join(' ');
}

function wayText(way: RemedyWay, group: readonly Remedy[], { image }: Inspected): string {
  const found = count(group);
  switch (way) {
    case 'base':
      // A newer base is not known to mend them before somebody has looked into it.
      return image.base.other ? `${found} by another base image` : `${found} with the base image`;
    case 'system':
      return `${found} by ${plural(group.length, 'update')} of system packages`;
    case 'application':
      return `${found} by ${plural(group.length, 'update')} of dependencies`;
    case 'nothing':
      return `${found} by nothing yet`;
  }
}

/** What changes with the base that was asked for. */
export interface BaseChangeCount {
  /** Of all that the image has. */
  readonly gone: number;
  readonly of: number;
  readonly come: readonly Vulnerability[];
}

/** Undefined where no other base was asked for or it cannot be told. */
export function baseChangeCount(view: Inspected): BaseChangeCount | undefined {
  const remedies = remedyRows(view);
  const change = remedies && baseChange(view.image.base, view.image.vulnerabilities ?? []);
  if (!remedies || !change) return undefined;
  // What another package has, too, does not go away.
  const of = count(remedies);
  return { gone: of - count(remedies.filter(({ way }) => way !== 'base')), of, come: change.come };
}

/** `23 of 31 go away with base node:24-slim (Debian 13), 2 new`; why not where that cannot be told, and nothing where nobody asked. */
export function changeSentence(view: Inspected): string {
  const { other, layers } = view.image.base;
  if (!other) return '';
  const name = other.system === undefined ? other.name : `${other.name} (${other.system})`;
  const change = baseChangeCount(view);
  if (change) {
    const ids = change.come.slice(0, 5).map(({ id }) => id);
    const more = change.come.length > ids.length ? ` and ${change.come.length - ids.length} more` : '';
    const news = ids.length === 0 ? 'none new' : `${change.come.length} new: ${ids.join(', ')}${more}`;
    return `${change.gone} of ${change.of} go away with base ${name}, ${news}.`;
  }
  if (layers === undefined)
    return `Base ${name} is not compared: where the image's own base ends is not known, --base IMAGE tells it.`;
  return `Base ${name} is not compared: ${other.gaps[0] ?? 'nobody looked for its vulnerabilities.'}`;
}

/** What the image was built on, who says so, and how sure that is. */
export function baseSentence({ image: { base } }: Inspected): string {
  const { name, digest, namedBy, layers, endsBy } = base;
  const named = name?.includes('@') ? name : [name, digest].filter((each) => each !== undefined).join('@');
  const saying = {
    user: '',
    annotation: ', as an annotation says',
    label: ', as a label says, which may be inherited',
    dockerfile: ', as the Dockerfile says',
  };
  const who = namedBy === undefined ? 'Base: not named' : `Base: ${named}${saying[namedBy]}`;
  if (layers === undefined || endsBy === undefined) return `${who}; where it ends is not known, --base IMAGE tells it.`;
  const end = {
    layers: 'its layers are the lowest',
    dockerfile: 'sure by the Dockerfile',
    history: 'guessed by the history, --base IMAGE makes it sure',
  };
  return `${who}; ${plural(layers, 'layer')} (${end[endsBy]}).`;
}
