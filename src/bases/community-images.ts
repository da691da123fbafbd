import type { BaseImage, Distribution } from './base-image.ts';
import { type KnownPart, usersOf } from './distribution-images.ts';
import { codenames } from './distributions.ts';
import { endOfLife } from './end-of-life.ts';
import { readTag } from './tag.ts';

/** An image of another publisher of which the Dockerfiles are public. */
interface CommunityImage {
  /** What it is built on; 'tag' when only the tag says it. */
  readonly base: Distribution | 'tag';
  readonly runtime?: string;
  readonly toolchain?: boolean;
  readonly user?: string;
  readonly users?: readonly (readonly [string, number])[];
}

const root = { user: '0' } as const;

/** By name as `familiarName` gives it. */
const images: Readonly<Record<string, CommunityImage>> = {
  'nvidia/cuda': { base: 'tag', ...root },
  'nvcr.io/nvidia/cuda': { base: 'tag', ...root },
  'pytorch/pytorch': { base: 'ubuntu', runtime: 'python', ...root },
  'tensorflow/tensorflow': { base: 'ubuntu', runtime: 'python', ...root },
  'continuumio/miniconda3': { base: 'debian', runtime: 'conda', ...root },
  'continuumio/anaconda3': { base: 'debian', runtime: 'conda', ...root },
  'condaforge/miniforge3': { base: 'ubuntu', runtime: 'conda', ...root },
  'mambaorg/micromamba': { base: 'debian', runtime: 'conda', user: 'mambauser' },
  'jenkins/jenkins': { base: 'debian', runtime: 'jenkins', user: 'jenkins', users: [['jenkins', 1000]] },
  'oven/bun': { base: 'debian', runtime: 'bun', ...root, users: [['bun', 1000]] },
  'denoland/deno': { base: 'debian', runtime: 'deno', ...root, users: [['deno', 1993]] },
  'mcr.microsoft.com/playwright': { base: 'tag', ...root },
  'mcr.microsoft.com/playwright/python': { base: 'tag', ...root },
  'azul/zulu-openjdk': { base: 'ubuntu', runtime: 'java', toolchain: false, ...root },
  'azul/zulu-openjdk-alpine': { base: 'alpine', runtime: 'java', toolchain: false, ...root },
  'azul/zulu-openjdk-debian': { base: 'debian', runtime: 'java', toolchain: false, ...root },
  'bellsoft/liberica-openjdk-alpine': { base: 'alpine', runtime: 'java', toolchain: false, ...root },
  'bellsoft/liberica-openjdk-debian': { base: 'debian', runtime: 'java', toolchain: false, ...root },
  'bellsoft/liberica-openjre-alpine': { base: 'alpine', runtime: 'java-runtime', toolchain: false, ...root },
  'bellsoft/liberica-openjre-debian': { base: 'debian', runtime: 'java-runtime', toolchain: false, ...root },
  'ibm-semeru-runtimes': { base: 'ubuntu', runtime: 'java', toolchain: false, ...root },
  'phusion/baseimage': { base: 'ubuntu', toolchain: false, ...root },
  'gliderlabs/alpine': { base: 'alpine', toolchain: false, ...root },
  'frolvlad/alpine-glibc': { base: 'alpine', toolchain: false, ...root },
  'anapsix/alpine-java': { base: 'alpine', runtime: 'java', toolchain: false, ...root },
  'mhart/alpine-node': { base: 'alpine', runtime: 'node', toolchain: false, ...root },
  'alpine/git': { base: 'alpine', toolchain: false, ...root },
  'hashicorp/terraform': { base: 'alpine', runtime: 'terraform', toolchain: false, ...root },
  'google/cloud-sdk': { base: 'debian', runtime: 'cloud-sdk', ...root },
  'rocker/r-ver': { base: 'ubuntu', runtime: 'r', toolchain: true, ...root },
  'r-base': { base: 'debian', runtime: 'r', toolchain: true, ...root },
  java: { base: 'debian', runtime: 'java', toolchain: false, ...root },
  iojs: { base: 'debian', runtime: 'node', toolchain: true, ...root },
  opensuse: { base: 'opensuse', toolchain: false, ...root },
  'amazon/aws-cli': { base: 'amazonlinux', toolchain: false, ...root },
};

