import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { isStandardStream } from '../ecosystems/standard-stream.ts';

/**
 * The files that a Dockerfile makes links to standard output or error (`ln -sf /dev/stdout /var/log/nginx/access.log`), so that
 * what is written to them is a container's log after all. Absolute paths as written.
 */
export function filesLinkedToStreams(dockerfile: Dockerfile): ReadonlySet<string> {
  const linked = new Set<string>();
  for (const { command } of dockerfile.commandsNamed('ln')) {
    const operands = command.arguments.filter(({ value }) => !value.startsWith('-'));
    const [target, link] = operands;
    if (operands.length === 2 && target && link && isStandardStream(target.value)) linked.add(link.value);
  }
  return linked;
}
