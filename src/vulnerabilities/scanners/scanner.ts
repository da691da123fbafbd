import type { PackageKind } from '../../ecosystems/installed-package.ts';
import { bestVector } from '../cvss.ts';
import { severityOf } from '../severity-words.ts';
import type { Vulnerability } from '../vulnerability.ts';

/** A vulnerability scanner of others, whose findings are told beside ours. */
export interface Scanner {
  readonly name: 'trivy' | 'grype' | 'clair' | 'snyk';
  /** Arguments with which its program looks at an image and prints JSON; undefined where it has none. */
  readonly command?: (image: string) => {
    readonly program: string;
    readonly args: readonly string[];
    readonly exitCodes: readonly number[];
  };
  /** The findings in its JSON; undefined where that is another's. What it says of a package it does not name is left out. */
  read(value: unknown): readonly Vulnerability[] | undefined;
}

/** What one finding of a scanner says, in its own words. */
export interface RawFinding {
  readonly scanner: Scanner['name'];
  /** All its ids, the scanner's own first. */
  readonly ids: readonly unknown[];
  readonly name: unknown;
  readonly version: unknown;
  readonly kind: PackageKind;
  readonly purl?: unknown;
  readonly path?: unknown;
  readonly source?: { readonly name: string; readonly version: string };
  readonly severity: unknown;
  readonly vectors: readonly unknown[];
  readonly fixedIn?: unknown;
  readonly status?: string | undefined;
  readonly summary?: unknown;
  readonly published?: unknown;
  readonly modified?: unknown;
  readonly references: readonly unknown[];
  readonly epss?: unknown;
  readonly knownExploited?: boolean;
}

/** The finding in our words; undefined where it names no vulnerability or no package. */
export function normalised(raw: RawFinding): Vulnerability | undefined {
  const ids = [...new Set(texts(raw.ids))];
  const id = ids.find((each) => each.startsWith('CVE-')) ?? ids.find((each) => each.startsWith('GHSA-')) ?? ids[0];
  const [name] = texts([raw.name]);
  if (id === undefined || name === undefined) return undefined;
  const [version = ''] = texts([raw.version]);
  const [purl] = texts([raw.purl]);
  const [path = ''] = texts([raw.path]);
  const [fixedIn] = texts([raw.fixedIn]);
  const [published] = texts([raw.published]);
  const [modified] = texts([raw.modified]);
  const cvss = bestVector(texts(raw.vectors));
  const { source, status, epss } = raw;
  return {
    id,
    // Of several CVEs one is the finding's; the others are other vulnerabilities.
    aliases: ids.filter((each) => each !== id && !each.startsWith('CVE-')),
    package: {
      kind: raw.kind,
      name,
      version,
      purl: purl ?? `pkg:${raw.kind}/${name}@${version}`,
      licences: [],
      path: path.replace(/^\/+/, ''),
      ...(source && { source }),
    },
    severity: severityOf(raw.severity) ?? 'unknown',
    ...(cvss && { cvss }),
    ...(fixedIn !== undefined && { fixedIn }),
    ...(fixedIn === undefined && status !== undefined && { status }),
    summary: (texts([raw.summary])[0] ?? '').split('\n', 1)[0]?.slice(0, 240) ?? '',
    ...(published !== undefined && { published }),
    ...(modified !== undefined && { modified }),
    ...(typeof epss === 'number' && { epss }),
    knownExploited: raw.knownExploited ?? false,
    references: texts(raw.references)
      .filter((each) => /^https?:\/\//.test(each))
      .slice(0, 10),
    sources: [raw.scanner],
  };
}

export function texts(values: readonly unknown[]): string[] {
  return values.filter((each): each is string => typeof each === 'string' && each !== '');
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The first of several versions that a scanner names in one text: `1.2.3, 2.0.1`. */
export function nextFix(written: unknown): string | undefined {
  return typeof written === 'string' ? written.split(',')[0]?.trim() || undefined : undefined;
}

/** Kinds by the names that scanners and package managers have for them. */
const kinds = new Map<string, PackageKind>([
  ...(['debian', 'ubuntu', 'deb', 'dpkg', 'apt'] as const).map((name) => [name, 'deb'] as const),
  ...(['alpine', 'wolfi', 'chainguard', 'apk'] as const).map((name) => [name, 'apk'] as const),
  ...(
    [
      'redhat',
      'centos',
      'rocky',
      'alma',
      'fedora',
      'amazon',
      'oracle',
      'photon',
      'suse',
      'opensuse',
      'opensuse.leap',
      'opensuse-leap',
      'rpm',
      'mariner',
      'azurelinux',
      'linux',
    ] as const
  ).map((name) => [name, 'rpm'] as const),
  ...(['npm', 'node-pkg', 'yarn', 'pnpm', 'bun', 'javascript'] as const).map((name) => [name, 'npm'] as const),
  ...(['pip', 'python-pkg', 'pipenv', 'poetry', 'uv', 'python', 'pypi', 'conda-pkg'] as const).map(
    (name) => [name, 'pypi'] as const,
  ),
  ...(['gobinary', 'gomod', 'go-module', 'golang', 'gomodules', 'golangdep', 'go'] as const).map(
    (name) => [name, 'golang'] as const,
  ),
  ...(['jar', 'pom', 'gradle', 'sbt', 'java-archive', 'maven', 'java'] as const).map(
    (name) => [name, 'maven'] as const,
  ),
  ...(['gemspec', 'bundler', 'gem', 'rubygems', 'ruby'] as const).map((name) => [name, 'gem'] as const),
  ...(['composer', 'composer-vendor', 'php-composer', 'packagist'] as const).map((name) => [name, 'composer'] as const),
  ...(['rustbinary', 'rust-binary', 'rust-crate', 'cargo'] as const).map((name) => [name, 'cargo'] as const),
  ...(['nuget', 'dotnet-core', 'dotnet', 'packages-props'] as const).map((name) => [name, 'nuget'] as const),
]);

/** `generic` for what is none of ours; a release behind the name (`debian:12`) does not count. A purl's type counts more than a scanner's word. */
export function kindFrom(word: unknown, purl?: unknown): PackageKind {
  const type = typeof purl === 'string' ? /^pkg:([\w.+-]+)\//.exec(purl)?.[1]?.toLowerCase() : undefined;
  const name = type ?? (typeof word === 'string' ? word.toLowerCase().replace(/:.*$/, '') : '');
  return kinds.get(name) ?? 'generic';
}
