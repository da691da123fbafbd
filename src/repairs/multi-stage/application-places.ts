import type { Dockerfile, PlacedCommand } from '../../dockerfile/dockerfile.ts';
import { withoutInner, workPlaces } from './outputs.ts';
import type { SplitSubject } from './split-plan.ts';
import { emptyDirectories } from './stage-steps.ts';

/** Directories of the system, in which an application is not copied whole. */
const system =
  /^\/(?:|bin|boot|dev|etc|home|lib|lib64|media|mnt|opt|proc|root|run|sbin|srv|sys|tmp|usr|usr\/(?:bin|lib|local|sbin|share|src|local\/(?:bin|lib|share))|var|var\/(?:lib|log|cache|tmp|www))$/;

/**
 * The directories of an interpreted application: where its commands run and where sources go, without those that lie in another
 * of them. Undefined where one of them is the system's own.
 */
export function applicationPlaces(
  dockerfile: Dockerfile,
  { copies, directory }: SplitSubject,
  commands: readonly PlacedCommand[],
): readonly string[] | undefined {
  const working = workPlaces(dockerfile, commands);
  const sources = copies.flatMap(({ instruction, paths }) =>
    instruction.from === undefined &&
    instruction.sources.some(({ value }) => /^\.?\/?$|\/$/.test(value) || !/\.\w+$/.test(value))
      ? (paths ?? ['/'])
      : [],
  );
  const all = [...working, ...sources, ...(directory === undefined ? [] : [directory])];
  const places = withoutInner(all.filter((path) => path !== '/tmp'));
  return places.length === 0 || places.some(isSystemDirectory) ? undefined : places;
}

/** A directory of the system in which other things lie, too. */
export function isSystemDirectory(path: string): boolean {
  return system.test(path) && !emptyDirectories.test(path);
}
