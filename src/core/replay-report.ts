import type { Cost } from './finding.ts';

/** One commit, as a report names it. */
export interface ReplayedCommit {
  readonly id: string;
  readonly subject: string;
}

/** Rebuild work in seconds. What only a build can decide is counted as found in `atLeast` and as rebuilt in `atMost`. */
export interface RebuildWork {
  readonly atLeast: number;
  readonly atMost: number;
}

/** One instruction over the replayed commits. */
export interface ReplayedInstruction {
  /** The stage's name or number. */
  readonly stage: string;
  /** One-based, in the newest Dockerfile that has it. */
  readonly line: number;
  readonly text: string;
  /** Builds that had it. */
  readonly builds: number;
  readonly rebuilt: number;
  /** Builds in which only a build can decide. */
  readonly unknown: number;
  /** Builds in which rebuilding began here. */
  readonly begins: number;
  /** What it takes to run it once: given, measured or estimated. */
  readonly cost: Omit<Cost, 'basis'> & { readonly basis: 'given' | Cost['basis'] };
  /** Why rebuilding began here, the most frequent first. */
  readonly reasons: readonly { readonly text: string; readonly times: number }[];
}

/** One commit's build. */
export interface ReplayedCommitBuild extends ReplayedCommit {
  /** Lines of the Dockerfile that was built. */
  readonly rebuilt: readonly number[];
  readonly unknown: readonly number[];
  readonly work: RebuildWork;
}

/** A Dockerfile built at each commit. */
export interface ReplayedDockerfile {
  readonly instructions: readonly ReplayedInstruction[];
  readonly commits: readonly ReplayedCommitBuild[];
  /** Commits that cannot be built with it, and why. */
  readonly notBuilt: readonly (ReplayedCommit & { readonly reason: string })[];
  /** Sources that some commits do not have: taken for nothing there. */
  readonly missing: readonly { readonly source: string; readonly commits: number }[];
  /** Instructions of all builds, and those of them that are decided without a build. */
  readonly instructionsInAll: number;
  readonly decided: number;
  readonly rebuilt: number;
  /** Of all builds together. */
  readonly work: RebuildWork;
}

/** What one fix alone would have saved. */
export interface ReplayedFix {
  readonly rule: string;
  readonly title: string;
  readonly class: 'safe' | 'review';
  readonly path: string;
  readonly line: number;
  readonly rebuilt: number;
  readonly work: RebuildWork;
  readonly decided: number;
  readonly instructionsInAll: number;
}

export interface ReplayedBuildReport {
  readonly dockerfile: string;
  readonly context: string;
  readonly target: string | undefined;
  /** `current`: today's Dockerfile and ignore file at every commit; `historic`: each commit's own. */
  readonly as: 'current' | 'historic';
  readonly replay: ReplayedDockerfile;
  /** The one that saves most first. Those that save nothing are left out, and counted. */
  readonly fixes: readonly ReplayedFix[];
  readonly fixesWithoutEffect: number;
  /** Images and addresses of which the same text is taken for the same thing. */
  readonly assumed: readonly string[];
}

/** What `plimsoll replay` found. */
export interface ReplayReport {
  readonly tool: { readonly name: 'plimsoll'; readonly version: string };
  readonly name: string;
  readonly seconds: number;
  readonly history: {
    /** Commits whose builds were replayed; the one before them fills the cache. */
    readonly commits: number;
    readonly asked: number;
    readonly oldest: ReplayedCommit;
    readonly newest: ReplayedCommit;
    readonly shallow: boolean;
    readonly everyParent: boolean;
  };
  readonly builds: readonly ReplayedBuildReport[];
  /** What of the repository is not looked at as a check-out would have it. */
  readonly notes: readonly string[];
}

/** One instruction of one commit's build, and why it was not found in the cache. */
export interface ExplainedInstruction {
  readonly stage: string;
  readonly line: number;
  readonly text: string;
  readonly verdict: 'cached' | 'rebuilt' | 'unknown';
  /** One sentence; absent for what was found. */
  readonly why: string | undefined;
  /** Rebuilding began here. */
  readonly begins: boolean;
  readonly files: readonly ExplainedFile[];
  /** The commit that did it, where it can be named. */
  readonly commit: ReplayedCommit | undefined;
}

export interface ExplainedFile {
  readonly path: string;
  readonly change: string;
  /** What it is, where no build is known to need it. */
  readonly needless: string | undefined;
  readonly commit: ReplayedCommit | undefined;
}

/** What `plimsoll why-rebuilt` found. */
export interface RebuildExplanation {
  readonly tool: { readonly name: 'plimsoll'; readonly version: string };
  readonly name: string;
  readonly commit: ReplayedCommit;
  /** The last build whose results are taken to be in the cache. */
  readonly since: ReplayedCommit;
  /** Builds in the cache. */
  readonly cached: number;
  readonly builds: readonly {
    readonly dockerfile: string;
    readonly context: string;
    readonly target: string | undefined;
    readonly problem: string | undefined;
    readonly instructions: readonly ExplainedInstruction[];
  }[];
}
