// One small repository, whole process, text report, beside bare Node.js and the peers.
// Limits: 0.25 s, and twice the start of bare Node.js.
import path from 'node:path';
import { compare, machine, peer, plimsoll, printTable, root, verdict } from './measure.mjs';

const example = path.join(root, 'examples/shop-node');
const dockerfile = path.join(example, 'Dockerfile');
const runs = Number(process.env.PLIMSOLL_BENCHMARK_ROUNDS ?? 15);
const commands = [
  { name: 'node -e 0', command: process.execPath, args: ['-e', '0'] },
  { name: 'plimsoll --version', command: process.execPath, args: [plimsoll, '--version'] },
  {
    name: 'plimsoll audit (repository)',
    command: process.execPath,
    args: [plimsoll, 'audit', example, '--format', 'text'],
  },
  {
    name: 'plimsoll audit (its Dockerfile)',
    command: process.execPath,
    args: [plimsoll, 'audit', dockerfile, '--format', 'text'],
  },
  ...peerCommand('hadolint', [dockerfile]),
  ...peerCommand('tally', ['lint', dockerfile]),
];

function peerCommand(name, args) {
  const command = peer(name);
  return command === undefined ? [] : [{ name: `${name} (its Dockerfile)`, command, args, mayFail: true }];
}

const results = compare(commands, runs);
const bare = results[0].seconds;
console.log(machine());
printTable(
  `Start-up, median of ${runs} runs`,
  ['command', 'seconds', 'of bare Node.js', 'memory', 'limit'],
  commands.map(({ name }, at) => [
    name,
    results[at].seconds.toFixed(3),
    `${(results[at].seconds / bare).toFixed(2)} ×`,
    `${Math.round(results[at].memory / 1e6)} MB`,
    name === 'plimsoll audit (repository)'
      ? verdict(Number(results[at].seconds.toFixed(3)), Number(Math.min(0.25, 2 * bare).toFixed(3)), ' s')
      : '',
  ]),
);
