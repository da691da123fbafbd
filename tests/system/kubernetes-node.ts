import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const script = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../scripts/cluster');
const cache = process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache');
const ctr = path.join(process.env.PLIMSOLL_CLUSTER_BIN ?? path.join(cache, 'plimsoll-cluster/bin'), 'ctr');

/** How the kernel runs the first process of a container. */
export interface ProcessRights {
  readonly user: number;
  readonly capabilities: string;
  readonly noNewPrivileges: boolean;
  /** Its root is mounted read-only. */
  readonly readOnlyRoot: boolean;
}

/** A whole Kubernetes of one node: kubelet, containerd, control plane (scripts/cluster). */
export interface KubernetesNode {
  /** The file with its administrator's credentials. */
  readonly kubeconfig: string;
  /** @throws Error with what kubectl said when it fails. */
  kubectl(args: readonly string[], input?: string): string;
  /** Puts an image, as `docker save` wrote it, where the kubelet finds it. */
  load(archive: string): void;
  /** Of a running container, by the id that its pod's status gives. */
  rightsOf(containerId: string): ProcessRights;
  stop(): void;
}

/** Whether all that a node needs is built and installed. */
export function hasNodeParts(): boolean {
  return spawnSync(script, ['check', 'node']).status === 0;
}

/**
 * Starts the node, once no other test has it: there is one a machine. With PLIMSOLL_NODE, the directory of a node that runs already
 * (`scripts/cluster up DIR node`), that one is used, and left running: tests then keep to namespaces of their own.
 * @throws Error with the script's words when it does not come up.
 */
export function startKubernetesNode(directory: string): KubernetesNode {
  const running = process.env.PLIMSOLL_NODE;
  const release = running === undefined ? waitForTurn() : undefined;
  if (running === undefined) must(script, ['up', directory, 'node']);
  const kubeconfig = path.join(running ?? directory, 'kubeconfig');
  const containers = ['-a', '/run/containerd/containerd.sock', '-n', 'k8s.io'];
  return {
    kubeconfig,
    kubectl: (args, input) => must('kubectl', ['--kubeconfig', kubeconfig, ...args], input),
    load: (archive) => must(ctr, [...containers, 'images', 'import', archive]),
    rightsOf(containerId) {
      const id = containerId.replace(/^containerd:\/\//, '');
      const task = must(ctr, [...containers, 'tasks', 'ls'])
        .split('\n')
        .find((line) => line.startsWith(id));
      const pid = Number(task?.split(/\s+/)[1]);
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      const root = readFileSync(`/proc/${pid}/mountinfo`, 'utf8')
        .split('\n')
        .find((line) => line.split(' ')[4] === '/');
      return {
        user: Number(/^Uid:\s+(\d+)/m.exec(status)?.[1]),
        capabilities: /^CapEff:\s+(\w+)/m.exec(status)?.[1] ?? '',
        noNewPrivileges: /^NoNewPrivs:\s+1/m.test(status),
        readOnlyRoot: root?.split(' ')[5]?.split(',').includes('ro') === true,
      };
    },
    stop() {
      if (running !== undefined) return;
      spawnSync(script, ['down', directory]);
      release?.();
    },
  };
}

/** Waits until no other process has the node. A process that died with it has lost its turn. */
function waitForTurn(): () => void {
  const turn = path.join(os.tmpdir(), 'plimsoll-node.turn');
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    try {
      writeFileSync(turn, String(process.pid), { flag: 'wx' });
      return () => rmSync(turn, { force: true });
    } catch {
      if (!isRunning(turn)) rmSync(turn, { force: true });
      else Atomics.wait(pause, 0, 0, 500);
    }
  }
}

function isRunning(turn: string): boolean {
  try {
    const holder = readFileSync(turn, 'utf8');
    // Empty between its making and its filling.
    if (holder !== '') process.kill(Number(holder), 0);
    return true;
  } catch {
    return false;
  }
}

function must(command: string, args: readonly string[], input?: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', input, maxBuffer: 1 << 26 });
  if (error) throw error;
  if (status !== 0) throw new Error(`${path.basename(command)} ${args.join(' ')}: exit ${status}\n${stderr}`);
  return stdout;
}
