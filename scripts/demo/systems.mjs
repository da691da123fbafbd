// The systems that the demo runs on: an engine, a registry, a Kubernetes node. What runs already is used and left running.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { answers, must, startServer, until } from './command.mjs';

/** The Docker Engine of scripts/engine: `docker` with the arguments that lead to it. */
export function startEngine(root) {
  const script = path.join(root, 'scripts/engine');
  const socket = must(script, ['up']).trim();
  return { command: '/usr/bin/docker', args: ['--host', `unix://${socket}`] };
}

/** An OCI registry where the node's containerd looks for one: https://distribution.github.io/distribution/ */
export async function startRegistry(directory) {
  const address = '127.0.0.1:5000';
  if (await answers(`http://${address}/v2/`)) return address;
  const storage = path.join(directory, 'registry');
  mkdirSync(storage, { recursive: true });
  const config = path.join(directory, 'registry.yml');
  writeFileSync(
    config,
    `version: 0.1\nstorage: {filesystem: {rootdirectory: ${storage}}}\nhttp: {addr: "${address}"}\n`,
  );
  startServer('registry', '/usr/bin/docker-registry', ['serve', config], directory);
  await until('the registry to answer', 20, () => answers(`http://${address}/v2/`));
  return address;
}

/** The node of scripts/cluster, or the one that PLIMSOLL_NODE names; `stop` stops it unless it was there. */
export function startNode(root, directory) {
  const running = process.env.PLIMSOLL_NODE;
  const script = path.join(root, 'scripts/cluster');
  const place = running ?? path.join(directory, 'node');
  if (!running) must(script, ['up', place, 'node']);
  const kubeconfig = path.join(place, 'kubeconfig');
  return {
    kubeconfig,
    kubectl: (args, input) => must('kubectl', ['--kubeconfig', kubeconfig, ...args], { input }),
    stop: () => running || must(script, ['down', place]),
  };
}
