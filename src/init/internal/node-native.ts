import { dependencyPlace, type NodePackage } from './node-package.ts';

/** Packages that are compiled as they are installed, unless their author has a binary for just this platform. */
const compiled = [
  'bcrypt',
  'better-sqlite3',
  'sqlite3',
  'canvas',
  'node-sass',
  'argon2',
  're2',
  'bufferutil',
  'utf-8-validate',
  'leveldown',
  'kerberos',
  'libpq',
  'pg-native',
  'zeromq',
  'serialport',
  'node-rdkafka',
  'grpc',
  'isolated-vm',
  'node-pty',
  'snappy',
  'cpu-features',
  'farmhash',
  'couchbase',
  'usb',
];

/** Packages that load a library of the system, as Debian calls it. */
const libraries: Readonly<Record<string, string>> = {
  prisma: 'openssl',
  '@prisma/client': 'openssl',
  'pg-native': 'libpq5',
  libpq: 'libpq5',
};

export interface NativeNeeds {
  /** Packages that need a compiler, with the place that asks for them. */
  readonly compiled: readonly string[];
  /** Debian packages that the running program needs. */
  readonly libraries: readonly string[];
  readonly evidence: string;
}

/** What the dependencies need of the system, by the manifest and the lock file. */
export function nativeNeeds(manifests: readonly NodePackage[], lock: string): NativeNeeds {
  const direct = (name: string) => manifests.find(({ dependencies }) => dependencies.has(name));
  const inLock = (name: string) =>
    new RegExp(`(?:"node_modules/${name}"|^"?${name}@|^ {2}['"]?/?${name}[@/])`, 'm').test(lock);
  const needing = compiled.filter((name) => direct(name) !== undefined || inLock(name));
  const found = Object.keys(libraries).filter((name) => direct(name) !== undefined);
  const evidence = [...needing, ...found].map((name) => {
    const manifest = direct(name);
    return manifest ? dependencyPlace(manifest, name) : `${name} (lock file)`;
  });
  return {
    compiled: needing,
    libraries: [...new Set(found.map((name) => libraries[name] ?? ''))],
    evidence: [...new Set(evidence)].join(', '),
  };
}
