import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { makeScratch } from '../../scratch.ts';

/** Connections into the network of a container, made by a process that was put into it. */
export interface NamespaceRelay {
  /** @throws Error where nothing listens on that port */
  connect(port: number): Promise<Socket>;
  close(): void;
}

/**
 * What runs there, with plimsoll's own Node.js: it takes connections on a socket file, reads a port, says `+` once that is open, and hands bytes on. It ends
 * with its standard input, and so with plimsoll.
 */
const program = `
const net = require('node:net');
net.createServer({ allowHalfOpen: true }, (client) => {
  client.on('error', () => client.destroy());
  client.once('data', (first) => {
    client.pause();
    const reach = (hosts) => {
      const target = net.connect({ port: Number(String(first).trim()), host: hosts[0], allowHalfOpen: true });
      let open = false;
      target.on('connect', () => { open = true; client.write('+'); client.pipe(target); target.pipe(client); });
      target.on('error', () => { if (open || hosts.length === 1) client.destroy(); else reach(hosts.slice(1)); });
      client.on('close', () => target.destroy());
    };
    reach(['127.0.0.1', '::1']);
  });
}).listen(process.argv[1], () => process.stdout.write('ready'));
process.stdin.on('end', () => process.exit()).resume();
`;

/** As root, and as the user whose own the container is, of an engine that needs no root. */
const waysIn = [['-n'], ['-U', '--preserve-credentials', '-n']];

/** The flags of nsenter that lead into the network of a process; undefined where none do. */
export function wayIntoNetwork(processId: number): readonly string[] | undefined {
  return waysIn.find(
    (flags) => spawnSync('nsenter', ['-t', String(processId), ...flags, 'true'], { timeout: 10_000 }).status === 0,
  );
}

/** Whether the process of that number on this machine is the container's: an engine may be on another machine. */
export function isOwnProcess(processId: number, containerId: string): boolean {
  if (processId <= 0) return false;
  return ['cgroup', 'mountinfo'].some((name) => {
    try {
      return readFileSync(`/proc/${processId}/${name}`, 'utf8').includes(containerId);
    } catch {
      return false;
    }
  });
}

/** @throws Error where the process is gone */
export async function openNamespaceRelay(processId: number, flags: readonly string[]): Promise<NamespaceRelay> {
  const scratch = makeScratch();
  const socket = path.join(scratch.directory, 's');
  const child = spawn('nsenter', ['-t', String(processId), ...flags, process.execPath, '-e', program, socket], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const close = () => {
    child.kill('SIGKILL');
    scratch.remove();
  };
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', () => reject(new Error('the network of the container is gone')));
      child.stdout.once('data', () => resolve());
    });
  } catch (error) {
    close();
    throw error;
  }
  child.stdin.on('error', () => {});
  return { connect: (port) => openThrough(socket, port), close };
}

function openThrough(file: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(file, () => socket.write(`${port}\n`));
    const refuse = () => reject(new Error(`nothing listens on port ${port}`));
    socket.once('error', refuse);
    socket.once('close', refuse);
    socket.once('readable', function isOpen() {
      if (socket.read(1) === null) return;
      socket.removeListener('error', refuse);
      socket.removeListener('close', refuse);
      resolve(socket);
    });
  });
}
