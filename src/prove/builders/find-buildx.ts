import { printable } from '../../core/printable.ts';
import type { Builder } from '../build.ts';
import { buildxBuilder } from './docker.ts';
import { askEngine, removeLeftImages } from './engine-images.ts';
import type { Environment } from './environment.ts';
import { findDocker } from './find-docker.ts';

/**
 * Finds a builder of buildx: the one of this name, else the one that is in use. What it makes is loaded into the Docker Engine that the environment names. A
 * sentence where there is none.
 */
export async function findBuildx(
  name: string | undefined,
  environment: Environment,
  signal: AbortSignal,
): Promise<Builder | string> {
  const { any, why } = await findDocker(undefined, environment, signal);
  if (any === undefined) return `${why}; what a builder of buildx makes is loaded into a Docker Engine`;
  const { code, output, errors } = await askEngine(any, ['buildx', 'inspect', ...(name === undefined ? [] : [name])]);
  if (code !== 0) return printable(errors.trim().split('\n').at(-1) ?? '').slice(0, 300) || 'docker has no buildx';
  const field = (key: string) => new RegExp(`^${key}:\\s+(\\S+)`, 'm').exec(output)?.[1];
  const found = name ?? field('Name');
  if (found === undefined) return 'buildx names no builder';
  const version = field('BuildKit version');
  if (version === undefined) return `the builder ${printable(found)} does not run`;
  await removeLeftImages(any);
  const title = `buildx builder ${printable(found)} (${field('Driver') ?? 'unknown'}, BuildKit ${version.replace(/^v/, '')})`;
  return buildxBuilder(any, { name: found, title });
}
