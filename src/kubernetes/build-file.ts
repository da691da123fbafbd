import type { YamlProblem } from './yaml-document.ts';
import type { YamlNode, YamlScalar } from './yaml-node.ts';

/** How an image is built, as a skaffold or bake file says. Paths are relative to the project's root, '' is the root itself. */
export interface BuildDefinition {
  /** The target's or artifact's name, where it has one. */
  readonly name: string;
  /** Names and tags that the image is given, as far as they are known. */
  readonly images: readonly string[];
  /** Undefined for what lies elsewhere or is not known. */
  readonly contextPath: string | undefined;
  readonly dockerfilePath: string | undefined;
  readonly target: string | undefined;
  /** Value undefined: taken from elsewhere. */
  readonly args: ReadonlyMap<string, string | undefined>;
  /** Where the file says it: the target's or artifact's name. */
  readonly place: YamlScalar;
  /** What gives the build its properties, the nearest first: a bake target and those that it inherits from, the builder of a skaffold artifact. */
  readonly sources: readonly YamlNode[];
  /** The document that it stands in. */
  readonly root: YamlNode | undefined;
}

export interface BuildFile {
  readonly builds: readonly BuildDefinition[];
  /** Names of images that it builds without a Dockerfile: Skaffold's by Jib, Buildpacks, ko, Bazel or a script. */
  readonly otherImages?: readonly string[];
  readonly problems: readonly YamlProblem[];
}
