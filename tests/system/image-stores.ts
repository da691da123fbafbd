import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeProgram } from './kubernetes-node.ts';

/** An empty store of images of its own, as a node has one, filled by a real client that does not pull what it has. */
export interface ImageStore {
  readonly client: string;
  /** From a registry without TLS: `127.0.0.1:5000/web:1`. */
  pull(image: string): Promise<void>;
  stop(): void;
}

export const hasSkopeo = spawnSync('skopeo', ['--version']).status === 0;

/** Skopeo into OCI layouts that keep their blobs in one directory. */
export function skopeoStore(): ImageStore {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-skopeo-'));
  let layouts = 0;
  return {
    client: 'skopeo',
    async pull(image) {
      const layout = `oci:${path.join(directory, `layout-${layouts++}`)}:it`;
      const flags = ['--src-tls-verify=false', '--dest-shared-blob-dir', path.join(directory, 'blobs')];
      await run('skopeo', ['copy', '--quiet', ...flags, `docker://${image}`, layout]);
    },
    stop: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** Buildah into a storage of its own. */
export function buildahStore(): ImageStore {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-buildah-'));
  const place = ['--root', path.join(directory, 'root'), '--runroot', path.join(directory, 'run')];
  return {
    client: 'buildah',
    pull: (image) =>
      run('buildah', [...place, '--storage-driver', 'vfs', 'pull', '--quiet', '--tls-verify=false', image]),
    stop: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** A containerd of its own: namespaces of one share what they download. */
export async function containerdStore(): Promise<ImageStore> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-containerd-'));
  const [config, socket] = [path.join(directory, 'config.toml'), path.join(directory, 's')];
  writeFileSync(
    config,
    `version = 3\nroot = "${directory}/root"\nstate = "${directory}/state"\ndisabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime"]\n[grpc]\n  address = "${socket}"\n[ttrpc]\n  address = "${socket}.ttrpc"\n`,
  );
  const child = spawn(nodeProgram('containerd'), ['--config', config, '--log-level', 'error'], { stdio: 'ignore' });
  const ctr = (...args: string[]) => run(nodeProgram('ctr'), ['-a', socket, ...args]);
  for (let tries = 0; ; tries++) {
    const up = await ctr('version').then(
      () => true,
      () => false,
    );
    if (up) break;
    if (tries > 100) throw new Error('containerd does not start');
    await sleep(100);
  }
  return {
    client: 'containerd',
    pull: (image) => ctr('images', 'pull', '--local', '--plain-http', '--snapshotter', 'native', image),
    stop() {
      child.kill('SIGTERM');
      for (let tries = 0; tries < 5; tries++)
        try {
          rmSync(directory, { recursive: true, force: true });
          return;
        } catch {
          spawnSync('sleep', ['0.3']);
        }
    },
  };
}

/** A Docker Engine of its own. */
export async function dockerStore(): Promise<ImageStore> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-docker-'));
  const socket = `unix://${directory}/s`;
  const network = ['--iptables=false', '--ip6tables=false', '--bridge=none'];
  const places = [
    '--data-root',
    `${directory}/data`,
    '--exec-root',
    `${directory}/exec`,
    '--pidfile',
    `${directory}/pid`,
  ];
  const child = spawn('dockerd', ['-H', socket, '--storage-driver=vfs', ...network, ...places], { stdio: 'ignore' });
  const docker = (...args: string[]) => run('/usr/bin/docker', ['-H', socket, ...args]);
  for (let tries = 0; ; tries++) {
    const up = await docker('version').then(
      () => true,
      () => false,
    );
    if (up) break;
    if (tries > 200) throw new Error('dockerd does not start');
    await sleep(100);
  }
  return {
    client: 'Docker Engine',
    pull: (image) => docker('pull', '--quiet', image),
    stop() {
      child.kill('SIGTERM');
      for (let tries = 0; tries < 50 && child.exitCode === null && child.signalCode === null; tries++)
        spawnSync('sleep', ['0.1']);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function run(command: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const { DOCKER_CONFIG: _, ...environment } = process.env;
    execFile(command, args, { encoding: 'utf8', maxBuffer: 1 << 26, env: environment }, (error, _, errors) => {
      if (error) reject(new Error(`${path.basename(command)} ${args.join(' ')}: ${errors || error.message}`));
      else resolve();
    });
  });
}
