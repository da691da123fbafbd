import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../free-port.ts';

const program = '/usr/bin/docker-registry';
export const hasRegistry = existsSync(program);

/** The real registry (distribution 2.8), empty, on a port of the loopback. */
export interface RealRegistry {
  readonly port: number;
  /** Its configuration file. */
  readonly config: string;
  /** The directory of its storage. */
  readonly data: string;
  /** Ends the process and starts another one with the configuration as it is then. */
  restart(): Promise<void>;
  /** Ends it, and removes what it holds. */
  stop(): void;
}

/** `user` with the password `secret`, as htpasswd writes it. */
const accounts = 'user:$2b$04$7Y4en4W5ltuY5FOItZ0BU.o.ADdl3KHC9JTWqxQChdRjO9fa7ST8i\n';

/**
 * @param settings whether it deletes manifests, which it does not unless it is told to, and whether it asks who is there
 * @throws Error where it does not answer in ten seconds
 */
export async function startRealRegistry({
  deletion = false,
  login = false,
}: {
  readonly deletion?: boolean;
  /** Answers only `user` with the password `secret`. */
  readonly login?: boolean;
} = {}): Promise<RealRegistry> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-registry-'));
  const port = await freePort();
  const config = path.join(directory, 'registry.yml');
  const data = path.join(directory, 'data');
  const deleting = deletion ? '  delete: {enabled: true}\n' : '';
  const passwords = path.join(directory, 'accounts');
  if (login) writeFileSync(passwords, accounts);
  const asking = login ? `auth: {htpasswd: {realm: test, path: ${passwords}}}\n` : '';
  writeFileSync(
    config,
    `version: 0.1\nlog: {level: error}\n${asking}storage:\n  filesystem: {rootdirectory: ${data}}\n${deleting}http: {addr: "127.0.0.1:${port}", headers: {X-Registry-Of: [${directory}]}}\n`,
  );
  let child: ChildProcess;
  const start = async () => {
    child = spawn(program, ['serve', config], { stdio: 'ignore' });
    for (let attempt = 0; attempt < 100; attempt++) {
      const answers = await fetch(`http://127.0.0.1:${port}/v2/`).then(
        // Another registry may have taken the port in between, and would answer, too.
        ({ ok, status, headers }) => (ok || status === 401) && headers.get('x-registry-of') === directory,
        () => false,
      );
      if (answers) return;
      await sleep(100);
    }
    stop();
    throw new Error('docker-registry does not start');
  };
  const stop = () => {
    child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  };
  await start();
  return {
    port,
    config,
    data,
    async restart() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      await start();
    },
    stop,
  };
}
