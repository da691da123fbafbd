import { admits } from './version-range.ts';

/** Where an application package comes from. */
export type PackageRegistry = 'pypi' | 'npm' | 'rubygems' | 'go' | 'crates';

/** A package of which a registry can tell the releases. */
export interface ReleaseQuestion {
  readonly registry: PackageRegistry;
  /** As the command names it; a Go package by its import path. */
  readonly name: string;
}

/** One published release. */
export interface PackageRelease {
  readonly version: string;
  /** What it asks of the release of its language, as the registry writes it: `>=3.8`. */
  readonly needs: string | undefined;
}

/** The text by which an answer is found again. */
export function questionKey({ registry, name }: ReleaseQuestion): string {
  return `${registry}:${name}`;
}

/** The newest release that runs with a release of the language (`3.6`); the newest of all where that is not known. */
export function newestFor(releases: readonly PackageRelease[], language: string | undefined): string | undefined {
  return releases.find(({ needs }) => language === undefined || needs === undefined || admits(needs, language))
    ?.version;
}
