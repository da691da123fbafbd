import type { EngineItem } from './inventory.ts';

/** Seconds until something deleted is there again, and how. */
export interface GetBack {
  readonly seconds: number;
  readonly by: 'pull' | 'build';
}

/** Until a registry answers, once for an image; and what a machine downloads and unpacks in a second, of unpacked bytes. */
const [pullSeconds, pulledBytesASecond] = [1, 50e6];

/**
 * What it takes to have an item again. An image that a registry gave is pulled; another one is built again, in the time that its history tells. A container
 * that ended and a volume cannot be had again by anything. Undefined where nobody can tell.
 * @param bytes that are freed by its deletion: what others hold need not be had again
 */
export function getBack({ kind, pulled, buildSeconds }: EngineItem, bytes: number): GetBack | undefined {
  if (kind !== 'image' && kind !== 'cache') return undefined;
  if (pulled) return { seconds: pullSeconds + bytes / pulledBytesASecond, by: 'pull' };
  return buildSeconds === undefined ? undefined : { seconds: buildSeconds, by: 'build' };
}
