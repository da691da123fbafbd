import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
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

/** @throws Error with the script's words when it does not come up. */
export function startKubernetesNode(directory: string): KubernetesNode {
  must(script, ['up', directory, 'node']);
  const kubeconfig = path.join(directory, 'kubeconfig');
  const containers = ['-a', '/run/containerd/containerd.sock', '-n', 'k8s.io'];
  return {
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
    stop: () => spawnSync(script, ['down', directory]),
  };
}

function must(command: string, args: readonly string[], input?: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', input, maxBuffer: 1 << 26 });
  if (error) throw error;
  if (status !== 0) throw new Error(`${path.basename(command)} ${args.join(' ')}: exit ${status}\n${stderr}`);
  return stdout;
}
