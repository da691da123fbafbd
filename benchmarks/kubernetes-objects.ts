/**
 * 1,000 Kubernetes objects, the whole process of `plimsoll audit`, beside kube-score and the start of Node.js itself: the
 * smallest of several runs of each. Exits with 1 when it takes longer than the project promises. kube-score is left out, by
 * name, where it is not installed.
 *
 *     node benchmarks/run.mjs kubernetes-objects [OBJECTS]
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { manifestFiles } from './kubernetes-manifests.ts';

/** Whole process, for 1,000 objects. */
const promisedSeconds = 1;
const runs = 5;

const objects = Number(process.argv[2] ?? 1000);
const directory = mkdtempSync(path.join(tmpdir(), 'plimsoll-objects-'));
const files = manifestFiles(objects);
for (const file of files) {
  mkdirSync(path.dirname(path.join(directory, file.path)), { recursive: true });
  writeFileSync(path.join(directory, file.path), file.text);
}

/** Seconds of the quickest run; undefined when the program is not there. */
function seconds(command: string, parameters: readonly string[]): number | undefined {
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    const { error } = spawnSync(command, parameters, { cwd: directory, stdio: 'ignore' });
    if (error) return undefined;
    best = Math.min(best, (performance.now() - start) / 1000);
  }
  return best;
}

function print(name: string, taken: number | undefined): void {
  console.log(`${name.padEnd(12)} ${taken === undefined ? 'not installed' : `${taken.toFixed(2)} s`}`);
}

const size = files.reduce((sum, file) => sum + file.text.length, 0);
console.log(`${objects} objects in ${files.length} files, ${(size / 1e6).toFixed(2)} MB; the quickest of ${runs} runs`);
const built = path.resolve('.cache/bin/kube-score');
const plimsoll = seconds(process.execPath, [path.resolve('dist/cli/main.js'), 'audit', directory]);
print('plimsoll', plimsoll);
print('kube-score', seconds(existsSync(built) ? built : 'kube-score', ['score', ...files.map((file) => file.path)]));
print('node', seconds(process.execPath, ['-e', '0']));
rmSync(directory, { recursive: true, force: true });
if (plimsoll === undefined || plimsoll > (promisedSeconds * objects) / 1000) process.exitCode = 1;
