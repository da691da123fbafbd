import { execFile } from 'node:child_process';
import type { BuiltImage, EngineAddress } from '../../src/prove/build.ts';

let built = 0;

/** Builds with the engine's own BuildKit. Undefined where the build fails; what it said goes to standard error. */
export async function buildWith(
  { client }: EngineAddress,
  context: string,
  cache: 'cache' | 'no cache',
): Promise<BuiltImage | undefined> {
  const [program = '', ...flags] = client;
  built += 1;
  const tag = `plimsoll-verifier:${process.pid}-${built}`;
  const begun = performance.now();
  const output = await new Promise<string | undefined>((resolve) => {
    execFile(
      program,
      [
        ...flags,
        'build',
        '--quiet',
        '--network=host',
        ...(cache === 'cache' ? [] : ['--no-cache']),
        '-t',
        tag,
        context,
      ],
      {
        encoding: 'utf8',
        env: { ...process.env, DOCKER_BUILDKIT: '1', DOCKER_CONFIG: '/nonexistent' },
        timeout: 1_800_000,
      },
      (error, out, errors) => {
        if (error) console.error(errors.slice(-1000));
        resolve(error ? undefined : out.trim());
      },
    );
  });
  if (output === undefined) return undefined;
  const seconds = (performance.now() - begun) / 1000;
  return { tag, id: output, source: `docker-daemon:${tag}`, steps: [], seconds, contextBytes: undefined, logFile: '' };
}
