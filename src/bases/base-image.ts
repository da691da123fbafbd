import { familiarName, type ImageReference, parseImageReference } from '../core/image-reference.ts';
import { communityImage } from './community-images.ts';
import { deprecation } from './deprecated-images.ts';
import { distributionImage, type KnownPart } from './distribution-images.ts';
import { distributionTraits } from './distributions.ts';
import { dockerfileImage } from './dockerfile-project.ts';
import { registryImage } from './registry-images.ts';
import { officialImage } from './runtime-images.ts';
import { withoutMirror } from './tag.ts';

/** `unknown` is said wherever nothing is known for certain. */
export type Distribution =
  | 'debian'
  | 'ubuntu'
  | 'alpine'
  | 'rhel'
  | 'centos'
  | 'fedora'
  | 'rocky'
  | 'almalinux'
  | 'oraclelinux'
  | 'amazonlinux'
  | 'opensuse'
  | 'sles'
  | 'arch'
  | 'photon'
  | 'azurelinux'
  | 'wolfi'
  | 'distroless'
  | 'busybox'
  | 'scratch'
  | 'windows'
  | 'unknown';

export type Libc = 'glibc' | 'musl' | 'none' | 'windows' | 'unknown';

export type PackageManager =
  | 'apt'
  | 'apk'
  | 'dnf'
  | 'yum'
  | 'microdnf'
  | 'tdnf'
  | 'zypper'
  | 'pacman'
  | 'none'
  | 'unknown';

/** A smaller image that does the same, on the same libc or another. */
export interface LighterImage {
  readonly reference: string;
  readonly sameLibc: boolean;
  /** What the program can no longer count on. */
  readonly lacks: string;
}

export interface EndOfLife {
  /** `Debian 10 (buster)`, `Node.js 16`. */
  readonly product: string;
  /** The last day with security support, YYYY-MM-DD. */
  readonly date: string;
}

/** What is known of a base image by its reference alone. Nothing is guessed: `unknown` or undefined means not known. */
export interface BaseImage {
  /** Undefined when the text is no reference. */
  readonly reference: ImageReference | undefined;
  readonly distribution: Distribution;
  /** `12`, `22.04`, `3.19`. */
  readonly distributionVersion: string | undefined;
  /** `bookworm`, `jammy`. */
  readonly codename: string | undefined;
  readonly libc: Libc;
  /** The program that the default `/bin/sh -c` finds: `dash`, `bash`, `busybox`; `none` when there is no shell. */
  readonly shell: 'dash' | 'bash' | 'busybox' | 'powershell' | 'cmd' | 'none' | 'unknown';
  readonly packageManager: PackageManager;
  /** Whether a C compiler and make are in it. */
  readonly toolchain: boolean | 'unknown';
  /** What the image is for: `node`, `python`, `go`, `java`, `java-runtime` …; undefined for a bare distribution. */
  readonly runtime: { readonly name: string; readonly version: string | undefined } | undefined;
  /** The `slim`, `alpine` … kind of the official images; undefined for the full one or where there is none. */
  readonly variant: string | undefined;
  /** User that a container runs as; '0' is root. Undefined when not known. */
  readonly user: string | undefined;
  /** Non-root users that exist and can be named in USER. */
  readonly users: readonly { readonly name: string; readonly uid: number }[];
  readonly lighter: readonly LighterImage[];
  readonly endOfLife: readonly EndOfLife[];
  /** Why the image or its registry should no longer be used, and what instead. */
  readonly deprecated: { readonly reason: string; readonly instead: string | undefined } | undefined;
}

const nothing: Omit<BaseImage, 'reference' | 'distribution' | 'libc' | 'shell' | 'packageManager' | 'deprecated'> = {
  distributionVersion: undefined,
  codename: undefined,
  toolchain: 'unknown',
  runtime: undefined,
  variant: undefined,
  user: undefined,
  users: [],
  lighter: [],
  endOfLife: [],
};

/**
 * What is known of an image by its reference, `node:20-slim` or `scratch`. A reference that still holds a variable, a digest
 * without tag, or a repository that is not in the tables is `unknown` in all that they would decide.
 */
export function baseImage(text: string): BaseImage {
  let image = kept.get(text);
  if (image === undefined) {
    image = readBaseImage(text);
    if (kept.size < mostKept) kept.set(text, image);
  }
  return image;
}

/** Thousands of files stand on a few hundred images. */
const kept = new Map<string, BaseImage>();
const mostKept = 2000;

function readBaseImage(text: string): BaseImage {
  if (text.toLowerCase() === 'scratch')
    return {
      ...nothing,
      ...distributionTraits.scratch,
      reference: undefined,
      distribution: 'scratch',
      toolchain: false,
      user: '0',
      deprecated: undefined,
    };
  const reference = parseImageReference(text);
  if (!reference)
    return { ...nothing, ...distributionTraits.unknown, reference, distribution: 'unknown', deprecated: undefined };
  const name = withoutMirror(familiarName(reference));
  // A digest alone may be any version of the image.
  const tag = reference.tag ?? (reference.digest === undefined ? 'latest' : undefined);
  const known = knownPart(name, tag);
  const deprecated = deprecation(name, tag);
  if (!known) return { ...nothing, ...distributionTraits.unknown, reference, distribution: 'unknown', deprecated };
  return { ...nothing, ...distributionTraits[known.distribution], ...known, reference, deprecated };
}

function knownPart(name: string, tag: string | undefined): KnownPart | undefined {
  if (tag === undefined) return undefined;
  return (
    distributionImage(name, tag) ??
    officialImage(name, tag) ??
    registryImage(name, tag) ??
    communityImage(name, tag) ??
    dockerfileImage(name, tag)
  );
}
