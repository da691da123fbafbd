import { familiarName } from '../core/image-reference.ts';
import type { BaseImage } from './base-image.ts';

/**
 * What the ENTRYPOINT of an image makes of the words of CMD: `none`: there is none, `runs`: it starts them as they are, `chooses`:
 * what it does depends on the first of them (the entry script of a database prepares its files for the server's own name
 * only), `unknown`: nothing is known of it.
 */
export type EntryPoint = 'none' | 'runs' | 'chooses' | 'unknown';

const distributions: ReadonlySet<string> = new Set(
  `almalinux alpine amazonlinux archlinux busybox centos clearlinux debian fedora mageia opensuse/leap opensuse/tumbleweed
  oraclelinux rockylinux ubuntu photon redhat/ubi8 redhat/ubi9`.split(/\s+/),
);

/** From the Dockerfiles of the official images. */
const images: Readonly<Record<string, EntryPoint>> = {
  amazoncorretto: 'none',
  'buildpack-deps': 'none',
  clojure: 'none',
  'eclipse-temurin': 'runs',
  elixir: 'none',
  erlang: 'none',
  gcc: 'none',
  golang: 'none',
  gradle: 'none',
  haskell: 'none',
  httpd: 'none',
  jruby: 'none',
  julia: 'none',
  maven: 'runs',
  mono: 'none',
  node: 'runs',
  openjdk: 'none',
  java: 'none',
  perl: 'none',
  php: 'runs',
  pypy: 'none',
  python: 'none',
  'r-base': 'none',
  ruby: 'none',
  rust: 'none',
  swift: 'none',
  tomcat: 'runs',
  // Their scripts look for the name of the server.
  ...Object.fromEntries(
    'caddy cassandra couchdb elasticsearch ghost haproxy jenkins mariadb memcached mongo mysql nginx postgres rabbitmq redis wordpress'
      .split(' ')
      .map((name) => [name, 'chooses' as const]),
  ),
};

/** What is known of the ENTRYPOINT of a base image. */
export function entryPointOf({ reference, distribution }: BaseImage): EntryPoint {
  if (distribution === 'scratch') return 'none';
  if (reference === undefined) return 'unknown';
  const name = familiarName(reference);
  if (distributions.has(name)) return 'none';
  if (reference.registry === 'mcr.microsoft.com' && reference.repository.startsWith('dotnet/')) return 'none';
  return Object.hasOwn(images, name) ? (images[name] ?? 'unknown') : 'unknown';
}
