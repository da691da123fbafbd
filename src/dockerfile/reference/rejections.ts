import type { Dockerfile, Rejection } from '../dockerfile.ts';

/** What BuildKit would refuse, in the order in which it finds it. */
export function findRejections(_dockerfile: Dockerfile): readonly Rejection[] {
  return [];
}
