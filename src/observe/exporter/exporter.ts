import { auditFamilies } from './audit-families.ts';
import type { StoredReport } from './audit-files.ts';
import {
  type NodeFacts,
  type ReadableCluster,
  readContainers,
  readJobOwners,
  readNodes,
  readPulls,
} from './cluster-facts.ts';
import { imageFamilies } from './image-families.ts';
import { familyBuilder, type MetricFamily, renderFamilies } from './metric-family.ts';
import { pullHistory } from './pull-history.ts';
import type { RegistryFacts } from './registry-facts.ts';
import type { JobOwners, RunningContainer } from './running-container.ts';
import { type SourceChange, type SourceName, sourceStates } from './source-states.ts';

/** Where facts come from. What is absent is not asked for, and has no `plimsoll_exporter_up`. */
export interface ExporterSources {
  readonly cluster: ReadableCluster | undefined;
  /** All where empty. */
  readonly namespaces: readonly string[];
  readonly registry: RegistryFacts | undefined;
  readonly audits: { read(): Promise<void>; readonly reports: readonly StoredReport[] } | undefined;
}

export interface ExporterSettings {
  readonly version: string;
  /** Seconds since 1970. */
  readonly clock: () => number;
  /** Told when a source fails, fails in another way, or answers again. */
  readonly log: (entry: SourceChange) => void;
}

export interface Exporter {
  /** Reads every source once. Never rejects: a source that fails is a metric and a line in the log. */
  refresh(): Promise<void>;
  /** The metrics in Prometheus' text format, from what was read last. */
  text(): Promise<string>;
  /** Whether every source was read once, well or not. */
  readonly isReady: boolean;
  /** The sources that failed when they were read last. */
  readonly down: readonly SourceName[];
}

/**
 * What a source told is shown for so long after it began to fail: Prometheus itself takes a sample for current for five minutes
 * (https://prometheus.io/docs/prometheus/latest/querying/basics/#staleness). Then the series end, since nobody knows any more.
 */
const keptFor = 300;

/** An exporter of the metrics of a cluster's images and of audits. */
export function createExporter(sources: ExporterSources, { version, clock, log }: ExporterSettings): Exporter {
  const states = sourceStates(clock, log);
  const pulls = pullHistory();
  let containers: readonly RunningContainer[] = [];
  let nodes: NodeFacts = { images: [], architectures: new Map() };
  let jobs: JobOwners = new Map();
  let isReady = false;

  const readCluster = async (cluster: ReadableCluster): Promise<void> => {
    const { namespaces } = sources;
    // First: who made a Job is part of the names of its pods.
    await states.attempt('jobs', async () => {
      jobs = await readJobOwners(cluster, namespaces);
    });
    await Promise.all([
      states.attempt('pods', async () => {
        containers = await readContainers(cluster, namespaces, jobs);
      }),
      states.attempt('nodes', async () => {
        nodes = await readNodes(cluster);
      }),
    ]);
    if (!states.isFresh('pods', keptFor)) containers = [];
    if (!states.isFresh('nodes', keptFor)) nodes = { images: [], architectures: new Map() };
    await states.attempt('events', async () => pulls.take(await readPulls(cluster, namespaces), containers));
  };

  const families = (): MetricFamily[] => {
    const now = clock();
    const known = sources.cluster
      ? imageFamilies(
          {
            containers,
            nodeImages: nodes.images,
            pulls: states.isFresh('events', keptFor) ? pulls.pulls : new Map(),
            registry: sources.registry?.images ?? new Map(),
          },
          now,
        )
      : [];
    const all = [...known, ...(sources.audits ? auditFamilies(sources.audits.reports) : [])];
    if (sources.registry) all.push(registryFamily(containers, sources.registry));
    return [...all, ...states.families(), ...ownFamilies(all, version)];
  };

  return {
    async refresh() {
      const { cluster, registry, audits } = sources;
      if (cluster) await readCluster(cluster);
      if (registry) await states.attempt('registry', () => registry.refresh(containers, nodes.architectures));
      if (audits) await states.attempt('audits', () => audits.read());
      isReady = true;
    },
    text: async () => renderFamilies(families()),
    get isReady() {
      return isReady;
    },
    get down() {
      return states.down();
    },
  };
}

function registryFamily(containers: readonly RunningContainer[], registry: RegistryFacts): MetricFamily {
  const family = familyBuilder({
    name: 'plimsoll_registry_images',
    help: 'Running images by what their registry told: known, failed, or not asked (yet)',
    labels: ['state'],
  });
  for (const state of ['known', 'failed', 'unasked']) family.add({ state }, 0);
  for (const digest of new Set(containers.flatMap((each) => each.digest ?? []))) {
    const state = registry.images.has(digest) ? 'known' : registry.failures.has(digest) ? 'failed' : 'unasked';
    family.add({ state }, 1, 'sum');
  }
  return family.family;
}

function ownFamilies(all: readonly MetricFamily[], version: string): MetricFamily[] {
  const dropped = familyBuilder({
    name: 'plimsoll_exporter_series_dropped',
    help: 'Series that are left out because a metric has too many',
    labels: ['metric'],
  });
  for (const family of all) if (family.dropped > 0) dropped.add({ metric: family.name }, family.dropped);
  const build = familyBuilder({
    name: 'plimsoll_exporter_build_info',
    help: 'The version of the exporter',
    labels: ['version'],
  });
  build.add({ version }, 1);
  const memory = familyBuilder({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory of the exporter',
    labels: [],
  });
  memory.add({}, process.memoryUsage.rss());
  return [dropped.family, build.family, memory.family];
}
