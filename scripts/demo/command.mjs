// Runs the programs that the demo is made of, and says what failed in their own words.
import { spawn, spawnSync } from 'node:child_process';
import { openSync } from 'node:fs';
import path from 'node:path';

/** The output of a program that has to succeed. */
export function must(command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    ...options,
  });
  if (error) throw error;
  if (status !== 0)
    throw new Error(`${path.basename(command)} ${args.slice(0, 3).join(' ')} …: exit ${status}\n${stderr || stdout}`);
  return stdout;
}

const servers = [];

/** Starts a server whose output goes to a file; it is stopped with the demo. */
export function startServer(name, command, args, directory, environment = {}) {
  const log = path.join(directory, `${name}.log`);
  const output = openSync(log, 'a');
  const child = spawn(command, args, {
    stdio: ['ignore', output, output],
    env: { ...process.env, ...environment },
  });
  const server = { name, child, log, ended: false };
  child.once('exit', () => {
    server.ended = true;
  });
  servers.push(server);
  return server;
}

export function stopServers() {
  for (const { child } of servers.reverse()) child.kill('SIGTERM');
}

/** Asks until `attempt` gives something, at most so many seconds. */
export async function until(what, seconds, attempt, pause = 250) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const result = await attempt();
    if (result) return result;
    const dead = servers.find(({ ended }) => ended);
    if (dead) throw new Error(`${dead.name} ended: ${dead.log}`);
    if (Date.now() > end) throw new Error(`${what} did not happen within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** Whether an address answers with success. */
export async function answers(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}
