import type { EngineItem } from './inventory.ts';

/** What stays. Durations in seconds. */
export interface EnginePolicy {
  /** The newest so many of each repository. */
  readonly keepLast: number;
  readonly youngerThan: number;
  /** `KEY` or `KEY=VALUE`; an image, container, volume or working container that has one stays. */
  readonly labels: readonly string[];
  /** Images of these names stay; `*` stands for anything. */
  readonly images: readonly string[];
  /** Only images of these repositories are deleted; none: of all. */
  readonly repositories: readonly string[];
  /** Who runs an image, or could go back to it; undefined: nobody. Absent: nobody was asked. */
  readonly neededBy?: (image: EngineItem) => string | undefined;
  /** Whether images are deleted at all. */
  readonly deleteImages: boolean;
  /** Build cache that was not used for so long goes; undefined: none does for its age. */
  readonly cacheOlderThan: number | undefined;
  /** The least recently used build cache goes until the rest has no more bytes. */
  readonly cacheBytes: number | undefined;
  /** Containers that ended longer ago go; undefined: none does. */
  readonly stoppedLongerThan: number | undefined;
  /** Names of volumes that go where nothing uses them. */
  readonly volumes: readonly string[];
}

export const defaultPolicy: EnginePolicy = {
  keepLast: 3,
  youngerThan: 7 * 86_400,
  labels: [],
  images: [],
  repositories: [],
  deleteImages: true,
  cacheOlderThan: undefined,
  cacheBytes: undefined,
  stoppedLongerThan: undefined,
  volumes: [],
};
