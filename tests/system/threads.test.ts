import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateDockerfiles } from '../../benchmarks/generated-dockerfiles.mjs';

/** More Dockerfiles than one thread is given alone. */
const files = 300;
let scratch = '';

beforeAll(() => {
  scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-threads-'));
  generateDockerfiles(path.join(scratch, 'files'), files);
  cpSync('dist', path.join(scratch, 'one/dist'), { recursive: true });
  rmSync(path.join(scratch, 'one/dist/cli/audit-worker.js'));
  cpSync('dist', path.join(scratch, 'broken/dist'), { recursive: true });
  writeFileSync(path.join(scratch, 'broken/dist/cli/audit-worker.js'), 'throw new Error("does not start");');
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function audit(dist: string) {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [path.join(dist, 'cli/main.js'), 'audit', path.join(scratch, 'files'), '--no-config', '--json', '--preset', 'all'],
    { encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  const { seconds: _, ...report } = JSON.parse(stdout);
  return { report, stderr, status };
}

describe('an audit of many Dockerfiles', () => {
  test('finds in several threads what it finds in one', () => {
    const several = audit('dist');
    expect(several.report.inventory.dockerfiles).toBe(files);
    expect(several.report.findings.length).toBeGreaterThan(files);
    expect(several).toEqual(audit(path.join(scratch, 'one/dist')));
  });

  test('goes on in one thread when no other starts', () => {
    expect(audit(path.join(scratch, 'broken/dist'))).toEqual(audit('dist'));
  });
});
