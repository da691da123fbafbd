import type { Dockerfile } from '../../dockerfile/dockerfile.ts';
import type { Project } from '../../project/project.ts';
import { shippedChain } from './dockerfile-images.ts';

/** A name in the FROM of a Dockerfile that is made of an argument, and of nothing else that varies. */
export interface FromUse {
  readonly dockerfile: Dockerfile;
  /** As it stands there: `${NODE}-slim`. */
  readonly written: string;
  /** What stands around the argument. */
  readonly before: string;
  readonly after: string;
  /** Whether it is of a stage that ships. */
  readonly ships: boolean;
}

/** The names in FROM that an argument makes, each once. */
export function fromUses(project: Project, dockerfilePath: string | undefined, name: string): readonly FromUse[] {
  const dockerfile = project.dockerfiles.find(({ path }) => path === dockerfilePath);
  if (dockerfile === undefined) return [];
  const found = new Map<string, FromUse>();
  const shipped = shippedChain(project, dockerfile);
  for (const stage of dockerfile.stages) {
    const written = stage.from?.image?.value ?? '';
    const match = /^([^$]*)\$(?:\{(\w+)(?::?-[^${}]*)?\}|(\w+))([^$]*)$/.exec(written);
    const [, before = '', braced, bare, after = ''] = match ?? [];
    if ((braced ?? bare) !== name) continue;
    const ships = shipped.has(stage) || found.get(written)?.ships === true;
    found.set(written, { dockerfile, written, before, after, ships });
  }
  return [...found.values()];
}

/** What other files than the Dockerfile say of names in its FROM. */
export interface GivenNames {
  /** An argument makes this name, and what that becomes is told where the argument is given, or is not. */
  say(use: FromUse, name: string, isTold: boolean): void;
  /** Whether other files say for all builds of a Dockerfile what a name in its FROM, as written there, stands for. */
  isGiven(dockerfile: Dockerfile, written: string): boolean;
}

export function givenNames({ builds }: Project): GivenNames {
  const [told, untold] = [new Map<string, string>(), new Set<string>()];
  const keyOf = ({ path }: Dockerfile, written: string) => `${path}\0${written}`;
  const gives = (name: string, { toldBy, arguments: given }: Project['builds'][number]) =>
    (toldBy === 'bake' || toldBy === 'compose') && given.get(name) !== undefined;
  return {
    say({ dockerfile, written }, name, isTold) {
      if (isTold) told.set(keyOf(dockerfile, written), name);
      else untold.add(keyOf(dockerfile, written));
    },
    isGiven(dockerfile, written) {
      const name = told.get(keyOf(dockerfile, written));
      if (name === undefined || untold.has(keyOf(dockerfile, written))) return false;
      return builds.every((build) => build.dockerfile !== dockerfile || gives(name, build));
    },
  };
}
