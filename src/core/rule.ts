import type { Area } from './area.ts';
import type { Cost, ImageClaim, PeerId } from './finding.ts';
import type { Fix } from './fix.ts';
import type { Severity } from './severity.ts';
import type { SourceRange } from './text.ts';

/** `recommended` runs by default; `all` runs only with `--preset all` or when configuration turns the rule on. */
export type Preset = 'recommended' | 'all';

export type OptionValue = string | number | boolean | readonly string[];

/** One option of a rule as the configuration reference shows it. */
export interface RuleOption {
  readonly description: string;
  readonly default: OptionValue;
  /** Of a list: why an entry cannot mean anything, and what to write; undefined for one that can. */
  readonly faultOf?: (entry: string) => string | undefined;
}

/** A place that a rule reports: a range of the artifact that it looks at, or of another one. */
export interface ReportedPlace {
  readonly range: SourceRange;
  /** Absent: the artifact that the rule looks at. */
  readonly path?: string;
  readonly note?: string;
  /** The message for this place alone, where the same is found here as at the primary one. */
  readonly alike?: string;
  /** Where that which stands there is given, when another file gives it: the values of a Helm chart. A finding carries them as further places. */
  readonly givenAt?: readonly ReportedPlace[];
}

/** What a rule says of one cause. What is absent is taken from the rule. */
export interface RuleReport {
  readonly at: SourceRange | ReportedPlace;
  /** One sentence: what is there. Never a secret's value. */
  readonly message: string;
  readonly why?: string;
  readonly remedy?: string;
  readonly severity?: Severity;
  readonly also?: readonly ReportedPlace[];
  /** The ids that would report this very finding, when not all of the rule's. */
  readonly peers?: readonly PeerId[];
  readonly cost?: Cost;
  readonly fix?: Fix;
  /** What of the finding the built image can refute; absent where it can refute nothing. */
  readonly claim?: ImageClaim;
  /**
   * A name for what caused it. Findings of several rules with one cause in one artifact are merged into the worst of
   * them, which then carries all places and peers.
   */
  readonly cause?: string;
}

/**
 * The values of a rule's own options, from configuration or their defaults.
 * @throws Error when the rule declares no option of that name and type: a bug of the rule.
 */
export interface RuleOptions {
  number(name: string): number;
  text(name: string): string;
  flag(name: string): boolean;
  list(name: string): readonly string[];
}

/** What a rule's check is given beside its subject. */
export interface RuleContext {
  report(finding: RuleReport): void;
  readonly option: RuleOptions;
  /** `YYYY-MM-DD`; undefined where no clock was given: then nothing is said about dates. */
  readonly today: string | undefined;
}

/** A rule as its file writes it. Id and area come from the file's place: `rules/<area>/<name>.ts`. */
export interface RuleDefinition<Subject = never> {
  readonly severity: Severity;
  /** Default `recommended`. */
  readonly preset?: Preset;
  /** Why it is off by default. Required exactly when `preset` is `all`. */
  readonly offBecause?: string;
  /** One sentence that names the fault, for lists of rules. */
  readonly summary: string;
  /** One sentence: why it matters. */
  readonly why: string;
  /** One sentence: what to do. */
  readonly remedy: string;
  readonly peers: readonly PeerId[];
  /** It judges the release of an image: another one makes another finding. */
  readonly judgesRelease?: boolean;
  readonly options?: Readonly<Record<string, RuleOption>>;
  check(subject: Subject, context: RuleContext): void;
}

/** A rule with the name that its file gives it. */
export interface NamedRule<Definition> {
  readonly id: string;
  readonly area: Area;
  readonly definition: Definition;
}
