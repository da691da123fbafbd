import { fieldOf, foldedStanzas, lines } from '../internal/stanzas.ts';

/** A place that apt asks: one suite of one archive (https://manpages.debian.org/bookworm/apt/sources.list.5.en.html). */
export interface AptSource {
  readonly uri: string;
  /** `bookworm`, or a directory with a slash at its end: then there are no components. */
  readonly suite: string;
  readonly components: readonly string[];
  /** The only architectures that are asked for; undefined: those of the system. */
  readonly architectures: readonly string[] | undefined;
  /** `etc/apt/sources.list:3` */
  readonly place: string;
}

/** What the files of a system name, and what in them is not understood. */
export interface AptSources {
  readonly sources: readonly AptSource[];
  readonly problems: readonly string[];
}

/** More than any system asks. */
const mostSources = 200;

/** Files that tell apt where to ask: `etc/apt/sources.list`, `.list` and `.sources` below `sources.list.d`. */
export function isAptSourceFile(path: string): boolean {
  return path === 'etc/apt/sources.list' || /^etc\/apt\/sources\.list\.d\/[\w.-]+\.(?:list|sources)$/.test(path);
}

/** Reads the files of a system that tell apt where to ask, by their paths. */
export function readAptSources(files: ReadonlyMap<string, string>, architecture: string): AptSources {
  const sources: AptSource[] = [];
  const problems: string[] = [];
  for (const [path, text] of [...files].filter(([path]) => isAptSourceFile(path)).sort()) {
    const read = path.endsWith('.sources') ? deb822(path, text, problems) : oneLine(path, text, problems);
    sources.push(...read.map((source) => ({ ...source, suite: source.suite.replaceAll('$(ARCH)', architecture) })));
  }
  if (sources.length > mostSources) problems.push(`only the first ${mostSources} package sources are asked`);
  return { sources: sources.slice(0, mostSources), problems };
}

function oneLine(path: string, text: string, problems: string[]): AptSource[] {
  let number = 0;
  const found: AptSource[] = [];
  for (const line of lines(text)) {
    number++;
    const written = line.replace(/#.*$/, '').trim();
    if (written === '' || written.startsWith('deb-src')) continue;
    const read = /^deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)((?:\s+\S+)*)$/.exec(written);
    if (!read) {
      problems.push(`${path}:${number}: this line is not understood`);
      continue;
    }
    const [, options = '', uri = '', suite = '', components = ''] = read;
    found.push({
      uri,
      suite,
      components: words(components),
      architectures: architecturesIn(options),
      place: `${path}:${number}`,
    });
  }
  return found;
}

function architecturesIn(options: string): readonly string[] | undefined {
  const written = /(?:^|\s)arch=(\S+)/i.exec(options)?.[1];
  return written?.split(',').filter(Boolean);
}

function deb822(path: string, text: string, problems: string[]): AptSource[] {
  return [...foldedStanzas(text)].flatMap((stanza, index): AptSource[] => {
    const place = `${path}: paragraph ${index + 1}`;
    if (/^(?:no|false|0|off|disable|without)$/i.test(fieldOf(stanza, 'enabled') ?? '')) return [];
    const types = words(fieldOf(stanza, 'types') ?? '');
    if (!types.includes('deb')) return [];
    const [uris, suites] = [words(fieldOf(stanza, 'uris') ?? ''), words(fieldOf(stanza, 'suites') ?? '')];
    if (uris.length === 0 || suites.length === 0) {
      problems.push(`${place}: it names no URIs or no Suites`);
      return [];
    }
    const architectures = fieldOf(stanza, 'architectures');
    return uris.flatMap((uri) =>
      suites.map((suite) => ({
        uri,
        suite,
        components: words(fieldOf(stanza, 'components') ?? ''),
        architectures: architectures === undefined ? undefined : words(architectures),
        place,
      })),
    );
  });
}

function words(text: string): string[] {
  return text.split(/\s+/).filter(Boolean);
}
