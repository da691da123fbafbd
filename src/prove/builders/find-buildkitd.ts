import { statSync } from 'node:fs';
import path from 'node:path';
import { printable } from '../../core/printable.ts';
import type { Builder } from '../build.ts';
import { buildkitdBuilder } from './buildkitd.ts';
import type { Environment } from './environment.ts';
import { programsNamed } from './programs.ts';
import { ask } from './run-client.ts';

/** Finds a BuildKit daemon: at an address, `BUILDKIT_HOST`, or the sockets that it usually listens on. A sentence where none answers. */
export async function findBuildkitd(
  address: string | undefined,
  environment: Environment,
  signal: AbortSignal,
): Promise<Builder | string> {
  const [program] = programsNamed('buildctl', environment);
  if (program === undefined) return 'buildctl is not on PATH';
  const given = address ?? environment.BUILDKIT_HOST;
  const addresses = given ? [given.startsWith('/') ? `unix://${given}` : given] : usualAddresses(environment);
  let why = 'BUILDKIT_HOST is not set and no socket of a daemon is there';
  for (const at of addresses) {
    const command = (...args: string[]) => ({ program, arguments: ['--addr', at, ...args], environment });
    const workers = await ask(command('debug', 'workers'), { signal });
    if (workers.code === 0) {
      const { output } = await ask(command('debug', 'info'), { signal });
      const [, version] = /^BuildKit:.* v(\d+\.\d+\.\d+)/m.exec(output) ?? [];
      // Built without one, as scripts of one's own do, it says 0.0.0.
      const title = version === undefined || version === '0.0.0' ? 'BuildKit daemon' : `BuildKit daemon ${version}`;
      return buildkitdBuilder({ program, address: at, environment }, title);
    }
    why = `${printable(at)}: ${printable(workers.errors.trim().split('\n').at(-1) ?? '').slice(0, 300)}`;
  }
  return why;
}

/** https://github.com/moby/buildkit/blob/v0.32.2/util/appdefaults/appdefaults_unix.go */
function usualAddresses({ XDG_RUNTIME_DIR }: Environment): string[] {
  const directories = ['/run', ...(XDG_RUNTIME_DIR ? [XDG_RUNTIME_DIR] : [])];
  return directories
    .map((directory) => path.join(directory, 'buildkit/buildkitd.sock'))
    .filter((socket) => statSync(socket, { throwIfNoEntry: false })?.isSocket())
    .map((socket) => `unix://${socket}`);
}
