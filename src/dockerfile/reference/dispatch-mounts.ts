import type { Dispatch } from './dispatch-step.ts';
import { depthOf } from './image-path.ts';
import { type ExpandedMount, readMount } from './mount.ts';
import { flagTexts } from './statement.ts';

/** RUN: what BuildKit refuses of its mounts once their variables are expanded, as a sentence. */
export function dispatchMounts(dispatch: Dispatch): string | undefined {
  const { step, expand } = dispatch;
  const mounts: ExpandedMount[] = [];
  for (const text of flagTexts(step.statement, 'mount')) {
    const mount = readMount(text, expand);
    if (typeof mount === 'string') return mount;
    mounts.push(mount);
  }
  for (const [index, mount] of mounts.entries()) {
    const fault = placeFault(mount, index, dispatch);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function placeFault(mount: ExpandedMount, index: number, { step, state }: Dispatch): string | undefined {
  const isTaken = mount.from !== '' || mount.type === 'cache';
  if (isTaken && step.sources[index]?.dispatched === false)
    return `--mount takes from=${mount.from}, a stage that comes later; only earlier ones can be used.`;
  if (mount.type === 'secret' || mount.type === 'ssh') return undefined;
  const { target } = mount;
  const isRoot = target.startsWith('/') ? target === '/' : depthOf(target, state.depth) === 0;
  return isRoot ? '--mount needs a target other than the root directory.' : undefined;
}
