import type { Dockerfile } from '../dockerfile.ts';
import { convert } from './conversion.ts';
import type { BuildCheck, BuildCheckHit } from './outcome.ts';

/** Every place where one of BuildKit's build checks strikes, in BuildKit's order. Those of one file are computed at once. */
export function findBuildCheckHits(dockerfile: Dockerfile, check: BuildCheck): readonly BuildCheckHit[] {
  return convert(dockerfile).hits.filter((hit) => hit.check === check);
}