export function communityImage(name: string, tag: string | undefined): KnownPart | undefined {
  const known = Object.hasOwn(images, name) ? images[name] : undefined;
  if (!known) return lambdaImage(name, tag) ?? circleImage(name) ?? pythonServerImage(name, tag);
  const place = placeOf(known, tag);
  const runtime = known.runtime;
  return {
    ...place,
    // Alpine images with a glibc beside musl run programs of both.
    ...(name === 'frolvlad/alpine-glibc' || name === 'anapsix/alpine-java' ? { libc: 'unknown' as const } : {}),
    toolchain: name.endsWith('/cuda') ? (tag?.split('-').includes('devel') ?? false) : (known.toolchain ?? 'unknown'),
    runtime: runtime === undefined ? undefined : { name: runtime, version: readTag(tag).version },
    user: known.user,
    users: [...usersOf(place.distribution), ...(known.users ?? []).map(([user, uid]) => ({ name: user, uid }))],
    endOfLife: distributionEnds(place),
  };
}

function placeOf(known: CommunityImage, tag: string | undefined): KnownPart {
  const parts = readTag(tag);
  if (parts.windows) return { distribution: 'windows' };
  if (parts.alpine !== undefined) return { distribution: 'alpine', distributionVersion: parts.alpine || undefined };
  const byCodename = parts.codename === undefined ? undefined : codenames[parts.codename];
  if (byCodename) return { distribution: byCodename[0], distributionVersion: byCodename[1], codename: parts.codename };
  if (parts.parts.includes('distroless')) return { distribution: 'distroless' };
  for (const part of parts.parts) {
    const found = /^(ubuntu|debian|centos|ubi|rockylinux)(\d+(?:\.\d+)?)$/.exec(part);
    if (found) return numberedPlace(found[1] ?? '', found[2] ?? '');
  }
  return { distribution: known.base === 'tag' ? 'unknown' : known.base };
}

/** `ubuntu22.04`, `ubi8`, `rockylinux9` in a tag. */
function numberedPlace(name: string, version: string): KnownPart {
  const distributions: Readonly<Record<string, Distribution>> = {
    ubuntu: 'ubuntu',
    debian: 'debian',
    centos: 'centos',
    ubi: 'rhel',
    rockylinux: 'rocky',
  };
  const distribution = distributions[name] ?? 'unknown';
  const isOld = distribution === 'centos' && Number.parseInt(version, 10) <= 7;
  return { distribution, distributionVersion: version, ...(isOld ? { packageManager: 'yum' as const } : {}) };
}

const products: Partial<Record<Distribution, string>> = {
  debian: 'Debian',
  ubuntu: 'Ubuntu',
  alpine: 'Alpine Linux',
  centos: 'CentOS',
};

function distributionEnds(place: KnownPart): BaseImage['endOfLife'] {
  const product = products[place.distribution];
  const found = product === undefined ? undefined : endOfLife(product, place.distributionVersion);
  return found ? [found] : [];
}

/** AWS Lambda: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html. Amazon Linux 2 until the runtimes of 2023. */
function lambdaImage(name: string, tag: string | undefined): KnownPart | undefined {
  const found = /^(?:public\.ecr\.aws\/lambda\/|amazon\/aws-lambda-)(nodejs|python|java|dotnet|ruby|go|provided)$/.exec(
    name,
  );
  const language = found?.[1];
  if (language === undefined) return undefined;
  const version = readTag(tag).version;
  const names: Readonly<Record<string, string>> = { nodejs: 'node' };
  const generation = /(?:^|[.-])al2023(?:$|[.-])/.test(tag ?? '') ? '2023' : undefined;
  return {
    distribution: 'amazonlinux',
    distributionVersion: generation,
    packageManager: generation === '2023' ? 'microdnf' : 'unknown',
    toolchain: false,
    runtime: language === 'provided' ? undefined : { name: names[language] ?? language, version },
  };
}

/** https://github.com/CircleCI-Public?q=cimg */
function circleImage(name: string): KnownPart | undefined {
  if (!/^cimg\/[a-z0-9-]+$/.test(name)) return undefined;
  return { distribution: 'ubuntu', user: 'circleci', users: [{ name: 'circleci', uid: 3434 }] };
}

/**
 * https://github.com/tiangolo/uvicorn-gunicorn-fastapi-docker and its kin: the tag names the release of Python alone, `python3.7`,
 * `python3.8-slim-2024-01-01`. What they stand on and run as differs from one to the next.
 */
function pythonServerImage(name: string, tag: string | undefined): KnownPart | undefined {
  const version = /^tiangolo\/[a-z-]+$/.test(name) ? /^python(\d\.\d+)(?:-|$)/.exec(tag ?? '')?.[1] : undefined;
  if (version === undefined) return undefined;
  const ends = endOfLife('Python', version);
  return {
    distribution: 'unknown',
    toolchain: 'unknown',
    runtime: { name: 'python', version },
    endOfLife: ends ? [ends] : [],
  };
}
