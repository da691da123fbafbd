import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prometheusPart } from '../../src/observe/prometheus/part.ts';
import { planOf } from './example-plan.ts';

const promtool = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../.cache/bin/promtool');
const missing = !existsSync(promtool);
const reason = 'promtool is missing: scripts/system-parts prometheus';

describe('the configuration of Prometheus', () => {
  let directory: string;
  beforeEach((context) => {
    if (missing && process.env.CI === 'true') throw new Error(reason);
    if (missing) context.skip(reason);
    directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-prometheus-'));
  });
  afterEach(() => {
    if (directory) rmSync(directory, { recursive: true, force: true });
  });

  it.each([
    ['as it is', planOf()],
    ['through the node proxy', planOf({ nodeProxy: true })],
    ['with its workloads', planOf({ stack: 'full', namespace: 'watch' })],
  ])(
    'is taken by promtool: %s',
    (_, plan) => {
      const account = path.join(directory, 'account');
      mkdirSync(account);
      for (const name of ['token', 'ca.crt']) writeFileSync(path.join(account, name), '');
      for (const { path: file, text } of prometheusPart.write(plan)) {
        const place = path.join(directory, file);
        mkdirSync(path.dirname(place), { recursive: true });
        // promtool looks for the files of credentials.
        writeFileSync(place, text.replaceAll('/var/run/secrets/kubernetes.io/serviceaccount', account));
      }
      const checked = spawnSync(promtool, ['check', 'config', path.join(directory, 'base/prometheus/prometheus.yml')], {
        encoding: 'utf8',
      });
      expect(checked.stdout + checked.stderr).toContain('is valid prometheus config file syntax');
      expect(checked.status, checked.stdout + checked.stderr).toBe(0);
    },
    60_000,
  );
});
