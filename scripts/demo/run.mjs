// Builds the example with its faults, deploys it to a real node, lets it leak until monitoring, alerting and response as `plimsoll observe`
// and `plimsoll respond` set them up have dealt with it, and then does the same with what `plimsoll fix` makes of it: docs/demo.md
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { must, stopServers } from './command.mjs';
import { memoryOfPods, sendCustomers, watchResponse } from './leak.mjs';
import { startMonitoring } from './monitoring.mjs';
import { sideBySide, timeline } from './report.mjs';
import { startEngine, startNode, startRegistry } from './systems.mjs';
import { buildImage, deploy, findingsOf, setImage } from './version.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-demo-'));
const namespace = 'plimsoll-demo';
// The node has no image of this tag yet: it pulls it.
const run = Date.now().toString(36);
const begun = Date.now();

function say(what, text) {
  const at = `${Math.round((Date.now() - begun) / 1000)} s`;
  process.stdout.write(`${at.padStart(6)}  ${what.padEnd(14)}${text}\n`);
}

function plimsoll(args) {
  const program = path.join(root, 'dist/cli/main.js');
  return spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });
}

/** The example as a repository of its own: fix refuses to change what is not committed. */
function copyExample(name) {
  const directory = path.join(scratch, name);
  cpSync(path.join(root, 'examples/carts-node'), directory, { recursive: true });
  const git = (...args) =>
    must('git', ['-c', 'user.name=demo', '-c', 'user.email=demo@example.com', ...args], { cwd: directory });
  git('init', '--quiet');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'as it is');
  return directory;
}

/** All repairs, and the one that only a person who knows the program can make: carts are forgotten. */
function fix(directory) {
  const { status, stdout, stderr } = plimsoll(['fix', directory, '--review', '--write']);
  if (status !== 0) throw new Error(stderr || stdout);
  const file = path.join(directory, 'deploy/deployment.yaml');
  const text = readFileSync(file, 'utf8');
  const set = '$1env:\n$1  - name: CART_TTL_SECONDS\n$1    value: "5"\n$1ports:';
  writeFileSync(file, text.replace(/^( +)ports:$/m, set));
  return /(\d+) fix/.exec(stdout)?.[1];
}

async function bringUp(systems, name) {
  const directory = copyExample(name);
  if (name === 'repaired')
    say('fix', `plimsoll fix --review --write: ${fix(directory)} fixes; and CART_TTL_SECONDS is set`);
  const findings = findingsOf(plimsoll, directory);
  say(
    'audit',
    `${findings.error} of severity error, ${findings.warning} warning, ${findings.note} note in the example ${name}`,
  );
  say('build', 'docker build --no-cache, and push: a minute or more');
  const built = buildImage(systems, directory, `${name}-${run}`);
  say('build', `${(built.bytes / 1e6).toFixed(0)} MB in ${built.layers} layers, pushed`);
  setImage(directory, built.image);
  const deployed = await deploy(systems, directory);
  say(
    'deploy',
    `all pods ready after ${deployed.readySeconds.toFixed(1)} s, of which the pull took ${deployed.pullSeconds.toFixed(1)} s`,
  );
  return { directory, findings, ...built, ...deployed };
}

async function leak(systems, directory) {
  const monitoring = await startMonitoring(systems, directory, scratch);
  say(
    'watch',
    'Prometheus, Alertmanager and the responder run with what plimsoll observe wrote and a policy of one rule',
  );
  const customers = sendCustomers(systems);
  try {
    const moments = await watchResponse({ ...systems, monitoring, say });
    return { moments, requests: customers.seen.requests, memory: moments.memory };
  } finally {
    await customers.stop();
  }
}

async function main() {
  const docker = startEngine(root);
  const registry = await startRegistry(scratch);
  const node = startNode(root, scratch);
  const systems = { plimsoll, root, node, docker, registry, kubectl: node.kubectl, namespace, say };
  try {
    node.kubectl(['delete', 'namespace', namespace, '--ignore-not-found', '--wait', '--timeout', '120s']);
    node.kubectl(['create', 'namespace', namespace]);
    const faulty = await bringUp(systems, 'faulty');
    const { moments, requests } = await leak(systems, faulty.directory);
    const repaired = await bringUp(systems, 'repaired');
    const customers = sendCustomers(systems, { requests });
    await customers.done;
    say('customers', `${requests} more requests: the repaired version forgets carts`);
    const memory = await memoryOfPods(systems);
    process.stdout.write(
      `\n${timeline(moments)}\n\n${sideBySide({ ...faulty, memory: moments.memory }, { ...repaired, memory })}\n`,
    );
  } finally {
    stopServers();
    node.kubectl(['delete', 'namespace', namespace, '--ignore-not-found', '--wait=false']);
    node.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

await main();
