import type { OptionValue } from '../core/rule.ts';
import type { Severity } from '../core/severity.ts';
import type { FrontendVersion } from '../dockerfile/frontend-version.ts';
import { noProveSettings, type ProveConfiguration } from './prove-settings.ts';
import { noPruneSettings, type PruneSettings } from './prune-settings.ts';

/** How configuration sets one rule, or all that match a pattern such as `secrets/*`. */
export interface RuleConfiguration {
  readonly severity?: Severity | 'off';
  readonly options: Readonly<Record<string, OptionValue>>;
}

export type RuleConfigurations = ReadonlyMap<string, RuleConfiguration>;

/** Where objects of a custom kind keep a pod template. */
export interface PodTemplatePlace {
  readonly kind: string;
  /** API group; undefined: any. */
  readonly group?: string;
  /** Keys with dots between them. */
  readonly path: string;
}

/** A figure of the configuration, and where it stands: `plimsoll.yaml:12`. */
export interface PlacedNumber {
  readonly value: number;
  readonly place: string;
}

/** What the cost model is told (docs/cost.md). */
export type CostSettings = Readonly<Partial<Record<keyof typeof costKeys, PlacedNumber>>>;

/** The keys below `cost` with what kind of figure each is. */
export const costKeys = {
  nodes: 'count',
  deploysPerDay: 'count',
  newNodesPerDay: 'count',
  bandwidth: 'rate',
  unpackRate: 'rate',
} as const;

/** What a project wants of the images that it builds on (docs/bases.md). */
export interface BasesSettings {
  /** Ranges of versions by the image's name, in which `*` stands for any part: `node` → `>=20 <23`. */
  readonly allowed: ReadonlyMap<string, string>;
  /** From the beginning of the names of copies, `registry.example/mirror`, to what they are copies of: `docker.io`. */
  readonly mirrors: ReadonlyMap<string, string>;
  /** From so many days before the end of support on, it is told; undefined: the default. */
  readonly days: number | undefined;
}

/** Where runs are kept, and whether they are (docs/history.md). */
export interface HistorySettings {
  /** Every run that can be recorded is, without `--record`. */
  readonly record: boolean;
  /** An absolute path in the repository of `plimsoll.yaml`, and where it is written; undefined: `.plimsoll/history.db` of the project. */
  readonly store: { readonly file: string; readonly place: string } | undefined;
  /** What the project is called there; undefined: by its git remote. */
  readonly project: string | undefined;
}

/** What a project must not get worse in (docs/history.md). A place is `plimsoll.yaml:12`. */
export interface Budgets {
  /** No new finding of this severity or worse since a day, `YYYY-MM-DD`, or the first run. */
  readonly newFindings:
    | { readonly severity: Severity; readonly since: string | undefined; readonly place: string }
    | undefined;
  /** Days that a finding of a severity may be open. */
  readonly findingAge: ReadonlyMap<Severity, PlacedNumber>;
  /** `neverFalls`: not below the best that it was. `atLeast`: 0 to 100. */
  readonly score:
    | { readonly neverFalls: boolean; readonly atLeast: number | undefined; readonly place: string }
    | undefined;
  /** The branch whose runs count beside this one; undefined: the one that a pull request goes into, else the default one. */
  readonly branch: string | undefined;
  readonly exceptions: readonly BudgetException[];
}

export const budgetNames = ['newFindings', 'findingAge', 'score', 'imageSize'] as const;

export type BudgetName = (typeof budgetNames)[number];

/** What a budget does not count until a day. */
export interface BudgetException {
  readonly budget: BudgetName;
  /** A rule's id or `area/*`; undefined: every rule. */
  readonly rule: string | undefined;
  /** A glob of the finding's path, of a Dockerfile or an image's name; undefined: every one. */
  readonly path: string | undefined;
  /** `YYYY-MM-DD`, the last day. */
  readonly until: string;
  readonly reason: string;
  readonly place: string;
}

/** What `plimsoll.yaml` says. The published schema is schemas/plimsoll.schema.json. */
export interface Configuration {
  /** The file, for messages; undefined when there is none. */
  readonly path: string | undefined;
  readonly preset: 'recommended' | 'all' | undefined;
  readonly failOn: Severity | 'never' | undefined;
  /** Globs of paths that are not audited. */
  readonly exclude: readonly string[];
  readonly rules: RuleConfigurations;
  /** Later ones win. */
  readonly overrides: readonly { readonly paths: readonly string[]; readonly rules: RuleConfigurations }[];
  /** Where custom resources keep a pod template: `spec.template` of kind `Rollout`. */
  readonly podTemplates: readonly PodTemplatePlace[];
  /** The oldest Dockerfile front end that builds the files: fixes need nothing newer. */
  readonly frontend: FrontendVersion | undefined;
  /** The Kubernetes release that the objects are for: `1.34`. */
  readonly kubernetesTarget: string | undefined;
  /** How images are tried when they are proved. */
  readonly prove: ProveConfiguration;
  readonly cost: CostSettings;
  readonly bases: BasesSettings;
  /** What is kept when it is cleared up (docs/prune-registry.md, docs/prune-engine.md). */
  readonly prune: PruneSettings;
  /** Bytes that an image may have, by the path of its Dockerfile from the directory of this file (docs/bisect-size.md), or by its name without a tag. */
  readonly sizeBudgets: ReadonlyMap<string, PlacedNumber>;
  readonly history: HistorySettings;
  /** Undefined where there are none: then nothing is judged. */
  readonly budgets: Budgets | undefined;
}

