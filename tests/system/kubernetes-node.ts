import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const script = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../scripts/cluster');
const cache = process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache');
const ctr = nodeProgram('ctr');

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

/** Where scripts/cluster keeps one of the programs that it builds. */
export function nodeProgram(name: string): string {
  return path.join(process.env.PLIMSOLL_CLUSTER_BIN ?? path.join(cache, 'plimsoll-cluster/bin'), name);
}

/** Whether all that a node needs is built and installed. */
export function hasNodeParts(): boolean {
  return spawnSync(script, ['check', 'node']).status === 0;
}

/**
 * A node that tests share, because there is one a machine: the first starts it, the last stops it, and each keeps to namespaces of its own.
 * With PLIMSOLL_NODE, the directory of a node that runs already (`scripts/cluster up DIR node`), that one is used, and left running.
 * @throws Error with the script's words when it does not come up.
 */
export function startKubernetesNode(): KubernetesNode {
  const running = process.env.PLIMSOLL_NODE;
  const leave = running === undefined ? joinSharedNode() : undefined;
  const kubeconfig = path.join(running ?? sharedNode, 'kubeconfig');
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
    stop: () => leave?.(),
  };
}

const sharedNode = path.join(os.tmpdir(), 'plimsoll-node');
/** The processes that use it, one a line and use. */
const users = path.join(sharedNode, 'users');

/** Gives what has to be called when the node is not needed any more. */
function joinSharedNode(): () => void {
  inTurn(() => {
    const others = usersAlive();
    if (others.length === 0) {
      // Whoever had it died with it.
      if (existsSync(path.join(sharedNode, 'pids'))) spawnSync(script, ['down', sharedNode]);
      rmSync(sharedNode, { recursive: true, force: true });
      must(script, ['up', sharedNode, 'node']);
    }
    writeUsers([...others, String(process.pid)]);
  });
  return () =>
    inTurn(() => {
      const left = usersAlive();
      left.splice(left.indexOf(String(process.pid)), 1);
      writeUsers(left);
      if (left.length === 0) spawnSync(script, ['down', sharedNode]);
    });
}

function usersAlive(): string[] {
  if (!existsSync(users)) return [];
  return readFileSync(users, 'utf8')
    .split('\n')
    .filter((user) => user !== '' && isAlive(user));
}

function writeUsers(list: readonly string[]): void {
  writeFileSync(users, list.map((user) => `${user}\n`).join(''));
}

/** One process at a time. One that died in its turn has lost it. */
function inTurn(act: () => void): void {
  const turn = path.join(os.tmpdir(), 'plimsoll-node.turn');
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    try {
      writeFileSync(turn, String(process.pid), { flag: 'wx' });
      break;
    } catch {
      if (!isTaken(turn)) rmSync(turn, { force: true });
      else Atomics.wait(pause, 0, 0, 500);
    }
  }
  try {
    act();
  } finally {
    rmSync(turn, { force: true });
  }
}

function isTaken(turn: string): boolean {
  try {
    const holder = readFileSync(turn, 'utf8');
    // Empty between its making and its filling.
    return holder === '' || isAlive(holder);
  } catch {
    return false;
  }
}

function isAlive(processId: string): boolean {
  try {
    process.kill(Number(processId), 0);
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
