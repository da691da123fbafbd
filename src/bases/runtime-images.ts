import type { BaseImage, Distribution, LighterImage } from './base-image.ts';
import { type KnownPart, usersOf } from './distribution-images.ts';
import { codenameOf, codenames } from './distributions.ts';
import { endOfLife } from './end-of-life.ts';
import { type OfficialImage, officialImages } from './official-images.ts';
import { readTag, type TagParts } from './tag.ts';

/** One of Docker's official language, server and database images, by its name and tag. */
export function officialImage(name: string, tag: string | undefined): KnownPart | undefined {
  const known = Object.hasOwn(officialImages, name) ? officialImages[name] : undefined;
  if (!known) return undefined;
  const parts = readTag(tag);
  const place = placeOf(name, known, parts);
  const version = releaseOf(name, parts);
  return {
    ...place,
    toolchain: toolchainOf(name, known, parts, place.distribution),
    runtime: known.runtime === undefined ? undefined : { name: runtimeOf(known.runtime, parts), version },
    variant: parts.windows ? 'windows' : parts.alpine !== undefined ? 'alpine' : parts.slim ? 'slim' : undefined,
    user: known.user === 'unknown' ? undefined : (known.user ?? (place.distribution === 'windows' ? undefined : '0')),
    users:
      place.distribution === 'windows' ? [] : [...usersOf(place.distribution), ...ownUsers(known, place.distribution)],
    endOfLife: [
      known.product === undefined ? undefined : endOfLife(known.product, version),
      distributionEnd(place),
    ].filter((each) => each !== undefined),
    lighter: lighterImages(name, known, parts, place.distribution),
  };
}

interface Place {
  readonly distribution: Distribution;
  readonly distributionVersion: string | undefined;
  readonly codename: string | undefined;
  readonly packageManager?: BaseImage['packageManager'];
}

function placeOf(name: string, known: OfficialImage, tag: TagParts): Place {
  if (tag.windows) return { distribution: 'windows', distributionVersion: undefined, codename: undefined };
  if (tag.alpine !== undefined)
    return { distribution: 'alpine', distributionVersion: tag.alpine || undefined, codename: undefined };
  if (tag.codename !== undefined) {
    const [distribution, version] = codenames[tag.codename] ?? ['unknown' as const, undefined];
    return { distribution, distributionVersion: version, codename: tag.codename };
  }
  return taggedPlace(tag) ?? untaggedPlace(name, known, tag);
}

/** Tags that name another distribution: `8-oraclelinux8`, `21-ubi9-minimal`, `3.9-amazoncorretto-17-debian`. */
function taggedPlace(tag: TagParts): Place | undefined {
  for (const part of tag.parts) {
    const ubi = /^ubi(\d*)$/.exec(part);
    if (ubi) {
      const packageManager = tag.parts.includes('minimal') ? 'microdnf' : 'dnf';
      return { distribution: 'rhel', distributionVersion: ubi[1] || undefined, codename: undefined, packageManager };
    }
    const oracle = /^oracle(?:linux)?(\d*)$/.exec(part);
    if (oracle)
      return {
        distribution: 'oraclelinux',
        distributionVersion: oracle[1] || undefined,
        codename: undefined,
        packageManager: 'microdnf',
      };
    const amazon = /^al(2|2023)$/.exec(part);
    if (amazon)
      return {
        distribution: 'amazonlinux',
        distributionVersion: amazon[1],
        codename: undefined,
        packageManager: amazon[1] === '2' ? 'yum' : 'dnf',
      };
    if (part === 'corretto')
      return {
        distribution: 'amazonlinux',
        distributionVersion: undefined,
        codename: undefined,
        packageManager: 'unknown',
      };
    if (part === 'debian') return { distribution: 'debian', distributionVersion: undefined, codename: undefined };
    const centos = /^centos(\d+)$/.exec(part);
    if (centos) return { distribution: 'centos', distributionVersion: centos[1], codename: undefined };
  }
  return undefined;
}

function untaggedPlace(name: string, known: OfficialImage, tag: TagParts): Place {
  const place = (distribution: Distribution): Place => ({
    distribution,
    distributionVersion: undefined,
    codename: undefined,
  });
  if (name === 'openjdk') {
    const major = Number.parseInt(tag.version ?? '', 10);
    if (Number.isNaN(major)) return place('unknown');
    // From Java 12 on the full image stands on Oracle Linux, the slim one on Debian as before.
    if (major < 12 || tag.slim) return place('debian');
    return { ...place('oraclelinux'), packageManager: major >= 17 ? 'microdnf' : 'unknown' };
  }
  if (name === 'maven') return place(mavenBase(tag));
  if (name === 'amazoncorretto') return { ...place('amazonlinux'), packageManager: 'unknown' };
  if (name === 'buildpack-deps' && /^\d\d\.\d\d$/.test(tag.version ?? ''))
    return {
      distribution: 'ubuntu',
      distributionVersion: tag.version,
      codename: codenameOf('ubuntu', tag.version ?? ''),
    };
  if (name === 'wordpress' && tag.parts[0] === 'cli') return place('alpine');
  return place(known.base);
}

function mavenBase(tag: TagParts): Distribution {
  if (tag.parts.includes('temurin')) return 'ubuntu';
  if (tag.parts.includes('amazoncorretto')) return 'amazonlinux';
  return 'unknown';
}

