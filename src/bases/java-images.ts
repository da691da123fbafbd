import { releasesOf } from './releases.ts';
import type { RunTimeImage } from './run-time-image.ts';

const lacks = 'the compiler and tools of the JDK, Maven or Gradle, git';

/**
 * The run-time environment of the same release and publisher as a JDK, or as the one that an image of Maven or Gradle stands on. Undefined where that
 * publisher has none: Corretto 11 and later on Alpine, Microsoft, SapMachine, GraalVM.
 */
export function javaRunTime(name: string, tag: string): RunTimeImage | undefined {
  if (/(?:^|-)(?:jre|headless|headful)|windows|nanoserver/.test(tag)) return undefined;
  switch (name) {
    case 'amazoncorretto':
      return corretto(tag);
    case 'ibm-semeru-runtimes':
      return semeru(tag);
    case 'azul/zulu-openjdk':
    case 'azul/zulu-openjdk-debian':
    case 'azul/zulu-openjdk-alpine':
      return /^\d+(?:\.\d+)*$/.test(tag) && isKept(tag) ? { reference: `${name}:${tag}-jre`, lacks } : undefined;
    case 'bellsoft/liberica-openjdk-debian':
    case 'bellsoft/liberica-openjdk-alpine':
      return /^\d+(?:\.\d+)*$/.test(tag) && isKept(tag)
        ? { reference: `${name.replace('openjdk', 'openjre')}:${tag}`, lacks }
        : undefined;
    case 'maven':
    case 'gradle':
      return ofBuilder(tag);
    default:
      return temurin(tag);
  }
}

/** `3.9-amazoncorretto-17`, `3-ibm-semeru-21-noble`, `3.9-azulzulu-21`; else Temurin's, or the publisher is another one. */
function ofBuilder(tag: string): RunTimeImage | undefined {
  const other =
    /(?:^|-)(amazoncorretto|corretto|ibm-semeru|azulzulu|libericaopenjdk|sapmachine|microsoft-openjdk|graalvm)\b/.exec(
      tag,
    );
  const release = /(?:amazoncorretto|ibm-semeru|azulzulu)-(\d+)(?:-(?:noble|jammy|alpine|al2023|debian))?$/.exec(
    tag,
  )?.[1];
  if (other === null) return temurin(tag);
  if (release === undefined || tag.includes('alpine') || tag.endsWith('-debian')) return undefined;
  switch (other[1]) {
    case 'amazoncorretto':
      return corretto(release);
    case 'ibm-semeru':
      return semeru(`open-${release}-jdk`);
    case 'azulzulu':
      return isKept(release) ? { reference: `azul/zulu-openjdk:${release}-jre`, lacks } : undefined;
    default:
      return undefined;
  }
}

/** https://github.com/docker-library/repo-info/tree/master/repos/amazoncorretto */
function corretto(tag: string): RunTimeImage | undefined {
  const [, release = '', system] = /^(\d+)(?:-(al2023|al2|alpine[\d.]*))?(?:-(?:jdk|full))?$/.exec(tag) ?? [];
  if (!isKept(release)) return undefined;
  if (system?.startsWith('alpine'))
    return release === '8' ? { reference: `amazoncorretto:8-${system}-jre`, lacks } : undefined;
  return release === '8'
    ? undefined
    : {
        reference: `amazoncorretto:${release}-al2023-headless`,
        lacks: `${lacks}, AWT and fonts, and Amazon Linux 2 where the old one stands on it`,
      };
}

function semeru(tag: string): RunTimeImage | undefined {
  const found = /^open-(\d+)-jdk(-(?:jammy|noble))?$/.exec(tag);
  return found !== null && isKept(found[1] ?? '')
    ? { reference: `ibm-semeru-runtimes:open-${found[1]}-jre${found[2] ?? ''}`, lacks }
    : undefined;
}

/** `3.9-eclipse-temurin-17-alpine`, `3-jdk-8`, `8.5-jdk21`, `17-jdk-jammy`, `8u292-jdk`: the release of Java, and whether Alpine. */
function temurin(tag: string): RunTimeImage | undefined {
  if (/graal|corretto|semeru|microsoft|sapmachine|zulu|ubi|ibm/.test(tag)) return undefined;
  const release = /(?:temurin|openjdk|jdk)-?(\d+)/.exec(tag)?.[1] ?? /^(\d+)(?:u\d+)?(?:[-._]|$)/.exec(tag)?.[1];
  if (release === undefined || !isKept(release)) return undefined;
  return { reference: `eclipse-temurin:${release}-jre${tag.includes('alpine') ? '-alpine' : ''}`, lacks };
}

/** Publishers keep the same releases for long. */
function isKept(version: string): boolean {
  return releasesOf('eclipse-temurin')?.kept.includes(version.split('.')[0] ?? '') ?? false;
}
