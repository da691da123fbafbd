// A store of 500 projects with 100 runs of 20 findings each, made by the code that records runs: `trend` of a project as a whole
// process, and what it takes to record a run: by itself, and of a whole audit. Limits: 0.5 s and 50 ms. `node benchmarks/history.mjs [PROJECTS RUNS FINDINGS]`
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { compare, machine, plimsoll, printTable, root, verdict } from './measure.mjs';

const [projects = 500, runs = 100, findings = 20] = process.argv.slice(2).map(Number);
const rounds = Number(process.env.PLIMSOLL_BENCHMARK_ROUNDS ?? 15);
const code = path.join(root, '.cache/benchmarks/history');
const place = mkdtempSync(path.join(tmpdir(), 'plimsoll-benchmark-history-'));
const store = path.join(place, 'history.db');
try {
  mkdirSync(code, { recursive: true });
  const outfile = path.join(code, 'fill.cjs');
  await build({
    entryPoints: [path.join(root, 'benchmarks/history/fill.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
  });
  const wasm = 'node-sqlite3-wasm.wasm';
  copyFileSync(path.join(root, 'node_modules/node-sqlite3-wasm/dist', wasm), path.join(code, wasm));
  const filled = spawnSync(process.execPath, [outfile, store, projects, runs, findings].map(String), {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (filled.status !== 0) throw new Error('the store could not be filled');
  const recorded = JSON.parse(filled.stdout);
  const example = path.join(root, 'examples/shop-node');
  const audit = [plimsoll, 'audit', example, '--format', 'text', '--fail-on', 'never'];
  const project = 'git.example/team-7/project-247';
  const [trend, plain, kept] = compare(
    [
      { command: process.execPath, args: [plimsoll, 'trend', '--store', store, '--project', project] },
      { command: process.execPath, args: audit },
      { command: process.execPath, args: [...audit, '--record', '--store', store] },
    ],
    rounds,
  );
  const inside = recorded.toSorted((a, b) => a - b)[Math.floor(recorded.length / 2)];
  const milliseconds = (seconds) => Number((seconds * 1000).toFixed(1));
  const added = {
    median: milliseconds(kept.seconds - plain.seconds),
    least: milliseconds(kept.fastest - plain.fastest),
  };
  console.log(machine());
  printTable(
    `History: ${projects} projects, ${projects * runs} runs, ${projects * runs * findings} findings, ${Math.round(statSync(store).size / 1e6)} MB; of ${rounds} runs the median and, in brackets, the least`,
    ['what', 'measured', 'limit'],
    [
      [
        'trend of a project, whole process',
        `${trend.seconds.toFixed(3)} s (${trend.fastest.toFixed(3)} s)`,
        verdict(Number(trend.seconds.toFixed(3)), 0.5, ' s'),
      ],
      ['record a run: open, write, close', `${milliseconds(inside)} ms`, verdict(milliseconds(inside), 50, ' ms')],
      ['audit, whole process', `${plain.seconds.toFixed(3)} s (${plain.fastest.toFixed(3)} s)`, ''],
      ['audit --record, whole process', `${kept.seconds.toFixed(3)} s (${kept.fastest.toFixed(3)} s)`, ''],
      [
        'what recording adds to the whole process',
        `${added.median} ms (${added.least} ms)`,
        // Whoever else is at work on the machine only ever adds to a time.
        verdict(Math.min(added.median, added.least), 50, ' ms'),
      ],
    ],
  );
} finally {
  rmSync(place, { recursive: true, force: true });
}
