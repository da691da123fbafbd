import type { Area } from './area.ts';
import type { FixProof } from './evidence.ts';
import type { Fix } from './fix.ts';
import type { Severity } from './severity.ts';
import type { Position, SourceRange } from './text.ts';

/** A place in an artifact. `range` is absent where the whole file is meant; then `start` is line 1, column 1. */
export interface Location {
  readonly path: string;
  readonly start: Position;
  readonly end: Position;
  readonly range?: SourceRange;
  /** What this place has to do with the finding; absent for the primary place. */
  readonly note?: string;
  /** The sentence for this place alone, where the same is found here as at the primary one: a comment that ignores it there says nothing of here. */
  readonly alike?: string;
}

/** What a finding costs. `derivation` is the formula with its figures, so that the number can be checked. */
export interface Cost {
  /** Bytes stored and pulled, or sent, for nothing. */
  readonly bytes?: number;
  /** Rebuild work, seconds for each change. */
  readonly seconds?: number;
  /** What the bytes make nodes pull, and builders take, in a day: `orderByCost` puts it in (docs/cost.md). */
  readonly bytesADay?: number;
  readonly basis: 'estimated' | 'measured';
  readonly derivation: string;
}

/** An equivalent check of another tool: `hadolint:DL3007`, `buildkit:JSONArgsRecommended`, `checkov:CKV_DOCKER_7`. */
export type PeerId = `${string}:${string}`;

/** What a Dockerfile lets expect of the image that it makes, so that one that was looked into can show that it is not so. */
export type ImageClaim =
  | { readonly kind: 'runs as root' }
  | { readonly kind: 'no health check' }
  /** None of these. */
  | { readonly kind: 'no label'; readonly keys: readonly string[] }
  /** The layer of the step at the finding's place holds files below an absolute path. */
  | { readonly kind: 'layer holds'; readonly path: string };

/** What a rule reports. One cause, one finding, whatever the number of places. */
export interface Finding {
  /** Area and name: `cache/copy-manifests-first`. */
  readonly rule: string;
  readonly area: Area;
  readonly severity: Severity;
  /** One sentence: what is there. */
  readonly message: string;
  /** One sentence: why it matters. */
  readonly why: string;
  /** One sentence: what to do. */
  readonly remedy: string;
  /** The primary place first. Never empty. */
  readonly locations: readonly [Location, ...Location[]];
  readonly peers: readonly PeerId[];
  readonly cost?: Cost;
  readonly fix?: Fix;
  readonly claim?: ImageClaim;
  /** It is found at this release of the image and not at each one. */
  readonly judgesRelease?: boolean;
  /** What evidence says of its fix: set where a report is made, never by a rule. */
  readonly proof?: FixProof;
}
