// How every benchmark here measures: whole processes, each run several times in turn with its peers, the median shown.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
export const plimsoll = path.join(root, 'dist/cli/main.js');

/**
 * A peer's program: of a directory of PLIMSOLL_PEERS (a list like PATH), of .cache/bin (scripts/system-parts), else on
 * PATH; undefined where it is not installed.
 */
export function peer(name) {
  const given = (process.env.PLIMSOLL_PEERS ?? '').split(path.delimiter).filter(Boolean);
  return [
    ...given.flatMap((directory) => [directory, path.join(directory, 'bin')]),
    path.join(root, '.cache/bin'),
    ...(process.env.PATH ?? '').split(path.delimiter),
  ]
    .map((directory) => path.join(directory, name))
    .find((file) => existsSync(file));
}

export function scratchDirectory(name) {
  return mkdtempSync(path.join(os.tmpdir(), `plimsoll-${name}-`));
}

/**
 * Runs commands in turn, `times` rounds, and gives the median wall time of each in seconds and the greatest memory in bytes.
 * Exit codes up to 1 are results; anything else is an error: a peer that stops is no measure.
 */
export function compare(commands, times) {
  const seconds = commands.map(() => []);
  let peak = commands.map(() => 0);
  for (let round = 0; round < times; round++)
    commands.forEach(({ command, args, cwd, mayFail }, at) => {
      const timed = existsSync('/usr/bin/time');
      const begun = performance.now();
      const result = timed
        ? spawnSync('/usr/bin/time', ['-f', '%M', command, ...args], options(cwd))
        : spawnSync(command, args, options(cwd));
      seconds[at].push((performance.now() - begun) / 1000);
      if (result.error || (!mayFail && (result.status ?? 2) > 1))
        throw new Error(`${command} ${args.join(' ')}: exit ${result.status}\n${result.stderr}`);
      const memory = timed ? Number(/(\d+)\s*$/.exec(result.stderr)?.[1] ?? 0) * 1024 : 0;
      peak = peak.map((value, index) => (index === at ? Math.max(value, memory) : value));
    });
  return commands.map((_, at) => ({
    seconds: median(seconds[at]),
    fastest: Math.min(...seconds[at]),
    memory: peak[at],
  }));
}

function options(cwd) {
  return { cwd, encoding: 'utf8', maxBuffer: 1 << 30, stdio: ['ignore', 'pipe', 'pipe'] };
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** One table, the same on the terminal and in RESULTS.md. */
export function printTable(title, head, rows) {
  console.log(`\n### ${title}\n`);
  console.log(`| ${head.join(' | ')} |`);
  console.log(`| ${head.map(() => '---').join(' | ')} |`);
  for (const row of rows) console.log(`| ${row.join(' | ')} |`);
}

export function machine() {
  const [cpu] = os.cpus();
  return `${new Date().toISOString().slice(0, 10)}, Node.js ${process.version}, ${os.cpus().length} × ${cpu?.model ?? 'unknown CPU'}, ${Math.round(os.totalmem() / 2 ** 30)} GiB`;
}

/** How many times the limits a figure may be: 1, but more on a machine that others use too (PLIMSOLL_BENCHMARK_SLACK). */
const slack = Number(process.env.PLIMSOLL_BENCHMARK_SLACK ?? 1);

/** The same for memory, which others on the machine do not change. */
export const memorySlack = Math.min(slack, 1.5);

/** Says whether a figure meets its limit; a missed one makes the process fail. */
export function verdict(value, limit, unit, times = slack) {
  const met = value <= limit * times;
  if (!met) process.exitCode = 1;
  return `${met ? 'met' : 'MISSED'} (at most ${limit}${unit}${times === 1 ? '' : `, ${times} times that here`})`;
}
