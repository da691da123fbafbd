import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { must, stopServers } from './command.mjs';
import { startEngine, startNode, startRegistry } from './systems.mjs';
import { buildImage, deploy, findingsOf, setImage } from './version.mjs';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '../..');
const scratch = mkdtempSync(path.join(tmpdir(), 'plimsoll-demo-'));
const namespace = 'plimsoll-demo';
const say = (text) => process.stdout.write(`${text}\n`);

function plimsoll(args, options = {}) {
  return spawnSync(process.execPath, [path.join(root, 'dist/cli/main.js'), ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    ...options,
  });
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
  writeFileSync(
    file,
    text.replace(/^( +)ports:$/m, '$1env:\n$1  - name: CART_TTL_SECONDS\n$1    value: "30"\n$1ports:'),
  );
}

async function main() {
  const docker = startEngine(root);
  const registry = await startRegistry(scratch);
  const node = startNode(root, scratch);
  try {
    const systems = { docker, registry, kubectl: node.kubectl, namespace };
    node.kubectl(['delete', 'namespace', namespace, '--ignore-not-found', '--wait', '--timeout', '120s']);
    node.kubectl(['create', 'namespace', namespace]);
    for (const name of ['faulty', 'fixed']) {
      const directory = copyExample(name);
      if (name === 'fixed') fix(directory);
      const findings = findingsOf(plimsoll, directory);
      const built = buildImage(systems, directory, name);
      setImage(directory, built.image);
      const deployed = await deploy(systems, directory);
      say(JSON.stringify({ name, findings, ...built, ...deployed }));
    }
  } finally {
    node.kubectl(['delete', 'namespace', namespace, '--ignore-not-found', '--wait=false']);
    stopServers();
    node.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

await main();
