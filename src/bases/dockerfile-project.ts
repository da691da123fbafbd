import type { KnownPart } from './distribution-images.ts';
import { endOfLife } from './end-of-life.ts';

/** The images of https://github.com/dockerfile, which stood in many early tutorials. All stand on its `ubuntu`, and nobody has built them since 2015. */
interface DockerfileImage {
  /** The official image that took its place; none for those that only a person can choose. */
  readonly instead?: string;
  readonly runtime?: readonly [name: string, version: string];
  /** Where commands run; the others begin in /data. */
  readonly directory?: string;
}

const images: Readonly<Record<string, DockerfileImage>> = {
  ubuntu: { instead: 'ubuntu', directory: '/root' },
  nodejs: { instead: 'node', runtime: ['node', '0.12'] },
  python: { instead: 'python', runtime: ['python', '2.7'] },
  ruby: { instead: 'ruby', runtime: ['ruby', '1.9'] },
  go: { instead: 'golang', runtime: ['go', '1.4'], directory: '/gopath' },
  java: { instead: 'eclipse-temurin', runtime: ['java', '7'] },
  nginx: { instead: 'nginx', directory: '/etc/nginx' },
  redis: { instead: 'redis' },
  mongodb: { instead: 'mongo' },
  mysql: { instead: 'mysql' },
  mariadb: { instead: 'mariadb' },
  rabbitmq: { instead: 'rabbitmq' },
  elasticsearch: { instead: 'docker.elastic.co/elasticsearch/elasticsearch' },
  ghost: { instead: 'ghost' },
  haproxy: { instead: 'haproxy' },
  dart: { instead: 'dart' },
  julia: { instead: 'julia' },
};

/** What its ubuntu adds to Ubuntu, and all others have from it: each program with the package of Ubuntu that brings it. */
const programs: Readonly<Record<string, string>> = {
  curl: 'curl',
  git: 'git',
  wget: 'wget',
  unzip: 'unzip',
  vim: 'vim',
  man: 'man-db',
  htop: 'htop',
  byobu: 'byobu',
  make: 'build-essential',
  gcc: 'build-essential',
  cc: 'build-essential',
  'g++': 'build-essential',
  'apt-key': 'gnupg',
  gpg: 'gnupg',
  'add-apt-repository': 'software-properties-common',
  'apt-add-repository': 'software-properties-common',
  lsb_release: 'lsb-release',
  python: 'python3',
  python3: 'python3',
};

const prefix = 'dockerfile/';

/** By name as `familiarName` gives it. */
export function dockerfileImage(name: string, tag: string | undefined): KnownPart | undefined {
  const known = entryOf(name);
  if (known === undefined) return undefined;
  const ends = endOfLife('Ubuntu', '14.04');
  const [runtime, version] = known.runtime ?? [];
  const release = runtime === 'java' ? /\d+/.exec(tag ?? '')?.[0] : version;
  return {
    distribution: 'ubuntu',
    distributionVersion: '14.04',
    codename: 'trusty',
    toolchain: true,
    runtime: runtime === undefined ? undefined : { name: runtime, version: release },
    user: '0',
    endOfLife: ends ? [ends] : [],
  };
}

/** The image that took its place, as a name; undefined for images of others, and where none did. */
export function insteadOfDockerfileImage(name: string): string | undefined {
  return entryOf(name)?.instead;
}

/** The reference of the official image that was the same then: its successors are those of this one. */
export function officialThen(name: string, tag: string): string | undefined {
  switch (name.slice(prefix.length)) {
    case 'ubuntu':
      return 'ubuntu:14.04';
    case 'nodejs':
      return 'node:0.12';
    case 'python':
      return 'python:2.7';
    case 'ruby':
      return 'ruby:1.9';
    case 'go':
      return 'golang:1.4';
    case 'java':
      return `java:${/\d+/.exec(tag)?.[0] ?? '7'}-${/-jre$/.test(tag) ? 'jre' : 'jdk'}`;
    default:
      return undefined;
  }
}

/** The directory in which commands run before the first WORKDIR. */
export function directoryOfDockerfileImage(name: string): string | undefined {
  const known = entryOf(name);
  return known && (known.directory ?? '/data');
}

/** The package behind a program that every image of the project has. */
export function packageOfDockerfileImage(program: string): string | undefined {
  return Object.hasOwn(programs, program) ? programs[program] : undefined;
}

function entryOf(name: string): DockerfileImage | undefined {
  if (!name.startsWith(prefix)) return undefined;
  const own = name.slice(prefix.length);
  // Those of `nodejs-bower-grunt` and the like stand on the same ubuntu.
  return Object.hasOwn(images, own) ? images[own] : {};
}
