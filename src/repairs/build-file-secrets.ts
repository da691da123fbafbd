import type { Artifact } from '../core/artifact.ts';
import type { Assumption, TextEdit } from '../core/fix.ts';
import type { Dockerfile } from '../dockerfile/dockerfile.ts';
import { readBake } from '../kubernetes/bake.ts';
import type { BuildDefinition } from '../kubernetes/build-file.ts';
import { moveHclEntry } from '../kubernetes/edit-hcl.ts';
import { addItems } from '../kubernetes/edit-yaml.ts';
import { readSkaffold } from '../kubernetes/skaffold.ts';
import { at, isNull, itemsAt, textAt, type YamlMap, type YamlNode } from '../kubernetes/yaml-node.ts';
import { buildsOf, type ImageBuild, type Project } from '../project/project.ts';
import { asks, type Edits, fileOf, removeIn, setIn, together } from './manifest-edits.ts';

/** What gives a secret to the builds that bake and skaffold files describe. */
interface Given {
  readonly edits: readonly TextEdit[];
  readonly assumptions: readonly Assumption[];
}

/**
 * Lets the bake and skaffold files that build a Dockerfile give `name` as a secret from the variable that they take the argument from. Nothing where no such file
 * builds it. Undefined where one of them builds it without the argument, or with a value of another kind, or gives the argument to other
 * images, too, or cannot be edited with every comment in its place.
 */
export function buildFileSecrets(project: Project, dockerfile: Dockerfile, name: string): Given | undefined {
  const found = new Map<string, ImageBuild['toldBy']>();
  for (const { toldIn, toldBy } of buildsOf(project, dockerfile)) if (toldIn !== undefined) found.set(toldIn, toldBy);
  const files = [...found];
  const givers = files.map(([path, toldBy]) => {
    const artifact = project.artifacts.get(path);
    if (artifact === undefined) return undefined;
    return toldBy === 'bake'
      ? fromBake(project, dockerfile, artifact, name)
      : fromSkaffold(project, dockerfile, artifact, name);
  });
  // A second bake file may be laid over the first one, target by target.
  if (files.filter(([, toldBy]) => toldBy === 'bake').length > 1) return undefined;
  const known = givers.flatMap((each) => each ?? []);
  if (known.length < givers.length) return undefined;
  return { edits: known.flatMap(({ edits }) => edits), assumptions: known.flatMap(({ assumptions }) => assumptions) };
}

/** https://docs.docker.com/build/bake/reference/#targetsecret */
function fromBake(project: Project, { path }: Dockerfile, artifact: Artifact, name: string): Given | undefined {
  const { builds } = readBake(artifact);
  const own = builds.filter(({ dockerfilePath }) => dockerfilePath === path);
  const holders = holdersOf(own, builds, 'args', name);
  const [variable, ...others] = new Set(holders?.map((holder) => variableIn(bakeVariable, at(holder, 'args', name))));
  if (holders === undefined || variable === undefined || others.length > 0) return undefined;
  // Bake's own default would be the secret, or its absence is no longer seen.
  const preset = at(own[0]?.root, 'variable', variable, 'default');
  if (preset !== undefined && !isNull(preset) && !(preset.kind === 'scalar' && preset.text === '')) return undefined;
  const item = `id=${name},env=${variable}`;
  const edits = together(
    holders.map((holder) =>
      artifact.path.endsWith('.json')
        ? moved(project, holder, 'args', name, 'secret', item)
        : moveHclEntry(artifact, holder, { attribute: 'args', key: name }, { list: 'secret', item }),
    ),
  );
  return edits && { edits, assumptions: [everyoneHas(artifact.path, 'docker buildx bake', variable, name, own)] };
}

/** `${NAME}`, which is what the reader makes of the bare name, too. */
const bakeVariable = /^\$\{([A-Za-z_]\w*)\}$/;

/**
 * https://skaffold.dev/docs/references/yaml/#build-artifacts-docker-secrets: from v2beta24 on a list with variables, and with BuildKit only, which is how
 * a local build has it when it is told so.
 */
