import type { KubernetesObject } from '../kubernetes/manifest.ts';

/**
 * Of objects that a name could mean, those that are most likely meant: what the same overlay or chart makes, else what lies in the files
 * nearest to the user's. A repository often has the same names once for each environment.
 */
export function nearestTo<Named extends Pick<KubernetesObject, 'path' | 'origin'>>(
  user: Pick<KubernetesObject, 'path' | 'origin'>,
  candidates: readonly Named[],
): readonly Named[] {
  if (candidates.length < 2) return candidates;
  const nearness = candidates.map((each) => nearnessOf(user, each));
  const best = Math.max(...nearness);
  return candidates.filter((_, index) => nearness[index] === best);
}

/** Whether the same overlay or the same chart makes both. */
export function areMadeTogether(
  one: Pick<KubernetesObject, 'origin'>,
  other: Pick<KubernetesObject, 'origin'>,
): boolean {
  return one.origin.kind !== 'file' && madeBy(one.origin) === madeBy(other.origin);
}

function nearnessOf(
  user: Pick<KubernetesObject, 'path' | 'origin'>,
  other: Pick<KubernetesObject, 'path' | 'origin'>,
): number {
  const together = areMadeTogether(user, other) ? 1e6 : 0;
  if (user.path === other.path) return together + 1e5;
  const [own, others] = [user.path.split('/'), other.path.split('/')];
  let shared = 0;
  while (shared < own.length - 1 && shared < others.length - 1 && own[shared] === others[shared]) shared++;
  return together + shared;
}

function madeBy(origin: KubernetesObject['origin']): string {
  if (origin.kind === 'kustomize') return `overlay ${origin.overlay}`;
  return origin.kind === 'helm' ? `chart ${origin.chart}` : '';
}
