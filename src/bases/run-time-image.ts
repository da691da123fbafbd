import { familiarName } from '../core/image-reference.ts';
import { type BaseImage, baseImage } from './base-image.ts';
import { javaRunTime } from './java-images.ts';
import { compareReleases, laterCodename, releasesOf } from './releases.ts';
import { readTag, withoutMirror } from './tag.ts';

/** The image that runs what another one builds. */
export interface RunTimeImage {
  readonly reference: string;
  /** What it lacks beside the other, for a question. */
  readonly lacks: string;
}

/**
 * The image on which a program runs that is built on `builder`: the same language, release, distribution and libc without what only
 * a build needs. A compiled program (Go, Rust, C) gets the bare distribution. Undefined where the tag does not tell enough, or the image
 * is one to run on already.
 */
export function runTimeImage(builder: string): RunTimeImage | undefined {
  const image = baseImage(builder);
  const name = image.reference && withoutMirror(familiarName(image.reference));
  if (image.reference === undefined || name === undefined || image.distribution === 'windows') return undefined;
  const tag = image.reference.tag ?? 'latest';
  switch (name) {
    case 'node':
    case 'python':
    case 'ruby':
      return slimImage(image);
    case 'golang':
    case 'rust':
    case 'gcc':
    case 'buildpack-deps':
      return bareDistribution(image);
    case 'maven':
    case 'gradle':
    case 'openjdk':
    case 'java':
    case 'eclipse-temurin':
    case 'amazoncorretto':
    case 'ibm-semeru-runtimes':
    case 'azul/zulu-openjdk':
    case 'azul/zulu-openjdk-debian':
    case 'azul/zulu-openjdk-alpine':
    case 'bellsoft/liberica-openjdk-debian':
    case 'bellsoft/liberica-openjdk-alpine':
      return javaRunTime(name, tag);
    case 'mcr.microsoft.com/dotnet/sdk':
      return dotnetRunTime(image, tag);
    default:
      return undefined;
  }
}

/** Where nothing of the operating system is needed: certificates and time zones are in it, a shell and a package manager are not. */
export const staticImage = 'gcr.io/distroless/static-debian12';

function slimImage({ lighter }: BaseImage): RunTimeImage | undefined {
  const slim = lighter.find(({ sameLibc }) => sameLibc);
  return slim && { reference: slim.reference, lacks: slim.lacks };
}

/**
 * The distribution that a compiler's image stands on. A newer release than the builder's runs the program too, an older one may not:
 * where the tag names none, the one that the release of the compiler came with, or the oldest that is still supported.
 */
function bareDistribution(image: BaseImage): RunTimeImage | undefined {
  const lacks = 'the compiler, its sources and all build tools';
  if (image.distribution === 'alpine') {
    const kept = releasesOf('alpine')?.kept ?? [];
    const written = image.distributionVersion;
    const version =
      written === undefined ? kept.at(-1) : (kept.find((each) => compareReleases(each, written) >= 0) ?? written);
    return { reference: `alpine:${version}`, lacks };
  }
  if (image.distribution !== 'debian') return undefined;
  const codename = image.codename ?? cameWith(image);
  return { reference: `debian:${laterCodename(['bookworm', 'trixie'], codename) ?? 'trixie'}-slim`, lacks };
}

function cameWith({ runtime }: BaseImage): string {
  const since = runtime?.name === 'go' ? '1.25' : '1.89';
  return runtime?.version !== undefined && compareReleases(runtime.version, since) < 0 && runtime.version.includes('.')
    ? 'bookworm'
    : 'trixie';
}

function dotnetRunTime({ reference }: BaseImage, tag: string): RunTimeImage | undefined {
  const { version } = readTag(tag);
  if (reference === undefined || version === undefined) return undefined;
  return {
    reference: `mcr.microsoft.com/dotnet/aspnet:${tag}`,
    lacks: 'the SDK with its compiler',
  };
}
