import { addDays } from '../core/day.ts';
import { familiarName, type ImageReference, nameAsWritten, parseImageReference } from '../core/image-reference.ts';
import { baseImage } from './base-image.ts';
import { codenames } from './distributions.ts';
import { officialThen } from './dockerfile-project.ts';
import { endOfLife } from './end-of-life.ts';
import { officialImages } from './official-images.ts';
import { compareReleases, laterCodename, releasesOf } from './releases.ts';
import { releaseName } from './runtime-images.ts';
import { withoutMirror } from './tag.ts';

/** The image that takes an older one's place, and what changes with it. */
export interface Successor {
  readonly reference: string;
  readonly changes: readonly ReleaseChange[];
}

/** One thing that is another one on the new image: a release of a language or distribution, or the publisher. */
export interface ReleaseChange {
  /** As the tables of end-of-life dates name it: `Python`, `Debian`; of an image under another name, that name. */
  readonly product: string;
  readonly from: string;
  readonly to: string;
}

/** A release is moved to only when it has at least this many days of support left: else the next move comes at once. */
const daysWanted = 180;

/** Products of images that are a distribution and nothing else. */
const distributionProducts: Readonly<Record<string, string>> = {
  alpine: 'Alpine Linux',
  ubuntu: 'Ubuntu',
  debian: 'Debian',
  fedora: 'Fedora',
  almalinux: 'AlmaLinux',
  oraclelinux: 'Oracle Linux',
  amazonlinux: 'Amazon Linux',
  'opensuse/leap': 'openSUSE Leap',
  centos: 'CentOS',
};

/** Words of a tag that mean the same for every release. */
const keptParts = /^(?:slim|apache|fpm|cli|zts|management|jdk|jre|headless|debian|minimal|alpine)$/;

/**
 * The nearest image that is published and supported on a day and for half a year after it: the same variant of the next release
 * that is. Undefined where the reference is fine, or where no such image is known.
 */
export function successorOf(text: string, today: string): Successor | undefined {
  const key = `${today} ${text}`;
  if (kept.has(key)) return kept.get(key);
  const successor = findSuccessor(text, today);
  if (kept.size < mostKept) kept.set(key, successor);
  return successor;
}

/** Thousands of files stand on a few hundred images, and several rules ask. */
const kept = new Map<string, Successor | undefined>();
const mostKept = 2000;

function findSuccessor(text: string, today: string): Successor | undefined {
  const reference = parseImageReference(text);
  if (reference === undefined || reference.digest !== undefined) return undefined;
  const renamed = renamedImage(reference);
  const moved = movedRelease(renamed?.reference ?? text, addDays(today, daysWanted));
  if (renamed === undefined && moved === undefined) return undefined;
  const successor = {
    reference: moved?.reference ?? renamed?.reference ?? text,
    changes: [...(renamed?.changes ?? []), ...(moved?.changes ?? [])],
  };
  return successor.reference !== text && isSupported(successor.reference, today) ? successor : undefined;
}

/** Known, not given up, and not at its end within the days that a rule would speak of. */
function isSupported(reference: string, today: string): boolean {
  const image = baseImage(reference);
  return image.deprecated === undefined && image.endOfLife.every(({ date }) => date >= addDays(today, daysWanted));
}

function movedRelease(text: string, until: string): Successor | undefined {
  const reference = parseImageReference(text);
  if (reference?.tag === undefined) return undefined;
  const name = withoutMirror(familiarName(reference));
  const releases = releasesOf(name);
  if (releases === undefined) return undefined;
  const changes: ReleaseChange[] = [];
  const parts: string[] = [];
  for (const [at, part] of reference.tag.split('-').entries()) {
    const next =
      at === 0 ? (movedVersion(name, part, until) ?? movedSystem(name, part, until)) : movedSystem(name, part, until);
    if (next === undefined && !(at === 0 && /^[\dv]/.test(part)) && !keptParts.test(part) && !isKnownSystem(name, part))
      return undefined;
    parts.push(next?.to ?? part);
    if (next !== undefined) changes.push(next.change);
  }
  if (changes.length === 0) return undefined;
  return { reference: `${nameAsWritten(reference)}:${parts.join('-')}`, changes };
}

interface MovedPart {
  readonly to: string;
  readonly change: ReleaseChange;
}

/** The first part of a tag, when it names a release of the image's product that has ended or is about to. */
function movedVersion(name: string, part: string, until: string): MovedPart | undefined {
  const product = productOf(name);
  const release = releaseName(name, part) ?? distributionRelease(name, part);
  if (product === undefined || release === undefined) return undefined;
  const ends = endOfLife(product, release);
  if (ends === undefined || ends.date >= until) return undefined;
  const next = releasesOf(name)?.kept.find(
    (each) => compareReleases(each, release) > 0 && (endOfLife(product, each)?.date ?? until) >= until,
  );
  if (next === undefined) return undefined;
  const codename =
    codenames[part] && Object.entries(codenames).find(([, [owner, number]]) => owner === name && number === next);
  return { to: codename?.[0] ?? next, change: { product, from: ends.product.slice(product.length + 1), to: next } };
}

/** `stretch` of node:8-stretch, `alpine3.7` of golang:1.10-alpine3.7, when that distribution's release has ended or is about to. */
function movedSystem(name: string, part: string, until: string): MovedPart | undefined {
  const releases = releasesOf(name);
  const known = codenames[part];
  if (known !== undefined) {
    const product = known[0] === 'debian' ? 'Debian' : 'Ubuntu';
    const ends = endOfLife(product, known[1]);
    if (ends === undefined || ends.date >= until) return undefined;
    const to = laterCodename(releases?.codenames ?? [], part);
    return to === undefined || to === part ? undefined : { to, change: { product, from: part, to } };
  }
  const alpine = /^alpine(\d[\d.]*)$/.exec(part)?.[1];
  if (alpine === undefined) return undefined;
  const ends = endOfLife('Alpine Linux', alpine);
  const to = releases?.alpine?.[0];
  if (ends === undefined || ends.date >= until || to === undefined) return undefined;
  return { to: `alpine${to}`, change: { product: 'Alpine Linux', from: alpine, to } };
}