/** `22` of node:22.3.0-slim; Java's `8u292` is 8, `jdk-11` is 11. */
function releaseOf(name: string, tag: TagParts): string | undefined {
  const version = tag.version ?? (name === 'openjdk' || name === 'eclipse-temurin' ? undefined : nodeName(name, tag));
  return version?.replace(/u\d.*$/, '').replace(/_.*$/, '');
}

/** The release that the first part of a tag names: `22.3.0` of node:22.3.0-slim, 22 of node:jod. Undefined for no version. */
export function releaseName(name: string, part: string): string | undefined {
  if (/^v?\d/.test(part)) return releaseOf(name, readTag(part));
  return nodeName(name, readTag(part));
}

/** Node.js release lines have names: `node:hydrogen` is 18. https://github.com/nodejs/Release/blob/main/CODENAMES.md */
const nodeNames: Readonly<Record<string, string>> = {
  argon: '4',
  boron: '6',
  carbon: '8',
  dubnium: '10',
  erbium: '12',
  fermium: '14',
  gallium: '16',
  hydrogen: '18',
  iron: '20',
  jod: '22',
  krypton: '24',
};

function nodeName(name: string, tag: TagParts): string | undefined {
  const first = tag.parts[0] ?? '';
  return name === 'node' && Object.hasOwn(nodeNames, first) ? nodeNames[first] : undefined;
}

function runtimeOf(runtime: string, tag: TagParts): string {
  return runtime === 'java' && tag.parts.includes('jre') ? 'java-runtime' : runtime;
}

function toolchainOf(
  name: string,
  known: OfficialImage,
  tag: TagParts,
  distribution: Distribution,
): BaseImage['toolchain'] {
  if (distribution === 'windows') return 'unknown';
  if (name === 'buildpack-deps') return !tag.parts.includes('curl') && !tag.parts.includes('scm');
  const [whole, slim, alpine] = known.toolchain;
  if (tag.alpine !== undefined) return alpine;
  return tag.slim ? slim : whole;
}

function ownUsers(known: OfficialImage, distribution: Distribution): BaseImage['users'] {
  const common = new Set(usersOf(distribution).map((user) => user.name));
  return (known.users ?? [])
    .filter(([name]) => !common.has(name))
    .map(([name, debian, alpine]) => ({ name, uid: distribution === 'alpine' ? alpine : debian }));
}

function distributionEnd(place: Place): BaseImage['endOfLife'][number] | undefined {
  const products: Partial<Record<Distribution, string>> = {
    debian: 'Debian',
    ubuntu: 'Ubuntu',
    alpine: 'Alpine Linux',
  };
  const product = products[place.distribution];
  const found = product === undefined ? undefined : endOfLife(product, place.distributionVersion);
  if (!found || place.codename !== undefined) return found;
  const codename =
    place.distributionVersion === undefined ? undefined : codenameOf(place.distribution, place.distributionVersion);
  return codename === undefined ? found : { ...found, product: `${found.product} (${codename})` };
}

/** The smaller variants of the same version, that are known to exist for every supported version. */
function lighterImages(
  name: string,
  known: OfficialImage,
  parts: TagParts,
  distribution: Distribution,
): LighterImage[] {
  if (parts.alpine !== undefined || parts.windows || !['debian', 'ubuntu'].includes(distribution)) return [];
  const found: LighterImage[] = [];
  // Anything else in the tag (fpm, apache, jdk, management) decides what the image holds: it must stay.
  const rest = parts.parts.filter(
    (part) => part !== 'slim' && part !== parts.codename && !(part === 'latest' && parts.parts.length === 1),
  );
  const variant = rest.filter((part) => part !== parts.version);
  if (known.slim !== undefined && !parts.slim && variant.length < 2 && variant.every(isReleaseName)) {
    const kind =
      parts.codename === undefined
        ? ['slim']
        : known.slim === 'after-codename'
          ? [parts.codename, 'slim']
          : ['slim', parts.codename];
    found.push({
      reference: `${name}:${[...rest, ...kind].join('-')}`,
      sameLibc: true,
      lacks: 'compilers, headers, git, curl and other tools of the full image',
    });
  }
  if (known.alpine && alpineKeeps(name, variant) && (rest.length > 0 || name !== 'eclipse-temurin'))
    found.push({
      reference: `${name}:${[...rest, 'alpine'].join('-')}`,
      sameLibc: false,
      lacks: 'glibc: native modules and binaries compiled against it do not run',
    });
  return found;
}

function isReleaseName(part: string): boolean {
  return ['lts', 'current', 'stable', 'mainline', 'rc', ...Object.keys(nodeNames)].includes(part);
}

/** Whether the same tag with `-alpine` is published for these parts. */
function alpineKeeps(name: string, variant: readonly string[]): boolean {
  const kept: Readonly<Record<string, readonly string[]>> = {
    php: ['cli', 'fpm', 'zts'],
    'eclipse-temurin': ['jdk', 'jre'],
    rabbitmq: ['management'],
  };
  if (variant.filter(isReleaseName).length > 1) return false;
  return variant.every((part) => isReleaseName(part) || (kept[name] ?? []).includes(part));
}
