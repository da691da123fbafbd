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
  /** What is meant, where no value stands in it. */
  readonly written?: string;
}

/** One without a value comes from an environment: the `.env` file has it, or nobody knows it. */
function argumentsIn(node: YamlNode | undefined): BuildArgument[] {
  return [
    ...entriesAt(node).flatMap(({ key, value }) => {
      if (value.kind !== 'scalar') return [];
      return { name: key.text, scalar: value, before: '', ...(value.value === null && { written: `$${key.text}` }) };
    }),
    ...scalarsAt(node).map((scalar) => {
      const name = /^([^=]+)=/.exec(scalar.text)?.[1];
      return name === undefined
        ? { name: scalar.text, scalar, before: '', written: `$${scalar.text}` }
        : { name, scalar, before: `${name}=` };
    }),
  ];
}

/** Of services that share their arguments each would name it again. With something else around it, it is another image, which the Dockerfile has to tell of. */
function argued(
  { artifacts }: Project,
  { name, scalar, before, written, expand }: BuildArgument & Pick<ComposeFile, 'expand'>,
  use: FromUse,
  seen: Map<string, FromUse>,
  given: GivenNames,
): ReadName[] {
  // Nobody has said anything: the Dockerfile's own default is told there.
  if (written !== undefined && !expand(written).complete) return [];
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
    ...(written !== undefined && { written }),
  });
  const isStage = found.kind === 'name' && use.dockerfile.stages.some((stage) => stage.name === found.name.place.text);
  return isStage ? [] : [found];
}
