import { siftIgnored } from '../audit/suppress.ts';
import { type BaseNews, type BasePlace, baseNews } from '../core/bases-report.ts';
import type { Finding } from '../core/finding.ts';
import { familiarName, type ImageReference, parseImageReference } from '../core/image-reference.ts';
import { literalPattern } from '../core/literal-pattern.ts';
import { lineIndex, type Position, type SourceRange } from '../core/text.ts';
import type { ClusterSnapshot } from '../kubernetes/cluster-snapshot.ts';
import type { AskedImage, BuiltImage } from '../maintain/freshness/assess.ts';
import type { NamedImages, NamedPlace } from '../maintain/freshness/named-image.ts';
import type { Project } from '../project/project.ts';

/** The rules that say the same of a file: who ignores one there has decided. */
const sameRules: Partial<Record<BaseNews, readonly string[]>> = {
  ending: ['maintenance/end-of-life-base', 'maintenance/end-of-life-image'],
  deprecated: ['maintenance/deprecated-image'],
};

/** What comments at each place ignore. */
export function ignoredNews(
  project: Project,
  places: readonly Pick<NamedPlace, 'path' | 'range'>[],
  today: string,
): ReadonlyMap<Pick<NamedPlace, 'path' | 'range'>, readonly BaseNews[]> {
  const asked = places.flatMap((place) =>
    baseNews.flatMap((news) =>
      [`bases/${news}`, ...(sameRules[news] ?? [])].map((rule) => ({ place, news, finding: stub(place, rule) })),
    ),
  );
  const { suppressed } = siftIgnored(
    project,
    asked.map(({ finding }) => finding),
    today,
  );
  const hidden = new Set(suppressed.map(({ finding }) => finding));
  const ignored = new Map<Pick<NamedPlace, 'path' | 'range'>, BaseNews[]>();
  for (const { place, news, finding } of asked)
    if (hidden.has(finding)) ignored.set(place, [...(ignored.get(place) ?? []), news]);
  return ignored;
}

/** As much of a finding as comments are asked about. */
function stub({ path, range }: { readonly path: string; readonly range: SourceRange }, rule: string): Finding {
  const start = { line: 1, column: 1 };
  const location = { path, range, start, end: start };
  return {
    rule,
    area: 'maintenance',
    severity: 'note',
    message: '',
    why: '',
    remedy: '',
    locations: [location],
    peers: [],
  };
}

/** Whether the name of an image, without its tag, is one of those that are asked for: `node`, `ghcr.io/acme/*`. */
export function nameMatches(patterns: readonly string[], reference: ImageReference): boolean {
  const name = familiarName(reference);
  return patterns.some((pattern) => new RegExp(`^${pattern.split('*').map(literalPattern).join('.*')}$`).test(name));
}

/** An image that was built, and what its base is called. */
export interface BuiltOn extends BuiltImage {
  readonly base: string;
}

/** Every image that files name or pods run, each once, with the places that name it. */
export function askedImages(
  project: Project,
  files: readonly NamedImages[],
  ignored: ReadonlyMap<Pick<NamedPlace, 'path' | 'range'>, readonly BaseNews[]>,
  snapshot: ClusterSnapshot | undefined,
  builds: readonly BuiltOn[],
  prefix: string,
): readonly AskedImage[] {
  const images = new Map<
    string,
    {
      reference: ImageReference;
      places: BasePlace[];
      ships: boolean;
      running: { where: string; digest: string }[];
      built: BuiltImage[];
    }
  >();
  const of = (text: string) => {
    const known = images.get(text);
    if (known) return known;
    const reference = parseImageReference(text);
    if (reference === undefined) return undefined;
    const made = { reference, places: [], ships: false, running: [], built: [] };
    images.set(text, made);
    return made;
  };
  const positionOf = positionFinder(project);
  for (const { places } of files)
    for (const place of places) {
      const image = of(place.text);
      if (image === undefined) continue;
      const { path, range, kind } = place;
      image.places.push({ path: prefix + path, ...positionOf(path, range), kind, ignores: ignored.get(place) ?? [] });
      if (place.ships) image.ships = true;
    }
  for (const { containers, ownerPath } of snapshot?.pods ?? [])
    for (const { image: text, digest } of containers) {
      const image = of(text);
      if (image === undefined) continue;
      image.ships = true;
      if (!image.places.some(({ path }) => path === ownerPath))
        image.places.push({ path: ownerPath, kind: 'running', ignores: [] });
      if (digest !== undefined && !image.running.some((each) => each.where === ownerPath && each.digest === digest))
        image.running.push({ where: ownerPath, digest });
    }
  for (const { base, ...build } of builds) {
    const image = of(base);
    if (image === undefined) continue;
    image.ships = true;
    if (image.places.length === 0) image.places.push({ path: build.where, kind: 'built', ignores: [] });
    image.built.push(build);
  }
  return [...images.values()];
}

/** Positions of places, the index of each file made once. */
export function positionFinder({ artifacts }: Project): (path: string, range: SourceRange) => Position {
  const indexes = new Map<string, ReturnType<typeof lineIndex>>();
  return (path, { start }) => {
    let index = indexes.get(path);
    if (index === undefined) {
      index = lineIndex(artifacts.get(path)?.text ?? '');
      indexes.set(path, index);
    }
    return index.positionAt(start);
  };
}
