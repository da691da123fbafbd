import type { ComposeFile } from './compose.ts';
import { at, entriesAt, textAt } from './yaml-node.ts';

/** Whether the file may be given to `docker stack deploy`, which reads it otherwise than Compose does: by what only a swarm has use for. */
export function mayBeStack(file: ComposeFile): boolean {
  const { root, services } = file;
  return (
    isNamedStack(file) ||
    services.some(({ node }) => at(node, 'deploy')) ||
    entriesAt(root, 'networks').some(({ value }) => textAt(value, 'driver') === 'overlay')
  );
}

/** Whether the file's name says that it is for `docker stack deploy`. */
export function isNamedStack({ path }: ComposeFile): boolean {
  return /stack|swarm/i.test(path.slice(path.lastIndexOf('/') + 1));
}
