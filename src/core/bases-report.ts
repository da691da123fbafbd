import type { ReadProblem } from './report.ts';
import type { Severity } from './severity.ts';

/** What a report can say of an image; each is the id of a comment that ignores it: `# plimsoll ignore=bases/newer`. */
export const baseNews = ['newer', 'moved', 'ending', 'deprecated'] as const;

export type BaseNews = (typeof baseNews)[number];

/** What kind of line names an image. */
export type BasePlaceKind =
  | '# syntax'
  | 'FROM'
  | 'COPY --from'
  | 'RUN --mount'
  | 'Compose'
  | 'manifest'
  | 'kustomization'
  | 'Helm values'
  | 'bake'
  | 'CI'
  | 'running'
  | 'built';

/** A place that names an image. */
export interface BasePlace {
  /** For `running` the workload: `cluster:shop/deployment/web`; for `built` the image. */
  readonly path: string;
  /** From 1; absent for `running` and `built`. */
  readonly line?: number;
  readonly column?: number;
  readonly kind: BasePlaceKind;
  /** What a comment there ignores. */
  readonly ignores: readonly BaseNews[];
}

/** A tag that names another image than the one that is written, runs or was built on. */
export interface MovedTag {
  /** Who still has the older one: the digest that is written, what a pod runs, or an image that was built. */
  readonly by: 'pinned' | 'running' | 'built';
  /** The image or workload, where it is not the line itself. */
  readonly where?: string;
  /** Digests; `from` is unknown where only the layers show it. */
  readonly from: string | undefined;
  readonly to: string;
}

export interface EndingSupport {
  /** `Node.js 20`. */
  readonly product: string;
  /** The last day with security support. */
  readonly date: string;
  /** Days until then; negative when it has passed. */
  readonly days: number;
  readonly severity: Severity;
  /** Who says so. */
  readonly source: string;
}

export interface NextTrack {
  /** Undefined where only the release of the distribution is another one. */
  readonly line: string | undefined;
  readonly tag: string;
  /** The last day with security support, where it is known. */
  readonly ends?: string;
}

/** Something that was not found out. */
export interface UnknownNews {
  readonly what: 'newer' | 'moved' | 'image';
  readonly reason: string;
}

/** What is known of one image that a project names. */
export interface BaseStatus {
  /** As it is written, with the defaults of variables put in. */
  readonly image: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
  /** The image that this one is a copy of, without a tag; ends of support and what was given up are told of that. */
  readonly copyOf?: string;
  /** Of the worst that is not ignored; absent where there is nothing, or nothing is known. */
  readonly severity?: Severity;
  readonly places: readonly BasePlace[];
  /** The newest tag of its track, with its digest where one was asked for. */
  readonly newer?: { readonly tag: string; readonly digest?: string };
  readonly next: readonly NextTrack[];
  readonly moved: readonly MovedTag[];
  readonly ending: readonly EndingSupport[];
  readonly deprecated?: { readonly reason: string; readonly instead: string | undefined };
  readonly unknown: readonly UnknownNews[];
}

/** What `plimsoll bases` found. */
export interface BasesReport {
  readonly tool: { readonly name: 'plimsoll'; readonly version: string };
  readonly target: string;
  readonly name: string;
  /** `YYYY-MM-DD`. */
  readonly today: string;
  /** The day on which the dates of ends were compared with their sources. */
  readonly datesKnownOn: string;
  /** The worst first. */
  readonly images: readonly BaseStatus[];
  /** Lines that name an image by something that is not known. */
  readonly unresolved: readonly {
    readonly path: string;
    readonly line: number;
    readonly column: number;
    readonly text: string;
    readonly reason: string;
  }[];
  readonly problems: readonly ReadProblem[];
  /** Requests that were sent, by registry; empty when none was asked. */
  readonly requests: Readonly<Record<string, number>>;
  readonly offline: boolean;
  /** Wall time in seconds. */
  readonly seconds: number;
}
