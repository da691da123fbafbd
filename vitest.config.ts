import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Minutes each, on a node of their own: `npm run test:node` runs them. */
const onlyInFullSet = [
  'alertmanager-pods',
  'bases-cluster',
  'cost-start-up',
  'exporter-pod',
  'keda',
  'observe-alerts',
  'observe-grafana',
  'observe-stack',
  'otel-collector',
  'otel-collector-pod',
  'prometheus-operator',
  'prove-trials-cluster',
  'prune-registry-node',
  'prune-registry-workloads',
  'respond-pod',
  'review-pod',
  'scaling',
  'vertical-recommendation',
].map((name) => `tests/system/${name}.test.ts`);

/** 14 databases of real systems and the Go modules that hold them, 220 MB: `npm run test:packages` runs it. */
const onlyWithAllPackages = ['tests/system/package-databases.test.ts'];

/** Engines of their own that are killed: `npm run test:prove` runs them. */
const onlyWithAllProofs = ['tests/system/prove-faults.test.ts'];

/** Ask the registries of npm and PyPI, and builds of minutes: `npm run test:rebuild` runs them. */
const onlyWithAllRebuilds = [
  'rebuild-apk',
  'rebuild-rpm-image',
  'rebuild-languages',
  'rebuild-debian',
  'rebuild-lock-files',
].map((name) => `tests/system/${name}.test.ts`);

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: [
      ...(process.env.PLIMSOLL_NODE_TESTS === 'all' ? [] : onlyInFullSet),
      ...(process.env.PLIMSOLL_PACKAGES === 'all' ? [] : onlyWithAllPackages),
      ...(process.env.PLIMSOLL_REBUILD === 'all' ? [] : onlyWithAllRebuilds),
      ...(process.env.PLIMSOLL_PROVE === 'all' ? [] : onlyWithAllProofs),
    ],
    // Files of system tests start servers and compile: they take their time.
    testTimeout: 30_000,
    hookTimeout: 120_000,
    // Vitest leaves one of two processors free; the system tests mostly wait for engines and servers.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    reporters: ['default', './tests/summary-reporter.ts'],
    globalSetup: ['./tests/generate-indexes.ts', './tests/stop-daemons.ts'],
    setupFiles: ['./tests/property-seed.ts'],
  },
});