function isKnownSystem(name: string, part: string): boolean {
  const releases = releasesOf(name);
  return (
    (releases?.codenames?.includes(part) ?? false) || (releases?.alpine?.includes(part.replace(/^alpine/, '')) ?? false)
  );
}

/** The product, as the tables of end-of-life dates name it, whose version the tags of an image begin with; `name` as `familiarName` gives it. */
export function productOf(name: string): string | undefined {
  if (Object.hasOwn(distributionProducts, name)) return distributionProducts[name];
  if (name.startsWith('mcr.microsoft.com/dotnet/')) return '.NET';
  return Object.hasOwn(officialImages, name) ? officialImages[name]?.product : undefined;
}

/** The version that a tag of a bare distribution names, by number or codename. */
function distributionRelease(name: string, part: string): string | undefined {
  if (!Object.hasOwn(distributionProducts, name)) return undefined;
  return codenames[part]?.[0] === name ? codenames[part]?.[1] : undefined;
}

/** Repositories and tags that have been given up, with what took their place. */
function renamedImage(reference: ImageReference): Successor | undefined {
  const name = withoutMirror(familiarName(reference));
  const tag = reference.tag ?? 'latest';
  switch (name) {
    case 'openjdk':
    case 'java':
    case 'adoptopenjdk':
      return javaImage(name, tag);
    case 'centos':
      return centosImage(tag);
    case 'opensuse':
      return tag === 'latest' || /^(?:leap|42|15)/.test(tag)
        ? renamed('openSUSE', tag, 'opensuse/leap', '16.0')
        : undefined;
    case 'iojs':
      return renamed('Node.js', 'io.js', 'node', '24');
    case 'jenkins':
      return renamed('Jenkins', tag, 'jenkins/jenkins', 'lts');
    case 'microsoft/dotnet':
    case 'microsoft/aspnetcore':
    case 'microsoft/aspnetcore-build':
    case 'mcr.microsoft.com/dotnet/core/sdk':
    case 'mcr.microsoft.com/dotnet/core/aspnet':
    case 'mcr.microsoft.com/dotnet/core/runtime':
      return dotnetImage(name, tag);
    default:
      return officialInstead(name, tag);
  }
}

/** An image of the project Dockerfile: what the official image of that time moves to. */
function officialInstead(name: string, tag: string): Successor | undefined {
  const then = officialThen(name, tag);
  if (then === undefined) return undefined;
  const reference = parseImageReference(then);
  const next = reference && renamedImage(reference);
  const to = next?.reference ?? then;
  return {
    reference: to,
    changes: [
      { product: 'publisher', from: name, to: to.split(':', 1)[0] ?? to },
      ...(next?.changes ?? []).filter(({ product }) => product !== 'publisher'),
    ],
  };
}

function renamed(product: string, from: string, name: string, tag: string): Successor {
  return { reference: `${name}:${tag}`, changes: [{ product, from, to: `${name}:${tag}` }] };
}

/** `8u131-jdk-alpine`, `openjdk-8-jre`, `11-slim`, `jre-alpine`: the release, jdk or jre, and whether Alpine. */
function javaImage(name: string, tag: string): Successor | undefined {
  if (/windows|nanoserver|oracle|-ea\b/.test(tag)) return undefined;
  const written = /^(?:openjdk-)?(\d+)/.exec(tag)?.[1];
  const release = javaRelease(written ?? '8');
  if (release === undefined) return undefined;
  const kind = /(?:^|-)jre(?:$|-)/.test(tag) ? 'jre' : 'jdk';
  const to = `eclipse-temurin:${release}-${kind}${tag.includes('alpine') ? '-alpine' : ''}`;
  return {
    reference: to,
    changes: [
      { product: 'publisher', from: name, to: 'eclipse-temurin' },
      ...(written === release ? [] : [{ product: 'Java', from: written ?? 'latest', to: release }]),
    ],
  };
}

/** The release itself where it is kept up for long, else the next one that is. */
function javaRelease(written: string): string | undefined {
  return releasesOf('eclipse-temurin')?.kept.find((each) => Number(each) >= Number(written));
}

/** AlmaLinux is built from the same sources, and 8 is the release that is nearest to CentOS 6, 7 and 8. */
function centosImage(tag: string): Successor | undefined {
  const release = /^(?:centos)?(\d+)/.exec(tag)?.[1] ?? (tag === 'latest' ? '8' : undefined);
  return release === undefined ? undefined : renamed('CentOS', release, 'almalinux', '8');
}

function dotnetImage(name: string, tag: string): Successor | undefined {
  if (/nanoserver|windows/.test(tag)) return undefined;
  const version = /^\d+\.\d+/.exec(tag)?.[0];
  const kind =
    name.endsWith('aspnetcore') || /aspnetcore-runtime/.test(tag) || name.endsWith('aspnet')
      ? 'aspnet'
      : /(?:^|-)runtime-deps/.test(tag)
        ? 'runtime-deps'
        : /(?:^|-)runtime/.test(tag) || name.endsWith('runtime')
          ? 'runtime'
          : 'sdk';
  if (version === undefined) return undefined;
  const alpine = tag.includes('alpine') ? '-alpine' : '';
  return renamed('.NET', version, `mcr.microsoft.com/dotnet/${kind}`, `10.0${alpine}`);
}
