import type { OperatingSystem } from './installed-package.ts';
import { lines } from './internal/stanzas.ts';

/** Files that say what distribution a file system is, the one that says most first. All are small: no more than 64 KiB of each is read. */
export const operatingSystemFiles = [
  'etc/os-release',
  'usr/lib/os-release',
  'etc/lsb-release',
  'etc/alpine-release',
  'etc/redhat-release',
  'etc/system-release',
  'etc/debian_version',
] as const;

/**
 * What distribution a file system is, by the texts of {@link operatingSystemFiles} that it has; undefined where none tells.
 * `etc/os-release` is a link in most images: whoever reads it follows it or leaves it out, `usr/lib/os-release` says the same.
 */
export function readOperatingSystem(texts: ReadonlyMap<string, string>): OperatingSystem | undefined {
  const text = (path: (typeof operatingSystemFiles)[number]): string | undefined => texts.get(path)?.slice(0, 65_536);
  const release = osRelease(text('etc/os-release') ?? '') ?? osRelease(text('usr/lib/os-release') ?? '');
  if (release) return withPointRelease(release, text('etc/debian_version'));
  return (
    lsbRelease(text('etc/lsb-release')) ??
    alpine(text('etc/alpine-release')) ??
    redHat(text('etc/redhat-release') ?? text('etc/system-release')) ??
    debian(text('etc/debian_version'))
  );
}

/** https://www.freedesktop.org/software/systemd/man/latest/os-release.html */
function osRelease(text: string): OperatingSystem | undefined {
  const fields = assignments(text);
  const id = fields.get('ID')?.toLowerCase();
  if (!id) return undefined;
  const [versionId, codename, prettyName] = [
    fields.get('VERSION_ID'),
    fields.get('VERSION_CODENAME'),
    fields.get('PRETTY_NAME'),
  ];
  return {
    id,
    idLike: (fields.get('ID_LIKE') ?? '').toLowerCase().split(/\s+/).filter(Boolean),
    ...(versionId && { versionId }),
    ...(codename && { codename }),
    ...(prettyName && { prettyName }),
  };
}

/** `VERSION_ID` of Debian is the release only; a name without a number (testing) stays absent. */
function withPointRelease(release: OperatingSystem, version: string | undefined): OperatingSystem {
  if (release.id !== 'debian' || release.versionId !== undefined) return release;
  const number = /^\d+(?:\.\d+)?/.exec(version?.trim() ?? '')?.[0];
  return number === undefined ? release : { ...release, versionId: number };
}

function lsbRelease(text: string | undefined): OperatingSystem | undefined {
  const fields = assignments(text ?? '');
  const id = fields.get('DISTRIB_ID')?.toLowerCase();
  if (!id) return undefined;
  const [versionId, codename, prettyName] = [
    fields.get('DISTRIB_RELEASE'),
    fields.get('DISTRIB_CODENAME'),
    fields.get('DISTRIB_DESCRIPTION'),
  ];
  return {
    id,
    idLike: [],
    ...(versionId && { versionId }),
    ...(codename && { codename }),
    ...(prettyName && { prettyName }),
  };
}

function alpine(text: string | undefined): OperatingSystem | undefined {
  const versionId = /^\d[\w.]{0,40}/.exec(text?.trim() ?? '')?.[0];
  return versionId === undefined ? undefined : { id: 'alpine', idLike: [], versionId };
}

/** `CentOS Linux release 7.9.2009 (Core)`, `Red Hat Enterprise Linux release 8.9 (Ootpa)`. */
function redHat(text: string | undefined): OperatingSystem | undefined {
  const line = text?.split('\n', 1)[0]?.trim().slice(0, 200) ?? '';
  const release = / release (\d[\w.]{0,40})/.exec(line);
  if (!release) return undefined;
  const name = line.slice(0, release.index).toLowerCase();
  const known = redHatNames.find(([words]) => name.startsWith(words));
  if (!known) return undefined;
  return {
    id: known[1],
    idLike: ['rhel', 'fedora'].filter((like) => like !== known[1]),
    versionId: release[1] ?? '',
    prettyName: line,
  };
}

const redHatNames: readonly (readonly [words: string, id: string])[] = [
  ['red hat enterprise linux', 'rhel'],
  ['centos', 'centos'],
  ['fedora', 'fedora'],
  ['rocky linux', 'rocky'],
  ['almalinux', 'almalinux'],
  ['oracle linux', 'ol'],
  ['amazon linux', 'amzn'],
];

function debian(text: string | undefined): OperatingSystem | undefined {
  const version = text?.trim();
  if (!version) return undefined;
  const versionId = /^\d+/.exec(version)?.[0];
  const codename = /^([a-z]+)(?:\/sid)?$/.exec(version)?.[1];
  if (versionId === undefined && codename === undefined) return undefined;
  return { id: 'debian', idLike: [], ...(versionId && { versionId }), ...(codename && { codename }) };
}

/** `NAME=value` as a shell would take it: quotes and backslashes taken off. */
function assignments(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of lines(text)) {
    const assignment = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(line.trim());
    if (!assignment) continue;
    const [, name = '', value = ''] = assignment;
    const quoted = /^(["'])(.*)\1$/.exec(value);
    fields.set(name, (quoted?.[2] ?? value).replace(/\\(.)/g, '$1').slice(0, 300));
  }
  return fields;
}
