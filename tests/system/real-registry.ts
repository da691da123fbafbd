import { spawn } from 'node:child_process';
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
  /** Ends it, and removes what it holds. */
  stop(): void;
}

/** @throws Error where it does not answer in ten seconds */
export async function startRealRegistry(): Promise<RealRegistry> {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'plimsoll-registry-'));
  const port = await freePort();
  const config = path.join(directory, 'registry.yml');
  writeFileSync(
    config,
    `version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: ${directory}/data}}\nhttp: {addr: "127.0.0.1:${port}"}\n`,
  );
  const child = spawn(program, ['serve', config], { stdio: 'ignore' });
  const stop = () => {
    child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  };
  for (let attempt = 0; attempt < 100; attempt++) {
    const answers = await fetch(`http://127.0.0.1:${port}/v2/`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answers) return { port, stop };
    await sleep(100);
  }
  stop();
  throw new Error('docker-registry does not start');
}
