/** Scanners that a pipeline can run beside Plimsoll. */
export const scannerNames = ['trivy', 'grype', 'snyk', 'clair'] as const;
export type ScannerName = (typeof scannerNames)[number];

/** Systems for which a pipeline can be written; a cluster has the review alone. */
export const systemNames = ['github', 'gitlab', 'jenkins', 'azure', 'kubernetes'] as const;
export type SystemName = (typeof systemNames)[number];

/** One image that the pipeline builds and looks into. Every text was checked by `readPipelinePlan`. */
export interface PipelineBuild {
  /** Lower case letters, digits and hyphens, different for each build. */
  readonly id: string;
  /** Without tag. */
  readonly image: string;
  /** From the root, beginning with `./`. */
  readonly context: string;
  /** From the root, beginning with `./`. */
  readonly dockerfile: string;
  readonly target: string | undefined;
  /** plimsoll.yaml says how large it may be. */
  readonly hasBudget: boolean;
}

/** What a pipeline is written from. */
export interface PipelinePlan {
  readonly builds: readonly PipelineBuild[];
  /** In the order of `scannerNames`. */
  readonly scanners: readonly ScannerName[];
  /** Host of a registry, with repositories where only these are meant, that is cleared every week; undefined: none is. */
  readonly prune: string | undefined;
  /** Of Plimsoll, as npm takes it, where no variable names it; undefined: one has to. Nothing in it has a meaning for YAML, a shell or an expression. */
  readonly package: string | undefined;
  /** Of Plimsoll, for pods. */
  readonly plimsollImage: string;
  /** How it is asked for again, for instance `github --scanner trivy`. */
  readonly command: string;
}
