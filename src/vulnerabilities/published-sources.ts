import { UserError } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';

/** One export of advisories that a store is made of. */
export interface PublishedSource {
  /** `osv/PyPI`, `debian`, `alpine/v3.20/main`. */
  readonly name: string;
  readonly format: 'osv' | 'debian' | 'alpine' | 'epss' | 'kev';
  /** Where it is published. */
  readonly url: string;
  /** Where a mirror or a directory has it. */
  readonly path: string;
  /** Not every mirror and not every release has it. */
  readonly optional: boolean;
}

/** https://google.github.io/osv.dev/data/#data-dumps */
export const osvExports = 'https://osv-vulnerabilities.storage.googleapis.com';

/** OSV's ecosystems of what is installed in images. */
export const ecosystems = [
  'Alpine',
  'Debian',
  'Ubuntu',
  'Red Hat',
  'Rocky Linux',
  'AlmaLinux',
  'SUSE',
  'openSUSE',
  'Wolfi',
  'Chainguard',
  'npm',
  'PyPI',
  'Go',
  'crates.io',
  'Maven',
  'RubyGems',
  'Packagist',
  'NuGet',
  'Mageia',
] as const;

export type Ecosystem = (typeof ecosystems)[number];

const alpineReleases = ['edge', ...Array.from({ length: 10 }, (_, at) => `v3.${24 - at}`)];

/** Exports of an ecosystem: OSV's, and the distribution's own where it has one. */
export function sourcesOf(ecosystem: Ecosystem): readonly PublishedSource[] {
  const file = `${ecosystem}/all.zip`;
  const osv: PublishedSource = {
    name: `osv/${ecosystem}`,
    format: 'osv',
    url: `${osvExports}/${encodeURI(file)}`,
    path: file,
    optional: false,
  };
  return [osv, ...ownSources(ecosystem)];
}

function ownSources(ecosystem: Ecosystem): readonly PublishedSource[] {
  switch (ecosystem) {
    case 'Debian':
      return [
        {
          name: 'debian',
          format: 'debian',
          url: 'https://security-tracker.debian.org/tracker/data/json',
          path: 'debian/tracker.json',
          optional: true,
        },
      ];
    case 'Alpine':
      return alpineReleases.flatMap((release) =>
        ['main', 'community'].map((repository) =>
          secdb(`alpine/${release}/${repository}`, `https://secdb.alpinelinux.org/${release}/${repository}.json`),
        ),
      );
    case 'Wolfi':
      return [secdb('wolfi', 'https://packages.wolfi.dev/os/security.json')];
    case 'Chainguard':
      return [secdb('chainguard', 'https://packages.cgr.dev/chainguard/security.json')];
    default:
      return [];
  }
}

function secdb(name: string, url: string): PublishedSource {
  return { name, format: 'alpine', url, path: `${name}.json`, optional: true };
}

/** What is known of exploits: https://www.first.org/epss/data_stats and https://www.cisa.gov/known-exploited-vulnerabilities-catalog */
export const exploitSources: readonly PublishedSource[] = [
  {
    name: 'epss',
    format: 'epss',
    url: 'https://epss.empiricalsecurity.com/epss_scores-current.csv.gz',
    path: 'epss_scores-current.csv.gz',
    optional: true,
  },
  {
    name: 'kev',
    format: 'kev',
    url: 'https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json',
    path: 'known_exploited_vulnerabilities.json',
    optional: true,
  },
];

/** The ecosystem that a person named, in whatever case. Throws a UserError where there is none. */
export function ecosystemNamed(written: string): Ecosystem {
  const found = ecosystems.find((name) => name.toLowerCase() === written.toLowerCase());
  if (found !== undefined) return found;
  const meant = nearest(written, ecosystems);
  throw new UserError(`there is no ecosystem «${written}»${meant ? `; is «${meant}» meant?` : ''}`, {
    remedy: `Those with advisories: ${ecosystems.join(', ')}.`,
  });
}
