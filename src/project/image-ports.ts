import type { ImageBuild } from './project.ts';
import { expandedValue, imageInstructions } from './stage-facts.ts';

/** The TCP ports that an image's EXPOSE instructions name. */
export interface ExposedPorts {
  readonly ports: ReadonlySet<number>;
  /** The last EXPOSE. */
  readonly place: { readonly path: string; readonly range: { readonly start: number; readonly end: number } };
}

/**
 * What the image of a build says it listens on, with the stages that it builds on; undefined where it says nothing, or not all of
 * it can be known. Ports that the base image exposes are not among them.
 */
export function exposedPorts({ dockerfile, stage }: ImageBuild): ExposedPorts | undefined {
  const ports = new Set<number>();
  let place: ExposedPorts['place'] | undefined;
  for (const instruction of stage ? imageInstructions(stage) : []) {
    if (instruction.name !== 'EXPOSE') continue;
    place = { path: dockerfile.path, range: instruction.range };
    for (const token of instruction.ports) {
      const text = expandedValue(dockerfile, instruction, token);
      const match = text === undefined ? null : /^(\d+)(?:-(\d+))?(?:\/(\w+))?$/.exec(text);
      if (!match) return undefined;
      const [, first = '', last = first, protocol = 'tcp'] = match;
      if (protocol.toLowerCase() !== 'tcp') continue;
      if (Number(last) - Number(first) > 1000) return undefined;
      for (let port = Number(first); port <= Number(last); port++) ports.add(port);
    }
  }
  return place && ports.size > 0 ? { ports, place } : undefined;
}