export const noConfiguration: Configuration = {
  path: undefined,
  preset: undefined,
  failOn: undefined,
  exclude: [],
  rules: new Map(),
  overrides: [],
  podTemplates: [],
  frontend: undefined,
  kubernetesTarget: undefined,
  prove: { ...noProveSettings, builds: [] },
  cost: {},
  bases: { allowed: new Map(), mirrors: new Map(), days: undefined },
  sizeBudgets: new Map(),
  prune: noPruneSettings,
  history: { record: false, store: undefined, project: undefined },
  budgets: undefined,
};

/** The keys of the file with what they are for: the configuration reference and the schema are made from this. */
export const configurationKeys = {
  preset: 'Which rules run: `recommended` (default) or `all`.',
  failOn: 'Exit with 1 when a finding is at least this bad: `error`, `warning` (default), `note`, or `never`.',
  exclude: 'Globs of paths that are not audited, relative to this file.',
  rules:
    'By rule id or pattern (`secrets/*`): `off`, a severity, or a map with `severity` and the options of the rule.',
  overrides: 'A list of `paths` (globs) with `rules` that hold there; later entries win.',
  podTemplates:
    'Custom resources with a pod template: a list of `kind`, `path` (`spec.template`) and, where another group has the kind too, `apiVersion`.',
  kubernetes:
    'A map with `target`, the Kubernetes release that the manifests are for: `"1.34"`. APIs that it does not serve, and fields that it does not have, are findings.',
  cost: 'What the cost model reckons with: a map with `nodes`, `deploysPerDay`, `newNodesPerDay`, and as rates (`100MB/s`, `1Gbit/s`) `bandwidth` of a node and its `unpackRate`. A flag says more.',
  bases:
    'What `plimsoll bases` keeps to: a map with `allowed`, from the name of an image (`node`, `ghcr.io/acme/*`) to the versions that are wanted (`">=20 <23"`), `mirrors`, from the beginning of names (`registry.example/mirror`) to what is copied there (`docker.io`), and `days` before the end of support from which on it is told (90).',
  sizeBudgets:
    'How large images may be: a map from the path of a Dockerfile, relative to this file, to a size (`web/Dockerfile: 300MB`). `plimsoll bisect-size` says which commit crossed it. Runs that are recorded hold images against it, those that a name without a tag names (`shop/web`), too.',
  prune:
    'What `plimsoll prune` keeps: a map with `registry`, in it `keep` with `last`, `youngerThan` (`30d`), `tags` (globs) and `versions` (`{minor: 2}`), and `repositories`, a list of `match` (globs) with a `keep` of their own; and with `engine`, in it `keep` with `last`, `youngerThan`, `images` (globs) and `labels`, `only` (globs), `cache` with `olderThan` and `size`, `stoppedFor` and `untilFree`; see pruning [registries](prune-registry.md) and [engines](prune-engine.md).',
  history:
    'Where runs are kept: a map with `record: always` (without it `--record` does), `store` (a file of the repository, relative to this one; default `.plimsoll/history.db` of the project) and `project` (what it is called there; default by its git remote); see [history](history.md).',
  budgets:
    'What must not get worse: a map with `newFindings` (a severity, or `severity` and `since`), `findingAge` (`90d`, or days by severity), `score` (`neverFalls`, or a map with `atLeast`), `branch`, and `exceptions` (`budget`, `rule`, `path`, `until`, `reason`); see [budgets](history.md#budgets).',
  frontend:
    'The oldest Dockerfile front end that builds the files, as in `# syntax=docker/dockerfile:1.4`: `"1.4"`. Fixes use nothing newer; a `# syntax` line in a file says more about that file.',
  prove:
    'How `plimsoll prove` tries an image: `kind` (`service` or `program`), `ports`, `requests`, `runs`, `environment`, `startSeconds`, `graceSeconds`, and `builds`, a list of `paths` (globs of Dockerfiles), `target` and the same keys for those; see [proving](prove-trials.md).',
} as const;

export type ConfigurationKey = keyof typeof configurationKeys;
