import type { WantedRoom } from '../core/wanted-room.ts';

/** How fine the tracks of versions are of which the newest are kept: all of 2.x, all of 2.3.x. */
export const versionTracks = ['major', 'minor'] as const;
export type VersionTrack = (typeof versionTracks)[number];

/** What of a repository of a registry is kept; absent: what holds otherwise. */
export interface KeepSettings {
  /** The newest images that have a tag. */
  readonly last?: number;
  /** All that are younger, in seconds. */
  readonly youngerThan?: number;
  /** Globs of tags. */
  readonly tags?: readonly string[];
  /** So many of the newest versions of each track. */
  readonly versions?: Readonly<Partial<Record<VersionTrack, number>>>;
}

export interface PruneRegistrySettings {
  readonly keep: KeepSettings;
  /** Of repositories whose name matches one of the globs; the first that matches holds. */
  readonly repositories: readonly { readonly match: readonly string[]; readonly keep: KeepSettings }[];
}

/** What of container engines is kept, and what else than images goes; absent: what holds otherwise. Durations in seconds. */
export interface PruneEngineSettings {
  readonly keep: {
    /** The newest so many of each repository. */
    readonly last?: number;
    readonly youngerThan?: number;
    /** Globs of names. */
    readonly images?: readonly string[];
    /** `KEY` or `KEY=VALUE`. */
    readonly labels?: readonly string[];
  };
  /** Globs of the only repositories whose images go. */
  readonly only?: readonly string[];
  /** Which build cache goes. */
  readonly cache: { readonly olderThan?: number; readonly bytes?: number };
  /** Containers that ended longer ago go. */
  readonly stoppedFor?: number;
  readonly untilFree?: WantedRoom;
}

/** The section `prune` of the configuration. */
export interface PruneSettings {
  readonly registry: PruneRegistrySettings;
  readonly engine: PruneEngineSettings;
}

export const noPruneSettings: PruneSettings = {
  registry: { keep: {}, repositories: [] },
  engine: { keep: {}, cache: {} },
};
