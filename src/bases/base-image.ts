import type { ImageReference } from '../core/image-reference.ts';

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
