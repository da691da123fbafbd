import type { Dockerfile, Rejection } from '../dockerfile.ts';
import { convert } from './conversion.ts';

/**
 * Everything for which BuildKit would refuse the file when it builds all stages without build arguments; the first is
 * where BuildKit itself stops. Agrees with BuildKit 0.32 (tests/oracles).
 */
export function findRejections(dockerfile: Dockerfile): readonly Rejection[] {
  return convert(dockerfile).rejections;
}
