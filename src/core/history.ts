import type { Area } from './area.ts';
import type { AreaScore, Score } from './report.ts';
import type { Severity } from './severity.ts';

const runKinds = ['audit', 'image', 'prove'] as const;

/** What was run: the command's name. */
export type RunKind = (typeof runKinds)[number];

export function isRunKind(value: string): value is RunKind {
  return (runKinds as readonly string[]).includes(value);
}

/** Where in git a run was made. Undefined where nobody could tell. */
export interface RunSource {
  readonly commit: string | undefined;
  readonly branch: string | undefined;
  /** Files were other than committed: tracked ones, or those in which something was found. */
  readonly dirty: boolean;
}

/** Runs that can be compared: the same command on the same thing of the same project. */
export interface RunSeries {
  /** `github.com/acme/shop`, or as `plimsoll.yaml` names it. */
  readonly project: string;
  readonly kind: RunKind;
  /** What was looked at: `.`, `web/Dockerfile`, `shop/web` for all tags of an image. */
  readonly subject: string;
}

/** A finding as it is kept. Its sentence is masked: no secret is kept. */
export interface RecordedFinding {
  /** See `fingerprints`. */
  readonly fingerprint: string;
  /** See `formerFingerprints`. Of a run that is to be recorded only: what the store has by that name is this finding. */
  readonly formerFingerprint?: string;
  /** See `lineFingerprint`. */
  readonly lineFingerprint: string;
  readonly rule: string;
  readonly area: Area;
  readonly severity: Severity;
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

/** An image as it is kept. Bytes. */
export interface RecordedImage {
  readonly name: string;
  readonly digest: string | undefined;
  readonly dockerfile: string | undefined;
  /** Content of all layers, unpacked. */
  readonly bytes: number;
  /** As it is pulled; undefined where its source has it unpacked only. */
  readonly pulledBytes: number | undefined;
  /** From the lowest up. */
  readonly layers: readonly {
    readonly digest: string | undefined;
    readonly bytes: number;
    readonly createdBy: string | undefined;
  }[];
  readonly packages: readonly RecordedPackage[];
  /** Undefined where nobody looked for any. */
  readonly vulnerabilities: readonly RecordedVulnerability[] | undefined;
}

export interface RecordedPackage {
  /** The ecosystem: `deb`, `npm`. */
  readonly type: string;
  readonly name: string;
  readonly version: string;
}

export interface RecordedVulnerability {
  readonly id: string;
  readonly severity: string;
  readonly package: string;
  readonly version: string;
  readonly fixedIn: string | undefined;
}

/** Of one side of a proof. Bytes and seconds. */
export interface RecordedFigures {
  readonly image: string | undefined;
  readonly bytes: number;
  readonly compressedBytes: number | undefined;
  readonly layerBytes: readonly number[];
  readonly packages: number;
  readonly vulnerablePackages: number | undefined;
  readonly coldSeconds: number;
  readonly rebuildSeconds: number | undefined;
}

/** Evidence as it is kept: its verdict and what was measured. */
export interface RecordedEvidence {
  readonly name: string;
  readonly dockerfile: string;
  readonly verdict: string;
  readonly builder: string;
  readonly created: string;
  readonly before: RecordedFigures;
  readonly after: RecordedFigures | undefined;
  /** Rules of the fixes that passed, and of those that were withdrawn. */
  readonly fixes: readonly string[];
  readonly withdrawn: readonly string[];
  readonly statements: readonly string[];
}

/** A run, as it is put into the store. */
export interface RunRecord extends RunSeries, RunSource {
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly tool: string;
  /** Ids of the rules that ran: what none of them looks for is not gone. */
  readonly rules: readonly string[];
  /** Files and directories that could not be read: what is found there is not gone. */
  readonly unread: readonly string[];
  readonly score: Score;
  readonly findings: readonly RecordedFinding[];
  readonly images: readonly RecordedImage[];
  readonly evidence: readonly RecordedEvidence[];
}

/** A run as lists show it. */
export interface RunSummary extends RunSeries, RunSource {
  /** Its number in the store, from 1. */
  readonly id: number;
  readonly at: string;
  readonly tool: string;
  readonly loadLine: number | undefined;
  readonly findings: Readonly<Record<Severity, number>>;
  /** Content of its images, or of those that were proved as they are, in bytes; undefined without any. */
  readonly bytes: number | undefined;
}

/** The score of an area at the time, and how it came about. */
export interface RecordedArea extends AreaScore {
  readonly derivation: string | undefined;
}

/** Everything that is kept of a run. */
export interface RecordedRun extends RunSummary {
  readonly areas: readonly RecordedArea[];
  readonly rules: readonly string[];
  readonly found: readonly RecordedFinding[];
  readonly images: readonly RecordedImage[];
  readonly evidence: readonly RecordedEvidence[];
}

/** What a trend is made of: the runs of one series, the oldest first. */
export interface RunHistory {
  readonly series: RunSeries;
  readonly runs: readonly HistoricRun[];
}

export interface HistoricRun extends Omit<RunSummary, keyof RunSeries> {
  readonly areas: readonly AreaScore[];
  readonly rules: ReadonlySet<string>;
  readonly unread: readonly string[];
  /** A run's finding has the severity that it had then, and the place and sentence that it had last. */
  readonly found: readonly RecordedFinding[];
  readonly images: readonly {
    readonly name: string;
    readonly dockerfile: string | undefined;
    readonly bytes: number;
  }[];
}
