/** Package kinds by the type that their purl has (https://github.com/package-url/purl-spec). */
export type PackageKind =
  | 'deb'
  | 'apk'
  | 'rpm'
  | 'npm'
  | 'pypi'
  | 'golang'
  | 'cargo'
  | 'maven'
  | 'gem'
  | 'composer'
  | 'nuget'
  | 'generic';

/** A package that is installed in a file system. */
export interface InstalledPackage {
  readonly kind: PackageKind;
  /** As its ecosystem names it: `@scope/name`, `org.example:artifact`, `github.com/a/b`. */
  readonly name: string;
  /** Complete, as its ecosystem compares it: with epoch and release for deb and rpm. */
  readonly version: string;
  /** Of deb, apk and rpm without namespace and `distro` until `completePackages` (complete-packages.ts) knows whose they are. */
  readonly purl: string;
  readonly architecture?: string;
  /** What it was built from, where that has another name or version: advisories of distributions are about it. */
  readonly source?: { readonly name: string; readonly version: string };
  /** SPDX expressions or names, as it declares them. */
  readonly licences: readonly string[];
  /** Installed size in bytes, where its database says. */
  readonly bytes?: number;
  /** The file that proves it, from the root, without a leading slash. */
  readonly path: string;
  /** Names of packages of its kind that surely come with it, where its own file tells. */
  readonly requires?: readonly string[];
  /** Where in that file, if it is an archive: `BOOT-INF/lib/commons-io-2.11.0.jar`; archives in archives divided by `!/`. */
  readonly inside?: string;
  /** Told by the program or library itself, and of which distribution (binaries/package-note.ts): no database has it, as `completePackages` sees to. */
  readonly noted?: { readonly system?: string };
}

/** `/etc/os-release` (https://www.freedesktop.org/software/systemd/man/latest/os-release.html). */
export interface OperatingSystem {
  /** `debian`, `alpine`, `rhel`. */
  readonly id: string;
  readonly idLike: readonly string[];
  /** `12`, `3.20.3`; absent for rolling ones. */
  readonly versionId?: string;
  /** `bookworm`. */
  readonly codename?: string;
  readonly prettyName?: string;
}

/** What a file tells of a package that another file lists: the licences of a deb stand in its copyright file. */
export interface PackageNote {
  readonly kind: PackageKind;
  readonly name: string;
  readonly licences: readonly string[];
}

/** A file of a layer, as a tar header or a directory entry tells. */
export interface FileHeader {
  /** From the root, without a leading slash. */
  readonly path: string;
  readonly bytes: number;
  /** Permission bits, set-id bits with them. */
  readonly mode: number;
}

/**
 * Finds installed packages in files, one file at a time, in whatever order they come, in a thread of its own: it keeps nothing between files and reads
 * nothing else. It never throws: what it cannot read holds no package.
 */
export interface Cataloguer {
  readonly name: string;
  /**
   * Whether it wants to see this regular file, and how: `whole` in one piece (files over 64 MiB are not given), `stream` in pieces. Asked for every file
   * of every layer: a look at the path's end, no regular expression over all of it.
   */
  wants(file: FileHeader): 'whole' | 'stream' | undefined;
  whole?(file: FileHeader, content: Uint8Array): Iterable<InstalledPackage>;
  stream?(file: FileHeader): PackageStream;
  /** Of a file that is wanted whole: what of it could not be read, as a kind of files; undefined for nothing. */
  gap?(file: FileHeader, content: Uint8Array): string | undefined;
  /** Of a file that is wanted whole: goes to `completePackages` with the packages of the files that a container sees. */
  notes?(file: FileHeader, content: Uint8Array): readonly PackageNote[];
}

/** Takes a file's bytes as they come. */
export interface PackageStream {
  push(chunk: Uint8Array): void;
  /** Asked for after each push, of files with very many packages: those that are known by now and were not given before. */
  found?(): readonly InstalledPackage[];
  end(): readonly InstalledPackage[];
  /** Asked for at the end: what the file has that could not be read, as a kind of files; undefined for nothing. */
  gap?(): string | undefined;
}
