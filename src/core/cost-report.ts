/** A figure that a model takes, with the place that gives it: `deploy/web.yaml:7`, `--nodes`, `plimsoll.yaml:3`, `default: one`. */
export interface CostInput<Value = number> {
  readonly value: Value;
  readonly source: string;
}

/** All that the cost model takes beside images and workloads (docs/cost.md). */
export interface CostInputs {
  readonly nodes: CostInput;
  readonly deploysPerDay: CostInput;
  /** Nodes that come without any image: of an autoscaler, after an upgrade. */
  readonly newNodesPerDay: CostInput;
  /** Bytes a second that one node pulls. */
  readonly bandwidth: CostInput;
  /** Seconds until a registry begins to answer. */
  readonly latency: CostInput;
  /** Layers that a node downloads at the same time. */
  readonly parallelDownloads: CostInput;
  /** Bytes of tar that a node unpacks in a second. */
  readonly unpackRate: CostInput;
  /** Seconds for each file that is unpacked. */
  readonly fileSeconds: CostInput;
  /** Seconds from a pod's making to its ready container without its image's pull and its program's start. */
  readonly podSeconds: CostInput;
  /** What makes that a layer is not pulled again: its digest, or its digest above the same layers. */
  readonly sharing: CostInput<'digest' | 'chain'>;
}

/** Who runs an image. */
export interface CostUse {
  /** `deployment/web`; for a flag its name. */
  readonly workload: string;
  readonly replicas: CostInput;
  /** Nodes that its pods lie on. */
  readonly nodes: number;
  /** Seconds that its program takes until it is ready. */
  readonly programSeconds: CostInput;
}

/** Seconds of a pod's start on one node. */
export interface StartUpEstimate {
  readonly pulledBytes: number;
  /** Until the last layer is there. */
  readonly downloadSeconds: number;
  /** From there on until everything is unpacked. */
  readonly unpackSeconds: number;
  /** Pod, pull and program. */
  readonly readySeconds: number;
}

export interface LayerCost {
  readonly digest: string | undefined;
  /** As it is pulled. */
  readonly bytes: number;
  /** `estimated`: its source has it unpacked only, and it was packed here for its size. */
  readonly basis: 'measured' | 'estimated';
  readonly unpackedBytes: number | undefined;
  readonly files: number | undefined;
  /** Why a node that runs the previous version need not pull it; undefined where it must. */
  readonly heldBy: 'previous version' | undefined;
  /** Names of the other images of the report that have it, too. */
  readonly sharedWith: readonly string[];
  readonly createdBy: string | undefined;
}

export interface ImageCost {
  readonly name: string;
  /** What nodes hold before a deploy; undefined where nobody told: then what a deploy pulls is the most that it can be. */
  readonly previous: string | undefined;
  /** That an empty node pulls. */
  readonly bytes: number;
  /** That a node pulls which holds nothing but the previous version. */
  readonly changedBytes: number;
  readonly basis: 'measured' | 'estimated';
  readonly uses: readonly CostUse[];
  /** Expected number of nodes that run it. */
  readonly nodes: number;
  /** On all nodes together, for one deploy; what other images of the report hold there already is not pulled. */
  readonly bytesADeploy: number;
  readonly layers: readonly LayerCost[];
  /** On a node that has the previous version, and on an empty one. */
  readonly startUp: { readonly deploy: StartUpEstimate; readonly newNode: StartUpEstimate };
}

/** What images cost to deploy: what `plimsoll cost` prints. */
export interface CostReport {
  readonly inputs: CostInputs;
  readonly images: readonly ImageCost[];
  /** Of all images, each deployed once. */
  readonly bytesADeploy: number;
  /** That a node pulls which comes new, on average. */
  readonly newNodeBytes: number;
  readonly bytesADay: number;
  /** Images that could not be read, and why. */
  readonly problems: readonly { readonly image: string; readonly message: string }[];
}
