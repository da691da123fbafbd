/** A package source of an image, and what came of asking it. */
export interface RebuildSource {
  /** `http://deb.debian.org/debian bookworm main`, without name and password. */
  readonly name: string;
  /** The file of the image that names it: `etc/apt/sources.list:3`. */
  readonly place: string;
  /** `gone`: it answers that it is no more, and a build that asks it ends there. `unknown`: it could not be asked. */
  readonly state: 'asked' | 'gone' | 'unknown';
  /** Why it is not `asked`. */
  readonly reason?: string;
}

/** A known vulnerability that a change takes away or brings. */
export interface RebuildVulnerability {
  readonly id: string;
  readonly severity: string;
  readonly knownExploited: boolean;
}

/** One package that a rebuild would leave otherwise than it is. */
export interface RebuildChange {
  /** As purls have it: `deb`, `apk`, `rpm`, `npm`, `pypi`. */
  readonly kind: string;
  readonly name: string;
  /** Undefined for a package that would come new. */
  readonly from: string | undefined;
  /** Undefined for one that would not come again. */
  readonly to: string | undefined;
  readonly fixes: readonly RebuildVulnerability[];
  readonly brings: readonly RebuildVulnerability[];
}

/**
 * `same`: it would bring what it brought. `as the sources say`: it copies from the build context, which is not looked at. `changes`: see its changes. `fails`: the build would end there. `unknown`: its reasons say what could not be told;
 * changes that are certain all the same stand with it.
 */
export type RebuildState = 'same' | 'as the sources say' | 'changes' | 'fails' | 'unknown';

/** A step of the build that brings packages, or the base image. */
export interface RebuildStep {
  /** As a Dockerfile would say it; of the base its name. */
  readonly text: string;
  readonly isBase: boolean;
  /** `web/Dockerfile:7`, where that surely made the image. */
  readonly place: string | undefined;
  /** Its layer in the image, from 1; undefined for the base and for steps without one. */
  readonly layer: number | undefined;
  readonly state: RebuildState;
  readonly reasons: readonly string[];
  readonly changes: readonly RebuildChange[];
}

/** What a rebuild of an image would change: what `plimsoll bases --rebuild` prints. */
export interface RebuildReport {
  readonly image: string;
  readonly digest: string | undefined;
  readonly base: {
    readonly name: string | undefined;
    /** How many of the lowest layers are its; undefined where nobody tells. */
    readonly layers: number | undefined;
    /** Whether its name stands for another image now; undefined where nobody tells. */
    readonly moved: boolean | undefined;
    /** Newer packages that the image's own sources have for those of the base: a newer base may bring them, or an upgrade in a step. */
    readonly behind: readonly RebuildChange[];
  };
  readonly sources: readonly RebuildSource[];
  /** The base first, then the steps that bring packages, in the order of the build. */
  readonly steps: readonly RebuildStep[];
  /** Of what day the advisories are, or why there are none. */
  readonly advisories: string;
  readonly verdict: RebuildVerdict;
}

export interface RebuildVerdict {
  /** `unknown`: something could not be told that may decide it. */
  readonly state: 'pays' | 'does not pay' | 'fails' | 'unknown';
  /** One sentence. */
  readonly reason: string;
  /** What to build with, where it pays. */
  readonly command: string | undefined;
  /** Texts of the steps that have to run again, of those that change something that counts. */
  readonly uncached: readonly string[];
  /** The base has to be pulled anew. */
  readonly pull: boolean;
}
