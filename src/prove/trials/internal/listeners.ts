import { readFile } from 'node:fs/promises';
import type { Listener } from './running-container.ts';

/** Reads the kernel's tables of a process's network namespace; undefined where they cannot be read. */
export async function listenersOf(processId: number): Promise<readonly Listener[] | undefined> {
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/${processId}/net/${name}`, 'utf8').catch(() => undefined)),
  );
  if (tables.every((table) => table === undefined)) return undefined;
  return parseListeners(tables.join('\n'));
}

/**
 * The listeners of `/proc/net/tcp` and `tcp6`, each once. `0A` is LISTEN; addresses are words of four bytes in the machine's order.
 * https://www.kernel.org/doc/html/latest/networking/proc_net_tcp.html
 */
export function parseListeners(tables: string): readonly Listener[] {
  const found = new Map<string, Listener>();
  for (const [, address = '', port = ''] of tables.matchAll(
    /^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} 0A /gm,
  )) {
    const listener = { address: readAddress(address), port: Number.parseInt(port, 16) };
    found.set(`${listener.address}:${listener.port}`, listener);
  }
  return [...found.values()].sort((one, other) => one.port - other.port);
}

function readAddress(hex: string): string {
  const bytes = (hex.match(/.{8}/g) ?? []).flatMap((word) => (word.match(/../g) ?? []).reverse());
  const numbers = bytes.map((byte) => Number.parseInt(byte, 16));
  if (numbers.length === 4) return numbers.join('.');
  if (numbers.every((byte) => byte === 0)) return '[::]';
  if (numbers.slice(0, 15).every((byte) => byte === 0) && numbers[15] === 1) return '[::1]';
  // An address of version 4 in a socket of version 6.
  if (numbers.slice(0, 10).every((byte) => byte === 0) && numbers[10] === 255) return numbers.slice(12).join('.');
  return `[${(bytes.join('').match(/.{4}/g) ?? []).join(':').toLowerCase()}]`;
}
