// A corpus of Dockerfiles, whole process, all rules that are on by default, beside the peers.
//
//     node benchmarks/corpus.mjs [DIRECTORY] [--peers]     DIRECTORY: benchmarks/corpus/extract.mjs lays one out; default: generated files
//
// Limits: 2,000 files a second on two cores, 500 MB. The peers take minutes over a corpus and are asked for by --peers.
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { generateDockerfiles } from './generated-dockerfiles.mjs';
import { compare, machine, memorySlack, peer, plimsoll, printTable, scratchDirectory, verdict } from './measure.mjs';

const [given] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const directory = given ?? scratchDirectory('corpus');
if (given === undefined) generateDockerfiles(directory, 2000);
const files = readdirSync(directory)
  .filter((file) => /dockerfile/i.test(file))
  .map((file) => path.join(directory, file));

const commands = [
  { name: 'plimsoll audit', command: process.execPath, args: [plimsoll, 'audit', directory, '--no-config', '--json'] },
  {
    name: 'plimsoll audit --preset all',
    command: process.execPath,
    args: [plimsoll, 'audit', directory, '--no-config', '--json', '--preset', 'all'],
  },
];
const rounds = Number(process.env.PLIMSOLL_BENCHMARK_ROUNDS ?? 5);
const results = compare(commands, rounds);
if (process.argv.includes('--peers')) {
  const hadolint = peer('hadolint');
  if (hadolint) {
    commands.push({ name: 'hadolint', command: hadolint, args: ['--format', 'json', ...files], mayFail: true });
    results.push(...compare(commands.slice(-1), 1));
  }
}
console.log(machine());
printTable(
  `${files.length} ${given === undefined ? 'generated ' : ''}Dockerfiles, median of ${rounds} runs (peers: 1)`,
  ['command', 'seconds', 'files a second', 'memory', 'limits'],
  commands.map(({ name }, at) => [
    name,
    results[at].seconds.toFixed(2),
    Math.round(files.length / results[at].seconds).toLocaleString('en'),
    `${Math.round(results[at].memory / 1e6)} MB`,
    name === 'plimsoll audit'
      ? `time ${verdict(Number(results[at].seconds.toFixed(2)), files.length / 2000, ' s')}, memory ${verdict(Math.round(results[at].memory / 1e6), 500, ' MB', memorySlack)}`
      : '',
  ]),
);
if (given === undefined) rmSync(directory, { recursive: true });
