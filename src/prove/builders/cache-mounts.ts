import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { BuildRequest } from '../build.ts';

/**
 * Cache mounts outlive `--no-cache`. So that a build without cache is one, its mounts get a name space of their own, which warm builds of the same Dockerfile
 * then go on with: build arguments, `NAME=VALUE` (https://docs.docker.com/reference/dockerfile/#buildkit-built-in-build-args).
 */
export function cacheMountSpaces(): (request: BuildRequest) => string[] {
  const spaces = new Map<string, string>();
  return ({ dockerfile, cache, target, platform, arguments: given }) => {
    const text = readFileSync(dockerfile, 'utf8');
    if (!/type=cache/i.test(text) || given.has('BUILDKIT_CACHE_MOUNT_NS')) return [];
    const key = JSON.stringify([text, target, platform]);
    const known = cache === 'warm' ? spaces.get(key) : undefined;
    const space = known ?? `plimsoll-prove-${randomBytes(6).toString('hex')}`;
    spaces.set(key, space);
    return [`BUILDKIT_CACHE_MOUNT_NS=${space}`];
  };
}