function fromSkaffold(project: Project, { path }: Dockerfile, artifact: Artifact, name: string): Given | undefined {
  const { builds } = readSkaffold(artifact);
  const own = builds.filter(({ dockerfilePath }) => dockerfilePath === path);
  const holders = holdersOf(own, builds, 'buildArgs', name);
  const roots = new Set(own.map(({ root }) => root));
  const [root] = roots;
  const build = at(root, 'build');
  if (holders === undefined || roots.size > 1 || root?.kind !== 'map' || build?.kind !== 'map') return undefined;
  const artifacts = itemsAt(build, 'artifacts');
  if (!holders.every((holder) => artifacts.some((each) => at(each, 'docker') === holder))) return undefined;
  if (!knowsSecrets(textAt(root, 'apiVersion') ?? '') || isBuiltElsewhere(root)) return undefined;
  const [variable, ...others] = new Set(holders.map((holder) => variableIn(template, at(holder, 'buildArgs', name))));
  if (variable === undefined || others.length > 0) return undefined;
  const edits = together([
    ...holders.map((holder) => moved(project, holder, 'buildArgs', name, 'secrets', { id: name, env: variable })),
    textAt(build, 'local', 'useBuildkit') === 'true'
      ? []
      : setIn(project, {}, build, { local: { useBuildkit: true } }, 'first'),
  ]);
  return edits && { edits, assumptions: [everyoneHas(artifact.path, 'skaffold', variable, name, own)] };
}

/** `{{.NAME}}`: https://skaffold.dev/docs/environment/templating/ */
const template = /^\{\{\s*\.([A-Za-z_]\w*)\s*\}\}$/;

function knowsSecrets(apiVersion: string): boolean {
  const [, major = '0', beta = '0'] = /^skaffold\/v(\d+)(?:beta(\d+))?$/.exec(apiVersion) ?? [];
  return Number(major) > 2 || (major === '2' && Number(beta) >= 24);
}

/** In a cluster, by a service, or by a builder that is told not to be BuildKit, in a profile too. */
function isBuiltElsewhere(root: YamlNode): boolean {
  return [root, ...itemsAt(root, 'profiles')].some(
    (node) =>
      at(node, 'build', 'cluster') !== undefined ||
      at(node, 'build', 'googleCloudBuild') !== undefined ||
      textAt(node, 'build', 'local', 'useBuildkit') === 'false' ||
      (node !== root && at(node, 'patches') !== undefined),
  );
}

/** The maps whose arguments have the name, one of each build; undefined where a build has none, or one of another image has it from there, too. */
function holdersOf(
  own: readonly BuildDefinition[],
  all: readonly BuildDefinition[],
  args: string,
  name: string,
): readonly YamlMap[] | undefined {
  const holders = new Set<YamlMap>();
  for (const { sources } of own) {
    const having = sources.filter((node) => at(node, args, name) !== undefined);
    if (having.length === 0) return undefined;
    for (const node of having) if (node.kind === 'map') holders.add(node);
  }
  const given = [...holders];
  const isShared = all.some((each) => !own.includes(each) && given.some((node) => each.sources.includes(node)));
  return isShared || given.length === 0 ? undefined : given;
}

function variableIn(form: RegExp, value: YamlNode | undefined): string | undefined {
  return value?.kind === 'scalar' ? form.exec(value.text)?.[1] : undefined;
}

/** An argument taken away, and an item of a list in its place, in YAML and JSON. */
function moved(
  project: Project,
  holder: YamlMap,
  args: string,
  name: string,
  list: string,
  item: string | { readonly id: string; readonly env: string },
): Edits {
  const given = at(holder, args);
  const known = at(holder, list);
  if (given?.kind !== 'map') return undefined;
  const listed = known !== undefined && !isNull(known);
  const file = fileOf(project, {}, holder);
  const neighbour = holder.entries[holder.entries.findIndex(({ key }) => key.text === args) - 1];
  return together([
    given.entries.length === 1 ? removeIn(project, {}, holder, args) : removeIn(project, {}, holder, args, name),
    listed
      ? known.kind === 'sequence' && file
        ? addItems(file, known, [item])
        : undefined
      : setIn(project, {}, holder, { [list]: [item] }, neighbour ? { after: neighbour.key.text } : 'first'),
  ]);
}

function everyoneHas(
  path: string,
  tool: string,
  variable: string,
  name: string,
  builds: readonly BuildDefinition[],
): Assumption {
  const targets = builds.map((build) => build.name).join(', ');
  const override =
    tool === 'skaffold' ? 'BuildKit and the docker command with it' : `no «--set» of ${name} among the arguments`;
  return asks(
    `Whoever builds ${targets} with ${tool} has ${variable} in the environment.`,
    `Do everyone and every job of CI that builds by ${path} have ${variable} in their environment, and ${override}? A build without it stops. Who builds with «docker build» passes «--secret id=${name},env=${variable}».`,
  );
}
