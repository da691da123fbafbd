import type { VulnerabilitySeverity } from './vulnerability.ts';

/** What a known vulnerability is, whichever packages have it. The words are OSV's (https://ossf.github.io/osv-schema/). */
export interface AdvisoryDetails {
  readonly id: string;
  /** Other ids of the same vulnerability. */
  readonly aliases: readonly string[];
  /** Ids that a distribution's advisory answers to: several, where one update repairs several. */
  readonly upstream: readonly string[];
  readonly summary: string;
  /** ISO 8601. */
  readonly published?: string;
  readonly modified?: string;
  /** CVSS vectors, of whatever version. */
  readonly vectors: readonly string[];
  /** The word that its database has for how bad it is, where it has one. */
  readonly rating?: VulnerabilitySeverity;
  readonly references: readonly string[];
}

export type RangeEvent =
  | { readonly introduced: string }
  | { readonly fixed: string }
  | { readonly lastAffected: string }
  | { readonly limit: string };

/** Which versions of one package have it. */
export interface AffectedPackage {
  /** Normalised: {@link normalEcosystem}. */
  readonly ecosystem: string;
  /** Normalised: {@link normalName}. */
  readonly name: string;
  /** One list of events each. */
  readonly ranges: readonly (readonly RangeEvent[])[];
  /** Affected ones, named one by one. */
  readonly versions: readonly string[];
  readonly rating?: VulnerabilitySeverity;
  readonly vectors?: readonly string[];
  /** What the distribution says where it repairs nothing: `will-not-fix`, `fix-deferred`, `end-of-life`, `under-investigation`. */
  readonly status?: string;
}

export interface Advisory extends AdvisoryDetails {
  readonly affected: readonly AffectedPackage[];
}
