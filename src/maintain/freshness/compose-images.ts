import type { ComposeFile } from '../../kubernetes/compose.ts';
import { at, entriesAt, scalarsAt, type YamlNode, type YamlScalar } from '../../kubernetes/yaml-node.ts';
import type { Project } from '../../project/project.ts';
import { type FromUse, fromUses, type GivenNames } from './from-arguments.ts';
import { type ReadName, scalarName } from './yaml-name.ts';

/** The images that Compose services run and do not build, and those that their build arguments put into a FROM. */
export function composeImages(project: Project, given: GivenNames): readonly ReadName[] {
  const seen = new Map<string, FromUse>();
  return project.composeFiles.flatMap(({ services, expand }) =>
    services.flatMap(({ image, build }) => {
      if (build !== undefined)
        return argumentsIn(at(build.node, 'args')).flatMap((argument) =>
          fromUses(project, build.dockerfilePath, argument.name).flatMap((use) =>
            argued(project, { ...argument, expand }, use, seen, given),
          ),
        );
      if (image === undefined) return [];
      return scalarName(image, { artifact: project.artifacts.get(image.path), kind: 'Compose', ships: true, expand });
    }),
  );
}

interface BuildArgument {
  readonly name: string;
  /** With the name where it stands in a list: `NODE=20.1`. */
  readonly scalar: YamlScalar;
  /** Stands in it before the value. */
  readonly before: string;
}

/** Those with a value: the others come from an environment. */
function argumentsIn(node: YamlNode | undefined): BuildArgument[] {
  return [
    ...entriesAt(node).flatMap(({ key, value }) =>
      value.kind === 'scalar' && value.value !== null ? [{ name: key.text, scalar: value, before: '' }] : [],
    ),
    ...scalarsAt(node).flatMap((scalar) => {
      const name = /^([^=]+)=/.exec(scalar.text)?.[1];
      return name === undefined ? [] : [{ name, scalar, before: `${name}=` }];
    }),
  ];
}

/** Of services that share their arguments each would name it again. With something else around it, it is another image, which the Dockerfile has to tell of. */
function argued(
  { artifacts }: Project,
  { name, scalar, before, expand }: BuildArgument & Pick<ComposeFile, 'expand'>,
  use: FromUse,
  seen: Map<string, FromUse>,
  given: GivenNames,
): ReadName[] {
  const key = `${scalar.path}:${scalar.range.start}`;
  const known = seen.get(key);
  given.say(use, name, known === undefined || (known.before === use.before && known.after === use.after));
  if (known !== undefined) return [];
  seen.set(key, use);
  const found = scalarName(scalar, {
    artifact: artifacts.get(scalar.path),
    kind: 'Compose',
    ships: use.ships,
    before,
    around: use,
    expand,
  });
  const isStage = found.kind === 'name' && use.dockerfile.stages.some((stage) => stage.name === found.name.place.text);
  return isStage ? [] : [found];
}
