import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    // Files of system tests start servers and compile: they take their time.
    testTimeout: 30_000,
    hookTimeout: 120_000,
    reporters: ['default', './tests/summary-reporter.ts'],
    globalSetup: ['./tests/generate-indexes.ts'],
    setupFiles: ['./tests/property-seed.ts'],
  },
});
