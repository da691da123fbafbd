import type { Area } from './area.ts';
import type { ReportedProof } from './evidence.ts';
import type { Finding } from './finding.ts';
import type { Severity } from './severity.ts';
import type { Position } from './text.ts';
import type { TrendReport } from './trend-report.ts';

/** Something that could not be read or looked at, what was done in spite of it, and what to do. */
export interface ReadProblem {
  readonly path: string;
  readonly position?: Position;
  readonly message: string;
  readonly remedy: string;
  /** Templates whose result is not known, where this is all that it tells of: nothing is wrong with them, and reports show a notice that names them. */
  readonly templates?: readonly string[];
  /** That a part of the file which stands alone, or all of it, is not what it should be: nothing of that was looked at. */
  readonly unread?: true;
}

/** How an image comes to run: built from which file and stage, with which context, run by which workloads. */
export interface ReportedLink {
  readonly dockerfile: string;
  /** The stage that ships, when it has a name. */
  readonly stage?: string;
  readonly context?: string;
  readonly image?: string;
  /** `deployment/web ×3 (deploy/web.yaml)`; for Compose `service/web`. */
  readonly runBy: readonly {
    readonly kind: string;
    readonly name: string;
    readonly replicas?: number;
    readonly path: string;
  }[];
}

/** What was looked at. All sizes in bytes. */
export interface Inventory {
  readonly dockerfiles: number;
  readonly workloads: number;
  readonly objects: number;
  readonly composeServices: number;
  readonly applications: number;
  readonly contexts: readonly {
    readonly path: string;
    readonly files: number;
    readonly bytes: number;
    /** Sent although no instruction needs it. */
    readonly unneededBytes: number;
  }[];
  readonly links: readonly ReportedLink[];
  /** That were looked into. */
  readonly images?: readonly {
    /** As it was asked for. */
    readonly name: string;
    /** Of its artifact, as findings name it. */
    readonly path: string;
    readonly digest?: string;
    readonly layers: number;
    /** Content of all files of all layers. */
    readonly bytes: number;
    /** The Dockerfile that surely made it. */
    readonly dockerfile?: string;
  }[];
  /** Of a live cluster only. */
  readonly cluster?: ClusterInventory;
}

/** What was found in a live cluster. */
export interface ClusterInventory {
  readonly server: string;
  readonly context: string;
  readonly version: string | undefined;
  /** Looked at. */
  readonly namespaces: readonly string[];
  /** System namespaces that were not. */
  readonly leftOut: readonly string[];
  readonly pods: number;
  /** The largest first, those of unknown size last. */
  readonly images: readonly RunningImage[];
  readonly nodes: readonly {
    readonly name: string;
    readonly version: string | undefined;
    readonly platform: string | undefined;
    /** Those that the node tells of: the 50 largest, usually. */
    readonly images: number;
    readonly bytes: number;
  }[];
  /** Against a repository's manifests; absent when there was none to compare with. */
  readonly drift?: ReportedDrift;
}

/** An image as containers name it. Nothing here is estimated: what nobody told is undefined. */
export interface RunningImage {
  readonly image: string;
  /** `docker.io`, `ghcr.io`; undefined for what is no reference. */
  readonly registry: string | undefined;
  /** What runs under the name, in its pods: more than one where the tag was moved. */
  readonly digests: readonly string[];
  /** When it was built, as its configuration in the registry says: ISO 8601. */
  readonly created: string | undefined;
  /** Whole days since then. */
  readonly ageDays: number | undefined;
  /** Unpacked on a node. */
  readonly bytes: number | undefined;
  /** Nodes that hold it, as far as they tell. */
  readonly nodes: number;
  readonly pullPolicies: readonly string[];
  /** What events still tell of pulls. */
  readonly pulls:
    | {
        readonly count: number;
        readonly medianSeconds: number;
        readonly longestSeconds: number;
        /** Compressed. */
        readonly bytes: number | undefined;
      }
    | undefined;
  readonly runBy: readonly {
    readonly path: string;
    readonly namespace: string | undefined;
    readonly kind: string;
    readonly name: string;
    readonly container: string;
    readonly pods: number;
    readonly restarts: number;
    /** `OOMKilled`, `Error`, `Completed`: of the pod that restarted most. */
    readonly lastReason: string | undefined;
  }[];
}

export interface ReportedDrift {
  readonly compared: number;
  readonly differing: readonly {
    readonly live: string;
    readonly manifest: string;
    readonly line: number;
    readonly differences: readonly {
      readonly kind: string;
      readonly field: string;
      /** Undefined where it may be a secret or there is none. */
      readonly manifest: string | undefined;
      readonly live: string | undefined;
    }[];
  }[];
  /** Manifests without a live object. */
  readonly missing: readonly { readonly kind: string; readonly name: string; readonly manifest: string }[];
  /** Live workloads without a manifest. */
  readonly unknown: readonly string[];
}

/** The score of one area with all that it is computed from; the formula stands in docs/score.md. */
export interface AreaScore {
  readonly area: Area;
  /** 0 to 100; absent when nothing that this area looks at was found. */
  readonly score?: number;
  readonly findings: Readonly<Record<Severity, number>>;
}

export interface Score {
  /** 0 to 100: the mean of the areas that have a score, rounded; absent when none has. */
  readonly loadLine?: number;
  readonly areas: readonly AreaScore[];
}

/** A finding that was not reported, and why. */
export interface SuppressedFinding {
  readonly finding: Finding;
  readonly by: 'comment' | 'configuration' | 'baseline' | 'since' | 'image';
  /** The reason a comment or configuration gives, or what the image shows. */
  readonly reason?: string;
}

/** The result of an audit: what every renderer gets and nothing more. */
export interface Report {
  readonly tool: { readonly name: 'plimsoll'; readonly version: string };
  /** What was asked for, as written. */
  readonly target: string;
  /** The project's name: the directory's or file's base name. */
  readonly name: string;
  readonly inventory: Inventory;
  /** What matters most first. */
  readonly findings: readonly Finding[];
  readonly suppressed: readonly SuppressedFinding[];
  readonly problems: readonly ReadProblem[];
  readonly score: Score;
  /** Wall time in seconds. */
  readonly seconds: number;
  /** Text of every line that a location names, for excerpts: path, then one-based line. Secrets are masked already. */
  readonly excerpts: ReadonlyMap<string, ReadonlyMap<number, string>>;
  /** Summary, documentation address and preset of every rule that ran. */
  readonly rules: readonly {
    readonly id: string;
    readonly area: Area;
    readonly severity: Severity;
    readonly summary: string;
    readonly docs: string;
    /** One sentence each, as the rule has them: for formats that describe a rule apart from its findings. */
    readonly why?: string;
    readonly remedy?: string;
  }[];
  /** Evidence of earlier proofs that holds for the texts as they are. */
  readonly proofs?: readonly ReportedProof[];
  /** Dockerfiles of which there is evidence, but only of other texts: it does not count. */
  readonly staleProofs?: readonly string[];
  /** How the runs before and this one went, where it was recorded. */
  readonly history?: TrendReport;
}
